from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    name = "publications"
    verbose_name = "公示"

    def ready(self) -> None:
        from publications import (  # noqa: F401, PLC0415  # each declares itself
            actions,
            awaiting,
            links,
            published,
            rules,
            todos,
        )
