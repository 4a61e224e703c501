"""What the system administrator sees of everybody's jobs: how the queues stand, never what the work is about."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, Subquery
from django.db.models.functions import Now

from jobs.models import Failure, Job, JobQuerySet, JobQueue, JobState
from jobs.sending import messages_waiting

RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How one queue stands. oldest: since when the first of those that wait does; messages: None when the broker was not
    asked, or does not answer."""

    queue: JobQueue
    waiting: int = 0
    running: int = 0
    oldest: datetime | None = None
    messages: int | None = None

    def age(self, now: datetime) -> timedelta:
        """How long the first of those that wait has waited."""
        return max(now - self.oldest, timedelta(0)) if self.oldest else timedelta(0)


def queue_figures() -> list[QueueFigures]:
    """Of every queue, also of those that nothing waits in."""
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
    counted = {queue: figures for queue, *figures in rows.values_list("queue", "waiting", "running", "oldest")}
    return [QueueFigures(queue, *counted.get(queue, ())) for queue in JobQueue]


def with_messages(queues: list[QueueFigures]) -> list[QueueFigures]:
    """The same, and how many messages the broker holds."""
    messages = messages_waiting()
    if messages is None:
        return queues
    return [replace(each, messages=messages.get(each.queue, 0)) for each in queues]


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
