from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts import audit
from accounts.models import User
from jobs.kinds import kind_of
from jobs.models import Job, JobState
from jobs.progress import JobRefused
from jobs.sending import send

__all__ = ["cancel_job", "retry_job", "send", "start_job"]


def start_job(kind: str, title: str, *, by: User, parameters: dict[str, Any] | None = None, key: str = "") -> Job:
    """Ask for work, in the caller's transaction; a worker takes it up after the commit.

    While a job with the same key is open, that one is returned instead: pressing twice starts once.
    """
    if key and (running := _open_job(key)):
        return running
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind, queue=kind_of(kind).queue, title=title[:120], owner=by, parameters=parameters or {}, key=key
            )
    except IntegrityError:
        if running := _open_job(key):
            return running
        raise
    transaction.on_commit(lambda: send(job))
    return job


@transaction.atomic
def cancel_job(job: Job, *, by: User) -> Job:
    """Take back what no worker has begun; ask one that runs to stop at its next step, where its kind allows that.

    A job that comes to its end first stays as it is.
    """
    this = Job.objects.filter(pk=job.pk)
    cancelled = this.waiting().update(state=JobState.CANCELLED, finished_at=Now())
    asked = (
        not cancelled
        and kind_of(job.kind).can_be_cancelled
        and this.filter(state=JobState.RUNNING, cancel_asked=False).update(cancel_asked=True)
    )
    job.refresh_from_db()
    if cancelled or asked:
        audit.record("jobs.cancel", job, by=by, facts={"kind": job.kind, "state": job.state})
    return job


@transaction.atomic
def retry_job(job: Job, *, by: User) -> Job:
    """Run what has failed or was cancelled once more, with the same parameters and its owner's rights.

    Raises JobRefused where the kind does not allow it, or the same work is under way already.
    """
    if not kind_of(job.kind).can_be_retried:
        raise JobRefused("这类任务不能直接重试，请回到原页面重新发起。")
    over = Job.objects.filter(pk=job.pk, state__in=[JobState.FAILED, JobState.CANCELLED])
    try:
        with transaction.atomic():
            changed = over.update(
                state=JobState.QUEUED, attempts=0, token="", lease_until=None, cancel_asked=False, sent_at=None,
                waiting_since=Now(), finished_at=None, message="", error="", failure="", done=0, total=0,
            )  # fmt: skip
    except IntegrityError as error:
        raise JobRefused("同样的任务正在进行，不需要重试。") from error
    if not changed:
        raise JobRefused("只有未完成或已取消的任务可以重试。")
    job.refresh_from_db()
    audit.record("jobs.retry", job, by=by, facts={"kind": job.kind})
    transaction.on_commit(lambda: send(job))
    return job


def _open_job(key: str) -> Job | None:
    return Job.objects.open().filter(key=key).first()
