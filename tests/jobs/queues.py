"""What tests do to the queue itself."""

from pathlib import Path

from django.conf import settings
from redis import Redis

from jobs.models import Job


def lose_all_messages() -> None:
    """As FLUSHALL does: messages, and what the queue library had written down of its queues."""
    if settings.CELERY_BROKER_URL.startswith("redis"):
        Redis.from_url(settings.CELERY_BROKER_URL).flushdb()
        return
    for folder in ("messages", "control"):
        for file in Path(settings.QUEUE_DIR, folder).iterdir():
            file.unlink(missing_ok=True)


def unattended_job(owner, **fields) -> Job:
    """In a queue of which no worker takes."""
    return Job.objects.create(kind="tests.settle", title="生成任务清单", owner=owner, queue="nobody", **fields)
