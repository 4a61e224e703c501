"""Further pages of a campaign, offered by rooms above this one and shown among its tabs.

pages.offer(Page("self_checks", "机构自查", "selftest:campaign_rounds", is_shown))
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from accounts.models import User
from campaigns.models import Campaign


@dataclass(frozen=True, slots=True)
class Page:
    """`route` takes the campaign's id; `is_shown` says for whom it shows anything."""

    key: str
    label: str
    route: str
    is_shown: Callable[[User, Campaign], bool]


_pages: list[Page] = []


def offer(page: Page) -> None:
    _pages.append(page)


def pages_of(user: User, campaign: Campaign) -> Iterator[Page]:
    return (page for page in _pages if page.is_shown(user, campaign))
