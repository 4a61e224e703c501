"""Visits to many institutions, up to final results and what follows, by a mix of outcomes."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import cycle

from django.utils import timezone

from campaigns.models import Task
from config.demo.visits import following, going, judging
from config.demo.visits.cast import Cast
from config.demo.visits.clock import Story, at, workday
from config.demo.visits.going import Trip
from config.demo.visits.words import Ill
from inspectors.models import Inspector
from visits.codes import WITH_AMOUNT, MeasureKind, Outcome, Severity
from visits.models import Finding, Visit

Follow = Callable[[list[Finding], "Fate", Cast], None]
GRAVE = (Severity.FALSE, Severity.UNTRUE, Severity.BEYOND)
STARTS = (("09:00", "11:20"), ("14:30", "16:50"))


@dataclass(frozen=True, slots=True)
class Fate:
    """What comes of one visit. `amount`: of the fine, in 元."""

    ills: Sequence[Ill] = ()
    outcome: Outcome = Outcome.INSPECTED
    words: str = ""
    amount: int = 0
    measures: Sequence[MeasureKind] = ()
    is_mended: bool = True
    guest_from: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """In working days from the day that the cast's story leads to: the first and the last day of visits, and how many
    working days after a visit its result is final and its measures are taken."""

    first: int
    last: int
    concluded: int = 2
    followed: int = 5


@dataclass(frozen=True, slots=True)
class Numbers:
    """The next number of decisions, by prefix."""

    last: dict[str, int] = field(default_factory=dict)

    def next(self, prefix: str, year: int) -> str:
        self.last[prefix] = self.last.get(prefix, 0) + 1
        return f"{prefix}〔{year}〕{self.last[prefix]}号"


NUMBERS = {
    MeasureKind.FINE: "罚", MeasureKind.CONFISCATION: "罚", MeasureKind.POLICE: "移", MeasureKind.REVOCATION: "撤",
    MeasureKind.DISHONEST_LIST: "列严", MeasureKind.DISQUALIFICATION: "取", MeasureKind.NO_ADOPTION: "停采",
    MeasureKind.INDUSTRY_BAN: "禁", MeasureKind.LICENCE_REVOCATION: "吊", MeasureKind.DEREGISTRATION: "注",
}  # fmt: skip


def visits(tasks: Sequence[Task], fates: Iterable[Fate], calendar: Calendar, cast: Cast) -> Iterator[Story]:
    """One story a task, spread evenly over the days, two a day at each team's places."""
    numbers = Numbers()
    span = max(calendar.last - calendar.first, 0)
    for index, (task, fate) in enumerate(zip(tasks, cycle(fates), strict=False)):
        day = calendar.first + span * index // max(len(tasks) - 1, 1)
        yield visited(task, fate, day, calendar, numbers, cast)


def visited(task: Task, fate: Fate, day: int, calendar: Calendar, numbers: Numbers, cast: Cast) -> Story:
    starts, ends = STARTS[task.pk % 2]
    trip = Trip(
        day,
        starts=starts,
        ends=ends,
        ills=fate.ills,
        outcome=fate.outcome,
        words=fate.words,
        guest_from=fate.guest_from,
    )
    yield from _gone(task, trip, cast)
    found = yield from judging.concluded(task, fate.ills, cast, days=day + calendar.concluded - 1)
    yield at(workday(day + calendar.followed, cast.today), "10:00")
    yield from followed(found, fate, numbers, cast)


def _gone(task: Task, trip: Trip, cast: Cast) -> Generator[datetime, None, Visit]:
    tell = going.in_person if trip.outcome == Outcome.INSPECTED else going.pinned_up
    return (yield from going.visited(task, trip, cast, tell))


def followed(found: list[Finding], fate: Fate, numbers: Numbers, cast: Cast) -> Story:
    """Slight ones are ordered to be put right, grave ones are penalised in the order of sanctions."""
    slight = [each for each in found if each.severity not in GRAVE]
    grave = [each for each in found if each.severity in GRAVE]
    if grave:
        _penalise(grave, fate, numbers, cast)
    if slight:
        yield from _ordered(slight, fate, cast)


def _penalise(found: list[Finding], fate: Fate, numbers: Numbers, cast: Cast) -> None:
    """Money by the department that found it, the rest by the bureau that organises the inspection."""
    result = found[0].result
    head = result.task.institution.legal_representative
    for kind in fate.measures:
        person = {"person": head, "post": "法定代表人"} if kind == MeasureKind.INDUSTRY_BAN else {}
        bureau = result.bureau if kind in WITH_AMOUNT else result.task.bureau
        measure = following.propose(found, kind, cast, bureau=bureau.pk, **person)
        prefix = bureau.document_prefix or bureau.short_name
        number = numbers.next(f"{prefix}{NUMBERS[kind]}", cast.today.year) if kind in NUMBERS else ""
        amount = fate.amount if kind in WITH_AMOUNT else None
        following.carry_out(following.decide(measure, cast, number, amount=amount), cast)


def _ordered(found: list[Finding], fate: Fate, cast: Cast) -> Story:
    due_on = _in_two_weeks(cast)
    order = following.order(found, "立即改正检查发现的问题，举一反三，完善记录，按期报送整改报告。", due_on, cast)
    if not fate.is_mended:
        return
    clerk = cast.clerk_of(order.task.institution)
    yield at(order.due_on - timedelta(days=4), "15:00")
    report = following.report(order, clerk)
    yield at(order.due_on - timedelta(days=3), "10:00")
    following.verify(report, cast)


def _in_two_weeks(cast: Cast) -> date:
    return timezone.localdate() + timedelta(days=15)


def team_of_county(region: str, departments: Sequence[str] = ("scjg", "scjg", "ga", "sthj")) -> list[Inspector]:
    """So many of each department's body in the county, the first in order of their numbers."""
    found: list[Inspector] = []
    for department in dict.fromkeys(departments):
        there = Inspector.objects.active().filter(bureau=f"{department}:{region}").order_by("number")
        found += there[: departments.count(department)]
    return found
