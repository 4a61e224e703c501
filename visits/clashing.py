"""Who is planned elsewhere at the same time, or on leave: shown to those who plan, forbidden to nobody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from campaigns.models import Task
from inspectors.models import Leave
from visits.models import Attendee, Visit


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody is elsewhere at that time."""

    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Going:
    """A visit as it is planned or would be. `people`: names by the pk of the inspector."""

    visit: int | None
    task: Task
    start: datetime
    end: datetime
    people: dict[int, str]

    def meets(self, other: "Going") -> bool:
        return self.visit != other.visit and self.start < other.end and other.start < self.end


def going(visit: Visit, attendees: Iterable[Attendee]) -> Going:
    people = {each.inspector_id: each.name for each in attendees if each.inspector_id}
    return Going(visit.pk, visit.task, visit.planned_start, visit.planned_end, people)


def clashes_of(visit: Visit, *, seen_by: User | None = None) -> list[Clash]:
    """Who of the team, or what at the institution, is planned elsewhere at the same time; who is on leave."""
    return clashes([going(visit, visit.attendees.all())], seen_by=seen_by)[0]


def clashes(goings: Sequence[Going], *, seen_by: User | None = None) -> list[list[Clash]]:
    """One list for each, in a handful of queries for any number. Of visits that `seen_by` does not see no place is
    named; None sees all."""
    if not goings:
        return []
    others, leaves = _others(goings), _leaves(goings)
    seen = _seen(others, seen_by)
    return [
        [*_elsewhere(each, others, seen), *_on_leave(each, leaves), *_same_place(each, others, seen)] for each in goings
    ]


def _others(goings: Sequence[Going]) -> list[Going]:
    people = {pk for each in goings for pk in each.people}
    places = {each.task.institution_id for each in goings}
    rows = Visit.objects.clashing(min(each.start for each in goings), max(each.end for each in goings))
    of_people = Attendee.objects.filter(inspector__in=people).values("visit")
    rows = rows.filter(Q(pk__in=of_people) | Q(task__institution__in=places))
    return [
        going(row, row.attendees.all())
        for row in rows.select_related("task__institution").prefetch_related("attendees")
    ]


def _leaves(goings: Sequence[Going]) -> list[Leave]:
    people = {pk for each in goings for pk in each.people}
    first = timezone.localdate(min(each.start for each in goings))
    last = timezone.localdate(max(each.end for each in goings))
    return list(Leave.objects.filter(inspector__in=people, starts_on__lte=last, ends_on__gte=first))


def _seen(others: Sequence[Going], user: User | None) -> set[int]:
    found = {each.visit for each in others if each.visit is not None}
    if user is None or not found:
        return found
    return set(Visit.objects.visible_to(user).filter(pk__in=found).values_list("pk", flat=True))


def _elsewhere(one: Going, others: Sequence[Going], seen: set[int]) -> Iterable[Clash]:
    for other in others:
        if one.meets(other):
            place = f"同一时间在{other.task.institution.name}检查" if other.visit in seen else "同一时间另有检查安排"
            yield from (Clash(one.people[pk], place) for pk in one.people if pk in other.people)


def _on_leave(one: Going, leaves: Sequence[Leave]) -> Iterable[Clash]:
    first, last = timezone.localdate(one.start), timezone.localdate(one.end)
    for leave in leaves:
        if leave.inspector_id in one.people and leave.starts_on <= last and leave.ends_on >= first:
            yield Clash(one.people[leave.inspector_id], "当天请假")


def _same_place(one: Going, others: Sequence[Going], seen: set[int]) -> Iterable[Clash]:
    for other in others:
        if one.meets(other) and other.task.institution_id == one.task.institution_id and other.task.pk != one.task.pk:
            what = f"同一时间另有检查 {other.task.number}" if other.visit in seen else "同一时间另有其他单位的检查"
            yield Clash(one.task.institution.name, what)
