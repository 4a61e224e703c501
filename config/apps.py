from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "config"
    verbose_name = "联抽"

    def ready(self) -> None:
        from config import checks  # noqa: F401, PLC0415  # registers the system checks
        from config.upkeep import actions  # noqa: F401, PLC0415  # what they are called in the audit trail
