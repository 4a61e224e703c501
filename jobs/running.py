"""Claiming, running and finishing a job. A handler does the work; this module sees that it ends exactly once.

A handler can be killed at any statement and is then run again by another worker. Either it makes sure itself that a
second run changes nothing, or it calls `progress.settle(outcome)` inside the transaction of its effect: then effect
and end of the job are committed together, and the database lets only the holder of the lease do so.
"""

import errno
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connections, transaction
from django.db.models import F
from django.db.models.functions import Now

from jobs.kinds import GRACE_SECONDS, handler_of, handles, kind_of, known_kinds
from jobs.models import LEASE, Failure, Job, JobRun, JobState
from jobs.progress import (
    Handler,
    JobCancelled,
    JobRefused,
    LeaseLost,
    Outcome,
    Progress,
    fail,
    finish,
    held,
    stop,
)

__all__ = [
    "Handler", "JobCancelled", "JobRefused", "LeaseLost", "Outcome", "Progress", "claim", "fail", "finish", "handles",
    "run_job",
]  # fmt: skip

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
TOO_LONG = "处理时间过长，已停止，操作未生效。请缩小范围后重试。"
TOO_LARGE = "所需内存过大，已停止，操作未生效。请缩小范围后重试。"
NO_SPACE = "存储空间不足，文件没有保存，操作未生效。请联系系统管理员，腾出空间后重试。"
BROKEN = "系统内部错误，操作未生效。请稍后重试；如仍失败，请将任务编号告知系统管理员。"


@dataclass(frozen=True, slots=True)
class Failed:
    words: str
    failure: Failure


class Stopped:
    """The end of a handler that was asked to stop."""


End = Outcome | Failed | Stopped


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
    """What went wrong is told after the handler's memory is free again."""
    with _heartbeat(job):
        end = _worked(job)
    if isinstance(end, Failed):
        fail(job, end.words, end.failure)
    elif isinstance(end, Stopped):
        stop(job)


def _worked(job: Job) -> End:
    kind = kind_of(job.kind)
    progress = Progress(job, seconds=kind.seconds)
    try:
        outcome = handler_of(kind)(job, progress)
        if not progress.settled:
            finish(job, outcome)
    except (LeaseLost, OperationalError):
        raise
    except JobRefused as refusal:
        return Failed(str(refusal), Failure.REFUSED)
    except JobCancelled:
        return Stopped()
    except SoftTimeLimitExceeded:
        return Failed(TOO_LONG, Failure.TOO_LONG)
    except MemoryError:
        logger.error("job %s needs more memory than JOB_MEMORY_MEGABYTES allows", job.pk)  # noqa: TRY400  # no room
        return Failed(TOO_LARGE, Failure.TOO_LARGE)
    except Exception as error:  # noqa: BLE001  # whatever a handler raises
        return _broken(job, error)
    return outcome


def _broken(job: Job, error: Exception) -> Failed:
    logger.error("job %s failed", job.pk, exc_info=error)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return Failed(NO_SPACE, Failure.NO_SPACE)
    return Failed(BROKEN, Failure.BROKEN)


@transaction.atomic
def claim(job_id: int) -> Job | None:
    """Take the job, or None. Of any number of workers that try at the same time one succeeds.

    A kind that this installation does not know yet is left to a worker that does (during an upgrade)."""
    token = secrets.token_hex(16)
    known = [kind.name for kind in known_kinds()]
    claimable = Job.objects.filter(pk=job_id, attempts__lt=MAX_ATTEMPTS, kind__in=known).claimable()
    claimed = claimable.update(
        state=JobState.RUNNING, token=token, attempts=F("attempts") + 1, lease_until=Now() + LEASE
    )
    if not claimed:
        return None
    job = Job.objects.get(pk=job_id)
    job.runs.filter(ended_at=None).update(ended_at=Now(), end=JobRun.End.LOST)
    JobRun.objects.create(job=job, token=token, worker=f"{socket.gethostname()[:60]}:{os.getpid()}")
    return job


@contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    """Renew the lease from a thread of its own while the handler is busy, also inside a long transaction.

    On SQLite a handler's long transaction keeps the renewal waiting; but it keeps every other writer waiting as well,
    so nobody can take the job over meanwhile.
    """
    stopped = threading.Event()
    thread = threading.Thread(target=_beat, args=(job, stopped), name=f"job-{job.pk}-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(timeout=5)


def _beat(job: Job, stopped: threading.Event) -> None:
    """A handler that does not hear that it takes too long loses the job, and then can write nothing more."""
    overdue = time.monotonic() + kind_of(job.kind).seconds + GRACE_SECONDS
    try:
        while not stopped.wait(LEASE.total_seconds() / 3):
            try:
                if time.monotonic() > overdue:
                    fail(job, TOO_LONG, Failure.TOO_LONG)
                    return
                held(job).update(lease_until=Now() + LEASE)
            except OperationalError:
                logger.warning("job %s could not renew its lease", job.pk)
            except LeaseLost:
                return
    finally:
        connections.close_all()
