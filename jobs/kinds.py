"""The kinds of work there are. Each app registers what it can do in its tasks.py:

@handles("reports.sheet", label="生成报表")
def make(job: Job, progress: Progress) -> Outcome: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from celery import current_app
from django.conf import settings

from jobs.models import JobQueue
from jobs.progress import Handler

GRACE_SECONDS = 60
"""From the moment a job is told that it takes too long to the moment it is ended."""


@dataclass(frozen=True, slots=True)
class Kind:
    """can_be_cancelled: while it runs; what nobody has taken up can always be cancelled. can_be_retried: by its owner
    or the system administrator, with the same parameters, because it writes nothing before its end. seconds: how long
    it may take before it ends with words to the person."""

    name: str
    label: str
    queue: JobQueue = JobQueue.DOCUMENTS
    can_be_cancelled: bool = True
    can_be_retried: bool = True
    seconds: int = 1800

    @property
    def minutes(self) -> int:
        return self.seconds // 60


_kinds: dict[str, Kind] = {}
_handlers: dict[str, Handler] = {}


def handles(
    name: str,
    *,
    label: str = "",
    queue: JobQueue = JobQueue.DOCUMENTS,
    can_be_cancelled: bool = True,
    can_be_retried: bool = True,
    seconds: int = 1800,
) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind."""
    if seconds + 2 * GRACE_SECONDS > settings.JOB_TIME_LIMIT_SECONDS:
        raise ValueError(f"{name}: longer than settings.JOB_TIME_LIMIT_SECONDS")

    def register(handler: Handler) -> Handler:
        _kinds[name] = Kind(name, label or name, queue, can_be_cancelled, can_be_retried, seconds)
        _handlers[name] = handler
        return handler

    return register


def kind_of(name: str) -> Kind:
    """Of a kind that this installation does not know (a newer one has written it): one that nobody can do."""
    import_every_room()
    return _kinds.get(name) or Kind(name, name, can_be_cancelled=False, can_be_retried=False)


def known_kinds() -> list[Kind]:
    import_every_room()
    return sorted(_kinds.values(), key=lambda kind: kind.name)


def handler_of(kind: Kind) -> Handler:
    return _handlers[kind.name]


@cache
def import_every_room() -> None:
    """Web servers ask for kinds as well, which import no tasks by themselves."""
    current_app.loader.import_default_modules()
