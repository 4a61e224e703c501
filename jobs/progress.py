"""What a handler knows and tells of its job, and how the job's row is written by whoever holds it.

Every write is an UPDATE that names the token of the claim: the fence that a late writer does not pass.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from jobs.models import LEASE, Failure, Job, JobQuerySet, JobRun, JobState


class JobRefused(Exception):
    """The work cannot be done; the text tells the person in Chinese what is wrong and what to do."""


class LeaseLost(Exception):
    """Another worker holds the job now; this one must write nothing more."""


class JobCancelled(Exception):
    """Somebody asked for the job to stop, and it has not yet come to its end."""


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
    """What a handler holds of its job: tells how far it is, and settles it. seconds: how long it may take."""

    def __init__(self, job: Job, *, seconds: float = float("inf")) -> None:
        self._job = job
        self._deadline = time.monotonic() + seconds
        self.settled = False

    def __call__(self, message: str, done: int = 0, total: int = 0) -> None:
        """Call it outside transactions: inside one nobody would see it before the commit.

        Raises LeaseLost, JobCancelled, and SoftTimeLimitExceeded also where the worker has no signals for it.
        """
        if time.monotonic() > self._deadline:
            raise SoftTimeLimitExceeded
        going_on = held(self._job).filter(cancel_asked=False)
        if not going_on.update(message=message[:200], done=done, total=total, lease_until=Now() + LEASE):
            raise _why_not(self._job)

    def settle(self, outcome: Outcome) -> Outcome:
        """End the job in the caller's transaction, together with its effect; of this and a cancellation, whichever
        is committed first counts. Raises LeaseLost and JobCancelled: then nothing has happened."""
        finish(self._job, outcome, unless_cancelled=True)
        self.settled = True
        return outcome


Handler = Callable[[Job, Progress], Outcome]


def held(job: Job) -> JobQuerySet:
    """The job's row as long as the worker that claimed it so still holds it."""
    return Job.objects.filter(pk=job.pk, token=job.token, state=JobState.RUNNING)


def finish(job: Job, outcome: Outcome, *, unless_cancelled: bool = False) -> None:
    """`job` as it was claimed. Raises LeaseLost."""
    name = store(job, outcome) if outcome.content or outcome.file else ""
    mine = held(job).filter(cancel_asked=False) if unless_cancelled else held(job)
    with transaction.atomic():
        changed = mine.update(
            state=JobState.DONE,
            message=outcome.message[:200],
            result=outcome.result,
            file=name,
            file_name=outcome.file_name[:150],
            next_url=outcome.next_url,
            done=F("total"),
            finished_at=Now(),
        )
        if changed:
            _end_run(job, JobRun.End.DONE)
    if not changed:
        if name:
            job.file.storage.delete(name)
        raise _why_not(job)


def fail(job: Job, error: str, failure: Failure = Failure.REFUSED) -> None:
    """Raises LeaseLost."""
    _give_back(job, JobRun.End.FAILED, state=JobState.FAILED, error=error, failure=failure)


def stop(job: Job) -> None:
    """It was asked to stop and has done nothing that counts. Raises LeaseLost."""
    _give_back(job, JobRun.End.CANCELLED, state=JobState.CANCELLED)


@transaction.atomic
def _give_back(job: Job, end: JobRun.End, **values: Any) -> None:
    if not held(job).update(**values, finished_at=Now()):
        raise LeaseLost(job.pk)
    _end_run(job, end, values.get("failure", ""))


def _end_run(job: Job, end: JobRun.End, failure: str = "") -> None:
    JobRun.objects.filter(job=job, token=job.token).update(ended_at=Now(), end=end, failure=failure)


def _why_not(job: Job) -> JobCancelled | LeaseLost:
    return JobCancelled(job.pk) if held(job).filter(cancel_asked=True).exists() else LeaseLost(job.pk)


def store(job: Job, outcome: Outcome) -> str:
    """Keep the file under a name that tells nothing (people see `file_name`), the whole of it or nothing."""
    name = job.file.field.generate_filename(job, f"{job.pk}-{job.token[:8]}")
    try:
        if outcome.file is None:
            return job.file.storage.save(name, ContentFile(outcome.content))
        with outcome.file as file:
            return job.file.storage.save(name, File(file, name))
    except OSError:
        job.file.storage.delete(name)
        raise
