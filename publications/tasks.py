"""What the clock does in this room."""

from celery import shared_task
from django.utils import timezone

from publications import publishing


@shared_task
def publish_due() -> None:
    """Versions that wait for a day, once it has come; each once."""
    publishing.publish_due(timezone.localdate())
