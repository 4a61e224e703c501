from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    name = "institutions"
    verbose_name = "检查对象名录库"

    def ready(self) -> None:
        from institutions import actions, rules, tasks, todos  # noqa: F401, PLC0415  # each declares itself
