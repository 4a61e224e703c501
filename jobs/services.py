from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown
from redis.exceptions import RedisError

from accounts import audit
from accounts.models import User
from jobs.models import KEEP_FILES, Job, JobState
from jobs.running import MAX_ATTEMPTS

UNSENT_AFTER = timedelta(seconds=5)
RESEND_AFTER = timedelta(seconds=30)
SWEEP_AT_MOST = 500
IMPATIENTLY = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0}
"""A person is waiting: a broker that is down or hangs costs a second, not the queue library's usual seven."""


def start_job(kind: str, title: str, *, by: User, parameters: dict[str, Any] | None = None, key: str = "") -> Job:
    """Ask for work, in the caller's transaction; a worker takes it up after the commit.

    While a job with the same key is open, that one is returned instead: pressing twice starts once.
    """
    if key and (running := _open_job(key)):
        return running
    try:
        with transaction.atomic():
            job = Job.objects.create(kind=kind, title=title[:120], owner=by, parameters=parameters or {}, key=key)
    except IntegrityError:
        if running := _open_job(key):
            return running
        raise
    transaction.on_commit(lambda: send(job))
    return job


def send(job: Job) -> bool:
    """Tell the workers; False when the broker is down: the sweeper sends it later."""
    try:
        with current_app.connection_for_write(transport_options=IMPATIENTLY) as connection:
            current_app.send_task("jobs.tasks.run", [job.pk], retry=False, connection=connection)
    except (BrokerDown, RedisError, OSError):
        return False
    Job.objects.filter(pk=job.pk).update(sent_at=timezone.now())
    return True


@transaction.atomic
def cancel_job(job: Job, *, by: User) -> Job:
    """Take back what no worker has begun; a job that is running or over stays as it is."""
    cancelled = Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
        state=JobState.CANCELLED, finished_at=timezone.now()
    )
    job.refresh_from_db()
    if cancelled:
        audit.record("jobs.cancel", job, by=by)
    return job


def sweep_jobs() -> int:
    """Send again what was never taken up or whose worker died; give up on what failed too often. Returns how many."""
    Job.objects.claimable().filter(attempts__gte=MAX_ATTEMPTS).update(
        state=JobState.FAILED,
        error="多次执行中断，已停止重试。请联系系统管理员。",
        finished_at=timezone.now(),
    )
    now = timezone.now()
    never_sent = Q(sent_at=None, created_at__lt=now - UNSENT_AFTER)
    waiting = Job.objects.claimable().filter(never_sent | Q(sent_at__lt=now - RESEND_AFTER)).order_by("pk")
    sent = 0
    for job in waiting[:SWEEP_AT_MOST]:
        if not send(job):
            break
        sent += 1
    return sent


def drop_old_files() -> int:
    """Delete result files past their time; the job rows stay. Returns how many."""
    old = Job.objects.filter(finished_at__lt=Now() - KEEP_FILES).exclude(file="")
    for job in old:
        job.file.delete(save=False)
        Job.objects.filter(pk=job.pk).update(file="")
    return len(old)


def _open_job(key: str) -> Job | None:
    return Job.objects.open().filter(key=key).first()
