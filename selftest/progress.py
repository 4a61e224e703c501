"""How far a round has come, by area, by domain and by item.

Small rounds are counted when somebody looks. Large ones (LARGE) are counted by the worker every minute and kept as
`Tally` rows, one an area, so that a page for the whole country reads a few rows.

Items are counted over what is handed in and not returned: there the answers are word for word those that were signed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from selftest.models import Answer, Problem, Review, Round, SelfCheck, Signature, Tally
from selftest.states import RoundState, SelfCheckState

LARGE = 2000
"""Self-checks of a round from which on its figures are kept instead of counted anew for each look."""
ROWS_PER_INSERT = 500
COUNTED_STATES = (SelfCheckState.SUBMITTED, SelfCheckState.ACCEPTED)
"""Where the answers as they stand are those of the last signed version."""
DEPTHS = (0, 2, 4, 6)
"""Lengths of the prefixes of nation, province, city and county."""

Figures = Counter[str]
"""asked, each SelfCheckState, handed_in, late, troubled → self-checks."""


@dataclass(slots=True)
class AreaFigures:
    """`domains`: by the code of the top domain; an institution of several domains counts in each. `items`: choices."""

    progress: Figures = field(default_factory=Counter)
    domains: dict[str, Figures] = field(default_factory=lambda: defaultdict(Counter))
    items: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, other: "AreaFigures") -> None:
        self.progress.update(other.progress)
        for code, figures in other.domains.items():
            self.domains[code].update(figures)
        for item, choices in other.items.items():
            self.items[item].update(choices)


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one area and, one level below, of its parts. `counted_at`: None when it was counted just now."""

    area: str
    figures: AreaFigures
    parts: list[tuple[str, Figures]]
    counted_at: datetime | None


def widest_area(round: Round, user: User) -> str:
    """The prefix of the region that the round asks and the regulator may see."""
    return max(round.scope, user.scope or "", key=len)


def is_area(asked: str, top: str) -> bool:
    """Whether this is the prefix of a nation, province, city or county inside `top`."""
    return len(asked) in DEPTHS and asked.startswith(top) and (asked == "" or (asked.isascii() and asked.isdigit()))


def progress_of(round: Round, area: str) -> Progress:
    """`area`: the prefix of the region's code."""
    kept = Tally.objects.filter(round=round, area=area).first()
    if kept is None:
        return _count_now(round, area)
    parts = Tally.objects.filter(round=round, depth=len(area) + 2, area__startswith=area).order_by("area")
    shares = [(part, Counter(figures)) for part, figures in parts.values_list("area", "progress")]
    return Progress(area, _restored(kept), shares, kept.counted_at)


def _count_now(round: Round, area: str) -> Progress:
    areas = rolled_up(count_counties(round, area))
    parts = [(code, figures.progress) for code, figures in sorted(areas.items()) if len(code) == len(area) + 2]
    return Progress(area, areas.get(area) or AreaFigures(), parts, None)


def count_counties(round: Round, area: str = "") -> dict[str, AreaFigures]:
    """Three grouping queries, whatever the number of self-checks."""
    found: dict[str, AreaFigures] = defaultdict(AreaFigures)
    asked = round.self_checks.filter(county__code__startswith=area).order_by()
    _count_states(asked, round, found)
    _count_domains(asked, round, found)
    answers = Answer.objects.filter(self_check__in=asked.filter(state__in=COUNTED_STATES)).exclude(choice="")
    rows = answers.order_by().values_list("self_check__county_id", "item", "choice").annotate(Count("pk"))
    for county, item, choice, number in rows:
        found[county].items[item][choice] += number
    return found


def _count_states(asked: QuerySet[SelfCheck], round: Round, found: dict[str, AreaFigures]) -> None:
    rows = _marked(asked, round).values_list("county_id", *MARKS).annotate(Count("pk"))
    for county, *marks, number in rows:
        found[county].progress.update(_figures(*marks, number=number))


def _count_domains(asked: QuerySet[SelfCheck], round: Round, found: dict[str, AreaFigures]) -> None:
    path = "institution__certificates__domains"
    top = Coalesce(f"{path}__parent__parent_id", f"{path}__parent_id", f"{path}__code")
    marked = _marked(asked.filter(institution__certificates__domains__isnull=False), round).annotate(top=top)
    rows = marked.values_list("county_id", "top", *MARKS).annotate(Count("pk", distinct=True))
    for county, code, *marks, number in rows:
        found[county].domains[code].update(_figures(*marks, number=number))


MARKS = ("state", "is_handed_in", "is_counted_late", "is_troubled")


def _marked(asked: QuerySet[SelfCheck], round: Round) -> QuerySet[SelfCheck]:
    return asked.annotate(
        is_handed_in=_flag(Q(handed_in_at__isnull=False)), is_counted_late=_flag(is_late(round)),
        is_troubled=_flag(Q(has_problem())),
    )  # fmt: skip


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def _figures(state: str, handed_in: bool, late: bool, troubled: bool, *, number: int) -> Figures:
    return Counter(
        {"asked": number, state: number, "handed_in": number * handed_in, "late": number * late, "troubled": number * troubled}
    )  # fmt: skip


def is_late(round: Round) -> Q:
    """The same as `SelfCheck.is_late`, for a query."""
    late = Q(handed_in_at__gte=end_of(round.deadline))
    return late | Q(handed_in_at__isnull=True) if round.is_over else late


def end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def has_problem(**conditions: Any) -> Exists:
    """Found a problem itself and told the bureau of it in the last signed version."""
    return Exists(Problem.objects.standing().filter(self_check=OuterRef("pk"), **conditions))


def rolled_up(counties: dict[str, AreaFigures]) -> dict[str, AreaFigures]:
    """The same figures for each county, city, province and the nation, by prefix."""
    found: dict[str, AreaFigures] = defaultdict(AreaFigures)
    for county, figures in counties.items():
        for depth in DEPTHS:
            found[county[:depth]].add(figures)
    return dict(found)


def refresh_tallies() -> int:
    """Count the large rounds anew that may have changed; how many. The worker's, every minute."""
    rounds = Round.objects.exclude(state=RoundState.DRAFT)
    changed = [round for round in rounds if _is_large(round) and _may_have_changed(round)]
    for round in changed:
        keep_tallies(round)
    return len(changed)


def _is_large(round: Round) -> bool:
    return bool(round.self_checks.order_by("pk")[LARGE : LARGE + 1])


def _may_have_changed(round: Round) -> bool:
    """After the end of a round only reviews, signatures under waiting versions and the calendar change its figures."""
    last = Tally.objects.filter(round=round).order_by("counted_at").first()
    if round.state == RoundState.OPEN or last is None:
        return True
    since, deadline = last.counted_at, end_of(round.deadline)
    return (
        (round.closed_at is not None and round.closed_at >= since)
        or since < deadline <= timezone.now()
        or Review.objects.filter(submission__self_check__round=round, at__gte=since).exists()
        or Signature.objects.filter(submission__self_check__round=round, signed_at__gte=since).exists()
    )


def keep_tallies(round: Round) -> None:
    """Replace the round's tallies by what is counted now."""
    now = timezone.now()
    areas = rolled_up(count_counties(round))
    rows = [_tally(round, area, figures, now) for area, figures in areas.items()]
    with transaction.atomic():
        Tally.objects.bulk_create(
            rows, batch_size=ROWS_PER_INSERT, update_conflicts=True, unique_fields=["round", "area"],
            update_fields=["progress", "domains", "items", "counted_at"],
        )  # fmt: skip
        Tally.objects.filter(round=round, counted_at__lt=now).delete()


def _tally(round: Round, area: str, figures: AreaFigures, now: datetime) -> Tally:
    items = {str(item): choices for item, choices in figures.items.items()}
    return Tally(
        round=round, area=area, depth=len(area), progress=figures.progress, domains=dict(figures.domains), items=items,
        counted_at=now,
    )  # fmt: skip


def _restored(kept: Tally) -> AreaFigures:
    domains = {code: Counter(figures) for code, figures in kept.domains.items()}
    items = {int(item): Counter(choices) for item, choices in kept.items.items()}
    return AreaFigures(Counter(kept.progress), domains, items)


def most_often(figures: AreaFigures, numbers: Iterable[int]) -> list[tuple[int, Counter[str]]]:
    """(item, choices) of all items, the one with most “是” first."""
    rows = [(number, figures.items.get(number, Counter())) for number in numbers]
    return sorted(rows, key=lambda row: (-row[1]["yes"], row[0]))
