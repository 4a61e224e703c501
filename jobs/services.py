from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from accounts.models import User
from jobs.models import Job, JobState
from jobs.running import MAX_ATTEMPTS

RESEND_AFTER = timedelta(seconds=5)
KEEP_FILES = timedelta(days=30)


def start_job(
    kind: str, title: str, *, by: User, parameters: dict[str, Any] | None = None, key: str = ""
) -> Job:
    """Ask for work, in the caller's transaction; a worker takes it up after the commit.

    While a job with the same key is open, that one is returned instead: pressing twice starts once.
    """
    if key and (running := Job.objects.open().filter(key=key).first()):
        return running
    try:
        with transaction.atomic():
            job = Job.objects.create(kind=kind, title=title[:120], owner=by, parameters=parameters or {}, key=key)
    except IntegrityError:
        return Job.objects.open().get(key=key)
    transaction.on_commit(lambda: send(job))
    return job


def send(job: Job) -> None:
    """Tell the workers. When the broker is down the sweeper sends it later."""
    try:
        current_app.send_task("jobs.tasks.run", [job.pk], retry=False)
    except (BrokerDown, OSError):
        return
    Job.objects.filter(pk=job.pk).update(sent_at=timezone.now())


def cancel_job(job: Job) -> Job:
    Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
        state=JobState.CANCELLED, finished_at=timezone.now()
    )
    job.refresh_from_db()
    return job


def sweep_jobs() -> int:
    """Send again what was never taken up or whose worker died; give up on what failed too often. Returns how many."""
    Job.objects.claimable().filter(attempts__gte=MAX_ATTEMPTS).update(
        state=JobState.FAILED,
        error="多次执行中断，已停止重试。请联系系统管理员。",
        finished_at=timezone.now(),
    )
    waiting = Job.objects.claimable().filter(created_at__lt=timezone.now() - RESEND_AFTER)
    jobs = list(waiting[:500])
    for job in jobs:
        send(job)
    return len(jobs)


def drop_old_files() -> int:
    """Delete result files past their time; the job rows stay."""
    old = Job.objects.filter(finished_at__lt=timezone.now() - KEEP_FILES).exclude(file="")
    for job in old:
        job.file.delete(save=False)
        Job.objects.filter(pk=job.pk).update(file="")
    return len(old)
