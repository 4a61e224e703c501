"""The queue. Workers start as `celery -A config worker`, the clock as `celery -A config beat`."""

import os

from celery import Celery
from celery.signals import beat_init, before_task_publish, worker_init
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TRANSPORT_ALIASES["filesystem"] = "config.folder_queue:Transport"

app = Celery("lianchou", task_cls="config.host_clock:PunctualTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@worker_init.connect
@beat_init.connect
def start_in_time(**_: object) -> None:
    from config.host_clock import refuse_to_start  # noqa: PLC0415  # needs settings, which import this module's package

    refuse_to_start()


@beat_init.connect
def tick_in_time(**_: object) -> None:
    from config.host_clock import end_with_wrong_clock  # noqa: PLC0415

    before_task_publish.connect(end_with_wrong_clock)
