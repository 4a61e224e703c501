from django.apps import AppConfig


class SelftestConfig(AppConfig):
    name = "selftest"
    verbose_name = "机构自查"

    def ready(self) -> None:
        from selftest import (  # noqa: F401, PLC0415  # each declares itself
            actions,
            links,
            pages,
            review_todos,
            rules,
            tasks,
            todos,
        )
