"""Which results are public. The room above, publications, knows and offers it, in its AppConfig.ready:

offer_published(lambda: PublishedResult.objects.standing().values("task"))
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

PublishedTasks = Callable[[], QuerySet[Any]]
"""A queryset of ids of tasks whose results can be read by everybody now: one column, used as a subquery."""

_offered: list[PublishedTasks] = []


def offer_published(tasks: PublishedTasks) -> None:
    _offered.append(tasks)


def publishing_is_known() -> bool:
    """False where no room publishes: then there is no figure, which is not the same as none published."""
    return bool(_offered)


def is_published() -> Q:
    """Of tasks: the result stands in public."""
    found = Q(pk=None)
    for tasks in _offered:
        found |= Q(pk__in=tasks())
    return found
