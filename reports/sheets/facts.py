"""What the summary sheets count, read once for a campaign: of each task that the user sees, what was found there and
what became of it. Only concluded results and decided measures count; drafts and proposals do not."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from campaigns.models import ADDED_MODES, PlanLine, Task
from campaigns.states import TaskState
from institutions.models import Certificate, Domain
from reports.sheets.wanted import Wanted
from visits.codes import MeasureKind, Outcome, Severity
from visits.models import Finding, Measure, Rectification, Referral, Visit
from visits.states import FindingState, MeasureState, ResultState, VisitState

CONCLUDED = (TaskState.CONCLUDED, TaskState.CLOSED, TaskState.ADOPTED)
VIOLATIONS = frozenset(Severity) - {Severity.GENERAL}
FALSE_OR_UNTRUE = frozenset({Severity.FALSE, Severity.UNTRUE})
ORDERED = frozenset({MeasureKind.ORDER, MeasureKind.SELF_RECTIFICATION})
REVOKED = frozenset({MeasureKind.REVOCATION, MeasureKind.DEREGISTRATION})
MONEY = frozenset({MeasureKind.FINE, MeasureKind.CONFISCATION})
PENALTIES = MONEY | {MeasureKind.DISQUALIFICATION, MeasureKind.LICENCE_REVOCATION, MeasureKind.REVOCATION}
DECIDED = (MeasureState.DECIDED, MeasureState.DONE)
DOMAIN_LEVELS = 10


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """`line`: under which it is inspected; `lines`: of the campaign in whose domains the institution holds a
    certificate, the own one among them; `is_added`: beside those that were drawn. Amounts in 元."""

    task: int
    institution: int
    line: int
    lines: tuple[int, ...]
    is_added: bool
    was_visited: bool
    is_adopted: bool
    was_in_vain: bool
    severities: frozenset[Severity]
    measures: frozenset[MeasureKind]
    was_ordered: bool
    money: Decimal
    to_police: int
    leads: int
    leads_abroad: int

    @property
    def is_inspected(self) -> bool:
        return self.was_visited or self.is_adopted or bool(self.severities)

    @property
    def violates(self) -> bool:
        return not self.severities.isdisjoint(VIOLATIONS)

    @property
    def reports_falsely(self) -> bool:
        return not self.severities.isdisjoint(FALSE_OR_UNTRUE)

    @property
    def must_mend(self) -> bool:
        """Ordered by a 责令改正通知书, or by a decided measure of that kind or of 自行整改."""
        return self.was_ordered or not self.measures.isdisjoint(ORDERED)


def tasks_of(wanted: Wanted) -> QuerySet[Task]:
    return Task.objects.visible_to(wanted.user).live().filter(campaign=wanted.campaign).order_by()


def concluded_of(wanted: Wanted) -> tuple[int, int]:
    """(concluded or adopted, all)."""
    states = Counter(tasks_of(wanted).values_list("state", flat=True))
    return sum(states[state] for state in CONCLUDED), states.total()


def lines_of(wanted: Wanted) -> list[PlanLine]:
    """In the order of the plan."""
    lines = wanted.campaign.lines.select_related("lead_bureau__department")
    return list(lines.prefetch_related("partners__department").order_by("position", "pk"))


def findings_of(wanted: Wanted) -> QuerySet[Finding]:
    """Standing ones of concluded results."""
    seen = Finding.objects.visible_to(wanted.user).filter(result__task__in=tasks_of(wanted))
    return seen.filter(result__state=ResultState.FINAL).exclude(state=FindingState.WITHDRAWN).order_by()


def measures_of(wanted: Wanted) -> QuerySet[Measure]:
    """Decided or carried out."""
    seen = Measure.objects.visible_to(wanted.user).filter(task__in=tasks_of(wanted), state__in=DECIDED)
    return seen.order_by()


def money_measures(wanted: Wanted) -> QuerySet[Measure]:
    return measures_of(wanted).filter(kind__in=MONEY, amount__isnull=False)


def police_measures(wanted: Wanted) -> QuerySet[Measure]:
    return measures_of(wanted).filter(kind=MeasureKind.POLICE)


def leads_of(wanted: Wanted) -> QuerySet[Referral]:
    return Referral.objects.visible_to(wanted.user).filter(task__in=tasks_of(wanted)).order_by()


def leads_abroad(wanted: Wanted) -> QuerySet[Referral]:
    """To a receiver in another province, in the system or outside it."""
    province = wanted.campaign.scope[:2]
    elsewhere = Q(receiver__isnull=True) | ~Q(receiver__region__code__startswith=province)
    return leads_of(wanted).filter(elsewhere) if province else leads_of(wanted).filter(receiver__isnull=True)


def facts_of(wanted: Wanted) -> list[TaskFacts]:
    """A constant number of queries for any number of tasks."""
    tasks = tasks_of(wanted)
    severities = grouped(findings_of(wanted).values_list("result__task_id", "severity"))
    measures = grouped(measures_of(wanted).values_list("task_id", "kind"))
    visits = Visit.objects.filter(task__in=tasks, state=VisitState.ENDED).order_by()
    outcomes = grouped(visits.values_list("task_id", "outcome"))
    ordered = set(Rectification.objects.filter(task__in=tasks).order_by().values_list("task_id", flat=True))
    money: defaultdict[int, Decimal] = defaultdict(Decimal)
    for task, amount in money_measures(wanted).values_list("task_id", "amount"):
        money[task] += amount or 0
    police = Counter(police_measures(wanted).values_list("task_id", flat=True))
    leads = Counter(leads_of(wanted).values_list("task_id", flat=True))
    abroad = Counter(leads_abroad(wanted).values_list("task_id", flat=True))
    held = lines_held(wanted)
    rows = tasks.order_by("pk").values_list("pk", "institution_id", "line_id", "mode", "state")
    return [
        TaskFacts(
            task=task,
            institution=institution,
            line=line,
            lines=tuple(dict.fromkeys([line, *held.get(institution, ())])),
            is_added=mode in ADDED_MODES and wanted.campaign.draws_lots,
            was_visited=Outcome.INSPECTED in outcomes[task],
            is_adopted=state == TaskState.ADOPTED,
            was_in_vain=bool(outcomes[task]) and Outcome.INSPECTED not in outcomes[task],
            severities=frozenset(Severity(each) for each in severities[task]),
            measures=frozenset(MeasureKind(each) for each in measures[task]),
            was_ordered=task in ordered,
            money=money[task],
            to_police=police[task],
            leads=leads[task],
            leads_abroad=abroad[task],
        )
        for task, institution, line, mode, state in rows
    ]


def grouped(pairs: Iterable[tuple[int, str]]) -> defaultdict[int, set[str]]:
    found: defaultdict[int, set[str]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return found


def lines_held(wanted: Wanted) -> Mapping[int, list[int]]:
    """Institution → the lines in whose domain, or one below it, and at whose level one of its certificates is; the line
    for all other domains holds nothing by itself."""
    lines = [line for line in lines_of(wanted) if line.domain_id]
    above = dict(Domain.objects.values_list("code", "parent_id"))
    certificates = Certificate.objects.filter(institution__in=tasks_of(wanted).values("institution"))
    found: defaultdict[int, list[int]] = defaultdict(list)
    held: set[tuple[Any, ...]] = set(certificates.order_by().values_list("institution_id", "level", "domains"))
    reached = {(institution, level, each) for institution, level, code in held for each in upwards(code, above)}
    for institution, level, code in sorted(reached):
        for line in lines:
            if line.domain_id == code and line.level in ("", level):
                found[institution].append(line.pk)
    return found


def upwards(code: str | None, above: Mapping[str, str | None]) -> Iterator[str]:
    """The domain and those above it."""
    for _ in range(DOMAIN_LEVELS):
        if code is None:
            return
        yield code
        code = above.get(code)
