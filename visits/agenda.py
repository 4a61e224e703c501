"""The calendar: who goes where when, in one month, as one bureau or one person sees it; and what has no day yet."""

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Self

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import User
from campaigns.models import Task
from campaigns.models.tasks import BEFORE_VISIT, TaskQuerySet, seen_by
from visits.clashing import Clash, clashes, going
from visits.models import Attendee, Visit
from visits.models.visits import VisitQuerySet
from visits.states import VisitState

OPEN = (VisitState.PLANNED, VisitState.STARTED)
FIRST_YEAR, LAST_YEAR = 2020, 2100


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """2026-11; None for anything else."""
        year, _, number = text.partition("-")
        if not (year.isascii() and year.isdigit() and number.isascii() and number.isdigit()):
            return None
        found = cls(int(year[:5]), int(number[:3]))
        return found if FIRST_YEAR <= found.year <= LAST_YEAR and 1 <= found.number <= 12 else None

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def previous(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    @property
    def following(self) -> "Month":
        return Month.of(self.first + timedelta(days=31))

    @property
    def days(self) -> list[date]:
        """In whole weeks from Monday to Sunday."""
        return list(calendar.Calendar().itermonthdates(self.year, self.number))


@dataclass(frozen=True, slots=True)
class Planned:
    """A visit in the calendar. `people`: those who enforce, the leader first."""

    visit: Visit
    people: list[str]
    clashes: list[Clash]
    tone: str


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    is_in_month: bool
    is_today: bool
    visits: list[Planned] = field(default_factory=list)


TONES = {VisitState.PLANNED: "waiting", VisitState.STARTED: "current", VisitState.ENDED: "done"}


def month_of(rows: VisitQuerySet, month: Month, *, seen_by: User) -> list[Day]:
    """All days of the month in whole weeks, each with its visits by time."""
    today = timezone.localdate()
    days = {day: Day(day, Month.of(day) == month, day == today) for day in month.days}
    for planned in between(rows, month.days[0], month.days[-1], seen_by=seen_by):
        days[timezone.localdate(planned.visit.planned_start)].visits.append(planned)
    return list(days.values())


def between(rows: VisitQuerySet, first: date, last: date, *, seen_by: User) -> list[Planned]:
    """Those that begin on one of these days, by time, in a handful of queries."""
    start, end = midnight(first), midnight(last + timedelta(days=1))
    found = list(
        rows.standing().filter(planned_start__gte=start, planned_start__lt=end)
        .select_related("task__institution__county", "task__bureau", "task__campaign")
        .prefetch_related("attendees").order_by("planned_start", "pk")
    )  # fmt: skip
    clashing = _clashes(found, seen_by)
    return [Planned(each, _people(each), clashing.get(each.pk, []), TONES[VisitState(each.state)]) for each in found]


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _clashes(visits: Sequence[Visit], seen_by: User) -> dict[int, list[Clash]]:
    """Those of visits that are over are past mending."""
    open_ones = [each for each in visits if each.state in OPEN]
    found = clashes([going(each, each.attendees.all()) for each in open_ones], seen_by=seen_by)
    return {visit.pk: its for visit, its in zip(open_ones, found, strict=True)}


def _people(visit: Visit) -> list[str]:
    return [each.name for each in visit.attendees.all() if each.enforces]


def of_bureau(user: User) -> VisitQuerySet:
    """Those that the user's bureau organises or assists, or whose people go."""
    own = Attendee.objects.filter(inspector__bureau=user.bureau_id)
    return Visit.objects.visible_to(user).filter(
        Q(task__bureau=user.bureau_id) | Q(task__assisting_bureau=user.bureau_id) | Q(pk__in=own.values("visit"))
    )


def of_person(user: User) -> VisitQuerySet:
    own = Attendee.objects.filter(inspector__user=user)
    return Visit.objects.visible_to(user).filter(pk__in=own.values("visit"))


def unplanned(user: User) -> TaskQuerySet:
    """Tasks that the user's bureau has to organise and that have no day yet, the most urgent first."""
    visits = Visit.objects.standing().filter(task=OuterRef("pk"))
    tasks = Task.objects.filter(seen_by(user), bureau=user.bureau_id, state__in=BEFORE_VISIT)
    return tasks.filter(~Exists(visits)).for_rows().order_by("due_on", "number")


def untold(user: User, most: int) -> Iterator[tuple[Task, date | None]]:
    """Tasks whose notice was issued and whose institution was not told yet, of the user's bureau or one it assists; each
    with the day of its visit, or without one the day by which it is due."""
    own = Q(bureau=user.bureau_id) | Q(assisting_bureau=user.bureau_id)
    waiting = Task.objects.filter(own, state__in=BEFORE_VISIT, notice__isnull=False, notice__deliveries=None)
    planned = Visit.objects.filter(task=OuterRef("pk"), state__in=OPEN).order_by("planned_start")
    rows = waiting.annotate(visit_start=Subquery(planned.values("planned_start")[:1]))
    order = (F("visit_start").asc(nulls_last=True), "due_on", "number")
    for task in rows.select_related("institution", "notice__bureau", "campaign").order_by(*order)[:most]:
        start: datetime | None = vars(task)["visit_start"]
        yield task, timezone.localdate(start) if start else task.due_on


def names(clashing: Iterable[Clash]) -> str:
    return "；".join(f"{each.who}{each.what}" for each in clashing)
