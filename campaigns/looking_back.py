"""回头看: which institutions earlier campaigns found something at (requirement SX-2). Findings are known to a room above
this one, which offers the way to ask for them.

looking_back.offer(institutions_with_findings)
"""

from collections.abc import Callable, Iterable

from campaigns.models import Campaign

Finder = Callable[[Iterable[Campaign]], frozenset[int]]
"""The ids of the institutions at which these campaigns confirmed a problem."""

_finders: list[Finder] = []


def offer(finder: Finder) -> None:
    _finders.append(finder)


def institutions_with_findings(campaigns: Iterable[Campaign]) -> frozenset[int]:
    asked = list(campaigns)
    return frozenset[int]().union(*(finder(asked) for finder in _finders)) if asked else frozenset()
