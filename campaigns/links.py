"""Where a task's page leads. Rooms above offer their pages, in their AppConfig.ready:

links.offer(lambda user, task: [links.Link("机构自查", url, "clipboard-check")])
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from accounts.models import User
from campaigns.models import Task


@dataclass(frozen=True, slots=True)
class Link:
    """icon: a lucide name."""

    label: str
    url: str
    icon: str


Links = Callable[[User, Task], Iterable[Link]]
_offered: list[Links] = []


def offer(links: Links) -> None:
    _offered.append(links)


def links_of(user: User, task: Task) -> list[Link]:
    return list(chain.from_iterable(links(user, task) for links in _offered))
