"""Claiming, running and finishing a job. A handler does the work; this module sees that it ends exactly once.

A handler can be killed at any statement and is then run again by another worker. Either it makes sure itself that a
second run changes nothing, or it calls `progress.settle(outcome)` inside the transaction of its effect: then effect
and end of the job are committed together, and the database lets only the holder of the lease do so.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.base import ContentFile, File
from django.db import OperationalError, connections
from django.db.models import F
from django.db.models.functions import Now

from jobs.models import LEASE, Job, JobQuerySet, JobState

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
TOO_LONG = "处理时间过长，已停止，操作未生效。请缩小范围后重试。"
BROKEN = "系统内部错误，操作未生效。请稍后重试；如仍失败，请将任务编号告知系统管理员。"


class JobRefused(Exception):
    """The work cannot be done; the text tells the person in Chinese what is wrong and what to do."""


class LeaseLost(Exception):
    """Another worker holds the job now; this one must write nothing more."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a handler gives back: a short sentence, facts for the page, perhaps a file.

    file: an open temporary file instead of `content`, where that would fill the memory; it is closed once stored.
    """

    message: str = "已完成"
    result: dict[str, Any] = field(default_factory=dict)
    file_name: str = ""
    content: bytes = b""
    next_url: str = ""
    file: IO[bytes] | None = None


class Progress:
    """What a handler holds of its job: tells how far it is, and settles it."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self.settled = False

    def __call__(self, message: str, done: int = 0, total: int = 0) -> None:
        """Call it outside transactions: inside one nobody would see it before the commit. Raises LeaseLost."""
        changed = held(self._job).update(message=message[:200], done=done, total=total, lease_until=Now() + LEASE)
        if not changed:
            raise LeaseLost(self._job.pk)

    def settle(self, outcome: Outcome) -> Outcome:
        """End the job in the caller's transaction, together with its effect. Raises LeaseLost: then nothing counts."""
        finish(self._job, outcome)
        self.settled = True
        return outcome


Handler = Callable[[Job, Progress], Outcome]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind; each app does so in its tasks.py."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def run_job(job_id: int) -> Job | None:
    """Run the job if it can be claimed; None when someone else has it or it is over."""
    job = claim(job_id)
    if job is None:
        return None
    try:
        _run(job)
    except LeaseLost:
        logger.warning("job %s was taken over by another worker", job_id)
        return None
    except OperationalError:
        logger.exception("job %s met a database that was not ready; it stays leased and will be run again", job_id)
        raise
    return Job.objects.get(pk=job_id)


def _run(job: Job) -> None:
    progress = Progress(job)
    try:
        with _heartbeat(job):
            outcome = _handlers[job.kind](job, progress)
    except (LeaseLost, OperationalError):
        raise
    except JobRefused as refusal:
        fail(job, str(refusal))
    except SoftTimeLimitExceeded:
        fail(job, TOO_LONG)
    except Exception:
        logger.exception("job %s failed", job.pk)
        fail(job, BROKEN)
    else:
        if not progress.settled:
            finish(job, outcome)


def claim(job_id: int) -> Job | None:
    """Take the job, or None. Of any number of workers that try at the same time one succeeds."""
    token = secrets.token_hex(16)
    claimable = Job.objects.filter(pk=job_id, attempts__lt=MAX_ATTEMPTS).claimable()
    claimed = claimable.update(
        state=JobState.RUNNING, token=token, attempts=F("attempts") + 1, lease_until=Now() + LEASE
    )
    return Job.objects.filter(pk=job_id, token=token).first() if claimed else None


def finish(job: Job, outcome: Outcome) -> None:
    """`job` as it was claimed: its token is the fence that a late writer does not pass. Raises LeaseLost."""
    name = _store(job, outcome) if outcome.content or outcome.file else ""
    changed = held(job).update(
        state=JobState.DONE,
        message=outcome.message[:200],
        result=outcome.result,
        file=name,
        file_name=outcome.file_name[:150],
        next_url=outcome.next_url,
        done=F("total"),
        finished_at=Now(),
    )
    if not changed:
        if name:
            job.file.storage.delete(name)
        raise LeaseLost(job.pk)


def fail(job: Job, error: str) -> None:
    if not held(job).update(state=JobState.FAILED, error=error, finished_at=Now()):
        raise LeaseLost(job.pk)


def held(job: Job) -> JobQuerySet:
    """The job's row as long as the worker that claimed it so still holds it."""
    return Job.objects.filter(pk=job.pk, token=job.token, state=JobState.RUNNING)


def _store(job: Job, outcome: Outcome) -> str:
    """Keep the file under a name that tells nothing; people see `file_name`."""
    name = job.file.field.generate_filename(job, f"{job.pk}-{job.token[:8]}")
    if outcome.file is None:
        return job.file.storage.save(name, ContentFile(outcome.content))
    with outcome.file as file:
        return job.file.storage.save(name, File(file, name))


@contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    """Renew the lease from a thread of its own while the handler is busy, also inside a long transaction.

    On SQLite a handler's long transaction keeps the renewal waiting; but it keeps every other writer waiting as well,
    so nobody can take the job over meanwhile.
    """
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(job, stop), name=f"job-{job.pk}-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def _beat(job: Job, stop: threading.Event) -> None:
    try:
        while not stop.wait(LEASE.total_seconds() / 3):
            try:
                held(job).update(lease_until=Now() + LEASE)
            except OperationalError:
                logger.warning("job %s could not renew its lease", job.pk)
    finally:
        connections.close_all()
