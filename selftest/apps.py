from django.apps import AppConfig


class SelftestConfig(AppConfig):
    name = "selftest"
    verbose_name = "机构自查"

    def ready(self) -> None:
        from selftest import actions, links, pages, rules, tasks, todos  # noqa: F401, PLC0415  # each declares itself
