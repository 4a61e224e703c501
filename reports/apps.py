from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "文书与统计"

    def ready(self) -> None:
        from reports import actions  # noqa: F401, PLC0415  # declares itself
        from reports.duties import actions as duty_actions  # noqa: F401, PLC0415
        from reports.duties import links as duty_links  # noqa: F401, PLC0415
        from reports.duties import rules as duty_rules  # noqa: F401, PLC0415
        from reports.duties import todos as duty_todos  # noqa: F401, PLC0415
        from reports.official import actions as official_actions  # noqa: F401, PLC0415
        from reports.official import rules, todos  # noqa: F401, PLC0415
