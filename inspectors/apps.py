from django.apps import AppConfig


class InspectorsConfig(AppConfig):
    name = "inspectors"
    verbose_name = "检查人员名录库"

    def ready(self) -> None:
        from inspectors import actions, rules, tasks  # noqa: F401, PLC0415  # each declares itself
