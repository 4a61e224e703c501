from django.apps import AppConfig
from django.conf import settings


class WatchingConfig(AppConfig):
    name = "config.watching"
    label = "watching"
    verbose_name = "运行监控"

    def ready(self) -> None:
        from config.watching import sentry, slow, task_logs  # noqa: F401, PLC0415  # task_logs connects signals

        slow.watch_every_connection()
        if settings.SENTRY_DSN:
            sentry.begin(settings.SENTRY_DSN, settings.SENTRY_ENVIRONMENT)
