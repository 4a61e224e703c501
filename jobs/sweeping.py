"""What the clock does for jobs: sends again what got lost, ends what cannot go on, drops what is past its time.

A message may be lost (the broker's memory is gone) and a worker may die; the rows stay. A queue is never given more
messages than there are jobs that wait in it, however long they wait.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.deletion import PROTECT
from django.db.models.functions import Now

from jobs.models import KEEP_FILES, Failure, Job, JobQuerySet, JobRun, JobState
from jobs.running import MAX_ATTEMPTS
from jobs.sending import messages_waiting, send_all

UNSENT_AFTER = timedelta(seconds=5)
RESEND_AFTER = timedelta(seconds=30)
SWEEP_AT_MOST = 500
GAVE_UP = "多次执行中断，已停止重试，可能是所需内存过大或服务器故障。请缩小范围后重试；如仍失败，请联系系统管理员。"


def sweep_jobs() -> int:
    """Send again what was never taken up or whose worker died; give up on what failed too often. Returns how many."""
    _end(Job.objects.orphaned().filter(cancel_asked=True), state=JobState.CANCELLED)
    failed = Job.objects.claimable().filter(attempts__gte=MAX_ATTEMPTS)
    _end(failed, state=JobState.FAILED, error=GAVE_UP, failure=Failure.INTERRUPTED)
    due = _due()
    return send_all(islice(due, SWEEP_AT_MOST)) if due else 0


@transaction.atomic
def _end(jobs: JobQuerySet, *, state: JobState, error: str = "", failure: str = "") -> None:
    ended = list(jobs.values_list("pk", flat=True)[:SWEEP_AT_MOST])
    if ended:
        still = jobs.filter(pk__in=ended)
        still.update(state=state, error=error, failure=failure, finished_at=Now())
        lost = JobRun.objects.filter(job__in=ended, job__state=state, ended_at=None)
        lost.update(ended_at=Now(), end=JobRun.End.LOST, failure=failure)


def _due() -> list[Job]:
    """What nobody was told of and what dead workers left at once; then of each queue as many of those that have
    waited since their message as there are messages missing."""
    never_told = Q(state=JobState.QUEUED, sent_at=None, waiting_since__lt=Now() - UNSENT_AFTER)
    left = Q(state=JobState.RUNNING) & (Q(sent_at=None) | Q(sent_at__lt=Now() - RESEND_AFTER))
    due = list(Job.objects.claimable().filter(never_told | left).order_by("pk")[:SWEEP_AT_MOST])
    told = Job.objects.waiting().filter(sent_at__lt=Now() - RESEND_AFTER)
    queues = list(told.order_by("queue").values_list("queue", flat=True).distinct())
    return [*due, *_without_message(told, queues)] if queues else due


def _without_message(told: JobQuerySet, queues: list[str]) -> Iterator[Job]:
    """Counted before the rows are: what is taken up meanwhile is no longer missing."""
    messages = messages_waiting()
    if messages is None:
        return
    for queue in queues:
        waiting = Job.objects.waiting().filter(queue=queue, sent_at__lt=Now() - UNSENT_AFTER).count()
        missing = max(0, waiting - messages.get(queue, 0))
        yield from told.filter(queue=queue).order_by("sent_at")[:missing]


def drop_old_files() -> int:
    """Delete result files past their time; the job rows stay. Returns how many."""
    old = Job.objects.filter(finished_at__lt=Now() - KEEP_FILES).exclude(file="")
    dropped = 0
    for job in old.iterator():
        Job.objects.filter(pk=job.pk).update(file="")  # first: a backup never names a file that is gone
        job.file.delete(save=False)
        dropped += 1
    return dropped


def drop_old_jobs() -> int:
    """Delete the rows of work that ended longer ago than JOB_RETENTION_DAYS, unless a record refers to them. What was
    done stands in the records and in the audit trail. Returns how many."""
    ended = Job.objects.filter(finished_at__lt=Now() - timedelta(days=settings.JOB_RETENTION_DAYS), file="")
    dropped = 0
    while batch := list(_unreferenced(ended).values_list("pk", flat=True)[:SWEEP_AT_MOST]):
        Job.objects.filter(pk__in=batch).delete()
        dropped += len(batch)
    return dropped


def _unreferenced(jobs: JobQuerySet) -> JobQuerySet:
    for relation in Job._meta.get_fields(include_hidden=True):
        if relation.one_to_many and relation.on_delete is PROTECT:  # type: ignore[union-attr]
            rows = relation.related_model.objects.filter(**{relation.field.name: OuterRef("pk")})  # type: ignore[union-attr]
            jobs = jobs.exclude(Exists(rows))
    return jobs
