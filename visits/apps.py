from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = "现场检查"

    def ready(self) -> None:
        from visits import (  # noqa: F401, PLC0415  # each declares itself
            actions,
            awaiting,
            following_links,
            following_todos,
            links,
            look_back_links,
            referral_links,
            referral_todos,
            result_links,
            result_todos,
            rules,
            todos,
        )
