"""What a campaign has come to, in figures for official documents: of its lead bureau all, of a bureau below its region.

Problems count once the departments have looked at them together (results that are final) and unless withdrawn since;
measures once decided.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import Bureau
from campaigns.models import Campaign, Task
from campaigns.states import TaskState
from selftest.models import SelfCheck
from selftest.states import SelfCheckState
from visits.codes import MeasureKind, Outcome, Severity
from visits.models import Attendee, Finding, Measure, Rectification, Referral
from visits.states import FindingState, MeasureState, RectificationState, ReferralState, ResultState, VisitState

CONCLUDED = (TaskState.CONCLUDED, TaskState.CLOSED, TaskState.ADOPTED)
TAKEN = (MeasureState.DECIDED, MeasureState.DONE)
ANSWERED = (ReferralState.ANSWERED, ReferralState.CLOSED)
FALSE_REPORTS = (Severity.FALSE, Severity.UNTRUE)
HANDED_IN = (SelfCheckState.SUBMITTED, SelfCheckState.ACCEPTED)
INSPECTED = Q(visits__state=VisitState.ENDED, visits__outcome=Outcome.INSPECTED)


@dataclass(frozen=True, slots=True)
class LineFigures:
    """Institutions of one plan line; amount in 元."""

    title: str
    tasks: int
    inspected: int
    troubled: int
    false_reports: int
    ordered: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CountyFigures:
    """late: past its day and nobody has been there."""

    name: str
    tasks: int
    inspected: int
    concluded: int
    late: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Institutions, unless the name says otherwise. findings, measures: by severity and kind; amount in 元."""

    tasks: int
    modes: Counter[str]
    inspected: int
    adopted: int
    concluded: int
    officers: int
    self_checks: int
    handed_in: int
    troubled: int
    findings: Counter[str]
    matters: list[tuple[str, int]]
    ordered: int
    orders: int
    orders_verified: int
    orders_late: int
    measures: Counter[str]
    amount: Decimal
    referrals: int
    referrals_answered: int
    lines: list[LineFigures]
    counties: list[CountyFigures]

    @property
    def total_findings(self) -> int:
        return self.findings.total()


def tasks_of(campaign: Campaign, bureau: Bureau) -> QuerySet[Task]:
    """Those that stand: all of the campaign for a bureau of its lead's region, else those in the bureau's own."""
    tasks = campaign.tasks.live()
    if bureau.region_id == campaign.lead_bureau.region_id:
        return tasks
    return tasks.filter(institution__county__code__startswith=bureau.region.scope)


def final_findings(tasks: QuerySet[Task]) -> QuerySet[Finding]:
    found = Finding.objects.filter(result__task__in=tasks, result__state=ResultState.FINAL)
    return found.exclude(state=FindingState.WITHDRAWN)


def taken_measures(tasks: QuerySet[Task]) -> QuerySet[Measure]:
    return Measure.objects.filter(task__in=tasks, state__in=TAKEN)


def figures_of(campaign: Campaign, bureau: Bureau, today: date | None = None) -> Figures:
    tasks = tasks_of(campaign, bureau).order_by()
    findings, measures = final_findings(tasks).order_by(), taken_measures(tasks).order_by()
    orders = Rectification.objects.filter(task__in=tasks).order_by()
    referrals = Referral.objects.filter(Q(task__in=tasks) | Q(finding__result__task__in=tasks)).order_by()
    checks = _self_checks(campaign, bureau)
    day = today or timezone.localdate()
    return Figures(
        tasks=tasks.count(),
        modes=_counted(tasks, "mode"),
        inspected=tasks.filter(INSPECTED).distinct().count(),
        adopted=tasks.filter(state=TaskState.ADOPTED).count(),
        concluded=tasks.filter(state__in=CONCLUDED).count(),
        officers=_officers(tasks),
        self_checks=checks.count(),
        handed_in=checks.filter(state__in=HANDED_IN).count(),
        troubled=findings.values("result__task").distinct().count(),
        findings=_counted(findings, "severity"),
        matters=_counted(findings, "matter").most_common(),
        ordered=orders.values("task").distinct().count(),
        orders=orders.count(),
        orders_verified=orders.filter(state=RectificationState.VERIFIED).count(),
        orders_late=orders.exclude(state=RectificationState.VERIFIED).filter(due_on__lt=day).count(),
        measures=_counted(measures, "kind"),
        amount=measures.aggregate(total=Sum("amount"))["total"] or Decimal(0),
        referrals=referrals.distinct().count(),
        referrals_answered=referrals.filter(state__in=ANSWERED).distinct().count(),
        lines=_lines(campaign, tasks),
        counties=_counties(tasks, day),
    )


def _counted(rows: QuerySet[Any], column: str) -> Counter[str]:
    return Counter(dict(rows.values_list(column).annotate(number=Count("pk")).order_by(column)))


def _officers(tasks: QuerySet[Task]) -> int:
    went = Attendee.objects.filter(visit__task__in=tasks, visit__state=VisitState.ENDED, kind__in=["officer", "guest"])
    return went.values("inspector").distinct().count()


def _self_checks(campaign: Campaign, bureau: Bureau) -> QuerySet[SelfCheck]:
    found = SelfCheck.objects.filter(round__campaign=campaign)
    return found.filter(institution__county__code__startswith=bureau.region.scope)


def _lines(campaign: Campaign, tasks: QuerySet[Task]) -> list[LineFigures]:
    counted = _by_line(tasks)
    inspected = _by_line(tasks.filter(INSPECTED))
    findings = final_findings(tasks).order_by()
    troubled = _by_line(findings, "result__task__line", "result__task")
    false_reports = _by_line(findings.filter(severity__in=FALSE_REPORTS), "result__task__line", "result__task")
    ordered = _by_line(Rectification.objects.filter(task__in=tasks).order_by(), "task__line", "task")
    fined = taken_measures(tasks).order_by().values_list("task__line").annotate(Sum("amount"))
    amounts = {line: amount or Decimal(0) for line, amount in fined}
    return [
        LineFigures(
            line.title, counted[line.pk], inspected[line.pk], troubled[line.pk], false_reports[line.pk],
            ordered[line.pk], amounts.get(line.pk, Decimal(0)),
        )
        for line in campaign.lines.order_by("position", "pk")
    ]  # fmt: skip


def _by_line(rows: QuerySet[Any], line: str = "line", task: str = "pk") -> Counter[int]:
    """Tasks of each line."""
    return Counter(dict(rows.values_list(line).annotate(Count(task, distinct=True)).order_by(line)))


def _counties(tasks: QuerySet[Task], today: date) -> list[CountyFigures]:
    untouched = [TaskState.PENDING, TaskState.DISPATCHED, TaskState.NOTIFIED, TaskState.INSPECTING]
    rows = tasks.values_list("institution__county", "institution__county__name").annotate(
        number=Count("pk", distinct=True),
        inspected=Count("pk", distinct=True, filter=INSPECTED),
        concluded=Count("pk", distinct=True, filter=Q(state__in=CONCLUDED)),
        late=Count("pk", distinct=True, filter=Q(state__in=untouched, due_on__lt=today)),
    )
    return [CountyFigures(*row[1:]) for row in rows.order_by("institution__county")]


def in_wan(amount: Decimal) -> str:
    """元 as 万元, without needless zeros: 35000 → 3.5."""
    return f"{(amount / 10000).quantize(Decimal('0.0001')).normalize():f}"


def measure_words(measures: Counter[str]) -> list[str]:
    """罚款2起, in the order in which the trade lists measures."""
    return [f"{kind.label}{measures[kind]}起" for kind in MeasureKind if measures[kind]]


def severity_words(findings: Counter[str]) -> list[str]:
    return [f"{severity.label}{findings[severity]}个" for severity in Severity if findings[severity]]
