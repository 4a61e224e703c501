"""What the system administrator sees of everybody's jobs: how the queues stand, never what the work is about."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, Subquery
from django.db.models.functions import Now

from jobs.models import Failure, Job, JobQuerySet, JobQueue, JobState
from jobs.sending import messages_waiting

RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How one queue stands. oldest: since when the first of those that wait does; messages: None when the broker does
    not answer."""

    queue: JobQueue
    waiting: int
    running: int
    oldest: datetime | None
    messages: int | None


def queue_figures() -> list[QueueFigures]:
    """Of every queue, also of those that nothing waits in."""
    messages = messages_waiting()
    rows = (
        Job.objects.open()
        .order_by()
        .values("queue")
        .annotate(
            waiting=Count("pk", filter=Q(state=JobState.QUEUED)),
            running=Count("pk", filter=Q(state=JobState.RUNNING)),
            oldest=Min("waiting_since", filter=Q(state=JobState.QUEUED)),
        )
    )
    values = rows.values_list("queue", "waiting", "running", "oldest")
    counted = {queue: (waiting, running, oldest) for queue, waiting, running, oldest in values}
    return [
        QueueFigures(
            JobQueue(queue),
            *counted.get(queue, (0, 0, None)),
            None if messages is None else messages.get(queue, 0),
        )
        for queue in JobQueue
    ]


def failed_lately() -> JobQuerySet:
    """By the system's fault, within a day."""
    failed = Job.objects.filter(state=JobState.FAILED, finished_at__gt=Now() - RECENT)
    return failed.exclude(failure__in=["", Failure.REFUSED])


def ahead_of(job: Job) -> int:
    """How many jobs wait before this one in its queue."""
    since = Subquery(
        Job.objects.filter(pk=job.pk).values("waiting_since")
    )  # as stored, to the database's own precision
    earlier = Q(waiting_since__lt=since) | Q(waiting_since=since, pk__lt=job.pk)
    return Job.objects.waiting().filter(earlier, queue=job.queue).count()
