"""Where the page of a record leads. Rooms above offer their pages, in their AppConfig.ready:

offer(Institution, lambda user, institution: [Link("机构人员", url, "users")])
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

from django.db.models import Model

from accounts.models import User

Subject = TypeVar("Subject", bound=Model)


@dataclass(frozen=True, slots=True)
class Link:
    """icon: a lucide name."""

    label: str
    url: str
    icon: str


_offered: defaultdict[type[Model], list[Callable[[User, Any], Iterable[Link]]]] = defaultdict(list)


def offer(kind: type[Subject], links: Callable[[User, Subject], Iterable[Link]]) -> None:
    _offered[kind].append(links)


def links_of(user: User, subject: Model) -> list[Link]:
    """Those that concern this user, in the order of the rooms."""
    return list(chain.from_iterable(links(user, subject) for links in _offered[type(subject)]))
