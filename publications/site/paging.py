"""Pages of a long list by the place where the last one ended: any page costs what the first one costs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Protocol, TypeVar

from django.db.models import F, Q, QuerySet

from publications.site.searching import Asked

PAGE = 20
COUNTED = 200
"""Nobody needs to know more exactly than “more than”: rows are counted while the first page is looked for."""


class Listed(Protocol):
    @property
    def pk(self) -> int: ...


Row = TypeVar("Row", bound=Listed)
Place = tuple[date | None, int]


@dataclass(frozen=True)
class Slice(Generic[Row]):
    """One page. `next` and `previous` are the queries of its neighbours, empty where there is none."""

    rows: list[Row]
    count: int | None
    """None on further pages."""
    is_more: bool
    """There are more than `count`."""
    next: str
    previous: str


def cut(rows: QuerySet[Any], day: str, asked: Asked, read: Callable[[QuerySet[Any]], list[Row]]) -> Slice[Row]:
    """By the day, the newest first, those without a day before them. Finds the keys along the index first; `read` then
    gives their rows, which have `pk` and that day."""
    before, after = place(asked.before), place(asked.after)
    if before:
        keys = _newer(rows, day, before)
        has_previous, has_next = len(keys) > PAGE, True
        keys = keys[:PAGE][::-1]
    else:
        most = PAGE if after else COUNTED
        keys = _keys(_newest_first(_older_than(rows, day, after), day), most + 1)
        has_previous, has_next = after is not None, len(keys) > PAGE
    found = {row.pk: row for row in read(rows.model._default_manager.filter(pk__in=keys[:PAGE]))}
    shown = [found[key] for key in keys[:PAGE] if key in found]
    return Slice(
        rows=shown,
        count=None if before or after else min(len(keys), COUNTED),
        is_more=len(keys) > COUNTED,
        next=_address(asked, "after", shown[-1], day) if has_next and shown else "",
        previous=_address(asked, "before", shown[0], day) if has_previous and shown else "",
    )


def _keys(rows: QuerySet[Any], most: int) -> list[int]:
    return list(rows.values_list("pk", flat=True)[:most])


def place(text: str) -> Place | None:
    """2025-10-31_12 or, without a day, _12; None for anything else."""
    day, mark, pk = text.partition("_")
    if not mark or not pk.isdecimal() or len(pk) > 18:
        return None
    try:
        return (date.fromisoformat(day) if day else None, int(pk))
    except ValueError:
        return None


def _address(asked: Asked, direction: str, row: Any, day: str) -> str:
    at = getattr(row, day)
    return "&".join(filter(None, [asked.address, f"{direction}={at.isoformat() if at else ''}_{row.pk}"]))


def _newest_first(rows: QuerySet[Any], day: str) -> QuerySet[Any]:
    return rows.order_by(F(day).desc(nulls_first=True), "-pk")


def _older_than(rows: QuerySet[Any], day: str, after: Place | None) -> QuerySet[Any]:
    if after is None:
        return rows
    at, pk = after
    if at is None:
        return rows.filter(Q(**{f"{day}__isnull": False}) | Q(pk__lt=pk))
    return rows.filter(Q(**{f"{day}__lt": at}) | Q(pk__lt=pk), **{f"{day}__lte": at})


def _newer(rows: QuerySet[Any], day: str, before: Place) -> list[int]:
    """Keys, up to one more than a page, the oldest first; dated ones by the index, then those without a day."""
    at, pk = before
    undated = rows.filter(**{f"{day}__isnull": True}).order_by("pk")
    if at is None:
        return _keys(undated.filter(pk__gt=pk), PAGE + 1)
    later = rows.filter(Q(**{f"{day}__gt": at}) | Q(pk__gt=pk), **{f"{day}__gte": at})
    found = _keys(later.order_by(day, "pk"), PAGE + 1)
    return found if len(found) > PAGE else [*found, *_keys(undated, PAGE + 1 - len(found))]
