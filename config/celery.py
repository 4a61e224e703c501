"""The queue. Workers start as `celery -A config worker`, the clock as `celery -A config beat`."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TRANSPORT_ALIASES["filesystem"] = "config.folder_queue:Transport"

app = Celery("lianchou")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
