from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "长时任务"

    def ready(self) -> None:
        from jobs import actions, todos  # noqa: F401, PLC0415  # what its acts are called; the workbench
