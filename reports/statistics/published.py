"""Which results are public. The room above, publications, knows and offers it, in its AppConfig.ready:

offer_published(lambda: PublishedResult.objects.filter(is_current=True, task=OuterRef("pk")))
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, Q, QuerySet


class LookedUp(Exists):
    """By index for each task. For an EXISTS that is grouped by, PostgreSQL reads all that there is into a hash, which
    takes longer unless nearly all tasks are counted."""

    template = "(%(subquery)s) IS NOT NULL"


PublishedTasks = Callable[[], QuerySet[Any]]
"""What of the task in the query around (OuterRef("pk")) can be read by everybody now."""

_offered: list[PublishedTasks] = []


def offer_published(tasks: PublishedTasks) -> None:
    _offered.append(tasks)


def publishing_is_known() -> bool:
    """False where no room publishes: then there is no figure, which is not the same as none published."""
    return bool(_offered)


def is_published() -> Q:
    """Of tasks: the result stands in public."""
    found = Q(pk__in=[])
    for tasks in _offered:
        found |= Q(LookedUp(tasks().order_by()))
    return found
