"""What a record waits for, whom, and until when. Rooms above offer it, in their AppConfig.ready:

offer(Task, lambda user, task: [Awaited("审核检查结果", "大同市市场监管局")])
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, TypeVar

from django.db.models import Model

from accounts.models import User

Subject = TypeVar("Subject", bound=Model)


@dataclass(frozen=True, slots=True)
class Awaited:
    """whom: in words; url: where it is done or seen, empty where this user has nothing to open."""

    what: str
    whom: str
    due_on: date | None = None
    url: str = ""


_offered: defaultdict[type[Model], list[Callable[[User, Any], Iterable[Awaited]]]] = defaultdict(list)


def offer(kind: type[Subject], awaited: Callable[[User, Subject], Iterable[Awaited]]) -> None:
    _offered[kind].append(awaited)


def awaited_of(user: User, subject: Model) -> list[Awaited]:
    """What comes next first."""
    return list(chain.from_iterable(awaited(user, subject) for awaited in _offered[type(subject)]))
