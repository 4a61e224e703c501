"""Claiming, running and finishing a job. A handler does the work; this module sees that it ends exactly once."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.db import OperationalError, connections
from django.db.models import F
from django.utils import timezone

from jobs.models import LEASE, Job, JobState

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5


class JobRefused(Exception):
    """The work cannot be done; the text tells the person in Chinese what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a handler gives back: a short sentence, facts for the page, perhaps a file."""

    message: str = "已完成"
    result: dict[str, Any] = field(default_factory=dict)
    file_name: str = ""
    content: bytes = b""
    next_url: str = ""


class Progress:
    """Tells how far a job is. Call it outside transactions: inside one nobody would see it before the commit."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def __call__(self, message: str, done: int = 0, total: int = 0) -> None:
        """Raises LeaseLost when another worker has taken over."""
        changed = _held(self._job).update(
            message=message[:200], done=done, total=total, lease_until=timezone.now() + LEASE
        )
        if not changed:
            raise LeaseLost(self._job.pk)


class LeaseLost(Exception):
    """Another worker holds the job now; this one must write nothing more."""


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
        with _heartbeat(job):
            outcome = _handlers[job.kind](job, Progress(job))
        return finish(job, outcome)
    except LeaseLost:
        logger.warning("job %s was taken over by another worker", job_id)
        return None
    except JobRefused as refusal:
        return fail(job, str(refusal))
    except OperationalError:
        logger.exception("job %s met a database that was not ready; it stays leased and will be run again", job_id)
        raise
    except Exception:
        logger.exception("job %s failed", job_id)
        return fail(job, "系统内部错误，操作未生效。请稍后重试；如仍失败，请将任务编号告知系统管理员。")


def claim(job_id: int) -> Job | None:
    token = secrets.token_hex(16)
    claimed = (
        Job.objects.filter(pk=job_id, attempts__lt=MAX_ATTEMPTS)
        .claimable()
        .update(
            state=JobState.RUNNING, token=token, attempts=F("attempts") + 1, lease_until=timezone.now() + LEASE
        )
    )
    return Job.objects.get(pk=job_id) if claimed else None


def finish(job: Job, outcome: Outcome) -> Job | None:
    job.refresh_from_db()
    if outcome.content:
        job.file.save(f"{job.pk}-{job.token[:8]}", ContentFile(outcome.content), save=False)
    changed = _held(job).update(
        state=JobState.DONE,
        message=outcome.message[:200],
        result=outcome.result,
        file=job.file.name or "",
        file_name=outcome.file_name[:150],
        next_url=outcome.next_url,
        done=F("total"),
        finished_at=timezone.now(),
    )
    return Job.objects.get(pk=job.pk) if changed else None


def fail(job: Job, error: str) -> Job | None:
    changed = _held(job).update(state=JobState.FAILED, error=error, finished_at=timezone.now())
    return Job.objects.get(pk=job.pk) if changed else None


def _held(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, token=job.token, state=JobState.RUNNING)


@contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    """Renew the lease from a thread of its own while the handler is busy, also inside a long transaction."""
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(LEASE.total_seconds() / 3):
                try:
                    _held(job).update(lease_until=timezone.now() + LEASE)
                except OperationalError:
                    logger.warning("job %s could not renew its lease", job.pk)
        finally:
            connections.close_all()

    thread = threading.Thread(target=beat, name=f"job-{job.pk}-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)
