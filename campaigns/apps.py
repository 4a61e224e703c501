from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "抽查活动"

    def ready(self) -> None:
        from campaigns import actions, rules, tasks, todos  # noqa: F401, PLC0415  # each declares itself
