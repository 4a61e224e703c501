"""Where an institution's page leads. Rooms above offer their pages, in their AppConfig.ready:

links.offer(lambda user, institution: [links.Link("机构人员", url, "users")])
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from accounts.models import User
from institutions.models import Institution


@dataclass(frozen=True, slots=True)
class Link:
    """icon: a lucide name."""

    label: str
    url: str
    icon: str


Links = Callable[[User, Institution], Iterable[Link]]
_offered: list[Links] = []


def offer(links: Links) -> None:
    _offered.append(links)


def links_of(user: User, institution: Institution) -> list[Link]:
    """Those that concern this user, in the order of the rooms."""
    return list(chain.from_iterable(links(user, institution) for links in _offered))
