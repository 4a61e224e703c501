"""What is due, late and waiting for whom; how far a campaign has come from drawn to closed; who carries how much."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.models import Bureau, User
from campaigns.models import Campaign, Task
from campaigns.models.tasks import seen_by
from campaigns.states import TaskState
from inspectors.models import Inspector
from institutions.models import Institution
from visits.models import Attendee, DepartmentResult, Finding, Measure, Rectification, Referral, Visit
from visits.states import (
    OPEN_FINDINGS,
    OPEN_RECTIFICATIONS,
    OPEN_REFERRALS,
    FindingState,
    MeasureState,
    RectificationState,
    ResultState,
    VisitState,
)

ENDED_WELL = (TaskState.CLOSED, TaskState.ADOPTED)
FUNNEL = (
    ("drawn", "已抽取", tuple(state for state in TaskState if state not in (TaskState.REPLACED, TaskState.CANCELLED))),
    (
        "dispatched", "已派发",
        tuple(s for s in TaskState if s not in (TaskState.PENDING, TaskState.REPLACED, TaskState.CANCELLED)),
    ),
    (
        "begun", "已开始检查",
        (TaskState.INSPECTING, TaskState.REVIEWING, TaskState.JOINT, TaskState.CONCLUDED, *ENDED_WELL),
    ),
    ("handed_in", "已提交结果", (TaskState.REVIEWING, TaskState.JOINT, TaskState.CONCLUDED, *ENDED_WELL)),
    ("concluded", "已认定", (TaskState.CONCLUDED, *ENDED_WELL)),
    ("closed", "已办结", ENDED_WELL),
)  # fmt: skip
"""Stages of a campaign's tasks, each with the states that have reached it. A task whose result was adopted is at the end
and counts in every stage before, so that no stage is larger than the one before."""


@dataclass(frozen=True, slots=True)
class Board:
    """Numbers of one bureau; each is that of the rows that `rows_of` gives under its name."""

    tasks_due: int
    tasks_late: int
    results_to_write: int
    results_to_review: int
    to_conclude: int
    measures_to_decide: int
    to_verify: int
    rectifications_late: int
    referrals_to_answer: int
    referrals_late: int


Rows = QuerySet[Any]
"""Of tasks, visits, department results, measures, rectifications or referrals."""


def rows_of(bureau: Bureau, today: date, user: User | None = None) -> dict[str, Rows]:
    """The rows behind each number of the board; with a `user`, those of them that the user may see."""
    open_tasks = unvisited_tasks(bureau)
    rectifications = Rectification.objects.filter(bureau=bureau, state__in=OPEN_RECTIFICATIONS)
    received = Referral.objects.filter(receiver=bureau, state__in=OPEN_REFERRALS)
    found: dict[str, Rows] = {
        "tasks_due": open_tasks,
        "tasks_late": open_tasks.filter(due_on__lt=today),
        "results_to_write": results_to_write(bureau),
        "results_to_review": results_to_review(bureau),
        "to_conclude": Task.objects.filter(bureau=bureau, state=TaskState.JOINT),
        "measures_to_decide": Measure.objects.filter(bureau=bureau, state=MeasureState.PLANNED),
        "to_verify": rectifications.filter(state=RectificationState.REPORTED),
        "rectifications_late": rectifications.filter(due_on__lt=today),
        "referrals_to_answer": received,
        "referrals_late": received.filter(due_on__lt=today),
    }
    return {key: _seen(rows, user) for key, rows in found.items()} if user else found


def _seen(rows: Rows, user: User) -> Rows:
    if rows.model is Task:
        return rows.filter(seen_by(user))
    visible: Rows = rows.model._default_manager.visible_to(user)
    return rows.filter(pk__in=visible.order_by().values("pk"))


def board_of(bureau: Bureau, today: date, user: User | None = None) -> Board:
    return Board(**{key: rows.count() for key, rows in rows_of(bureau, today, user).items()})


def unvisited_tasks(bureau: Bureau) -> QuerySet[Task]:
    """Handed out to this bureau, and the visit has not ended."""
    states = [TaskState.DISPATCHED, TaskState.NOTIFIED, TaskState.INSPECTING]
    return Task.objects.filter(bureau=bureau, state__in=states).exclude(visits__state=VisitState.ENDED)


def results_to_write(bureau: Bureau) -> QuerySet[DepartmentResult]:
    return DepartmentResult.objects.filter(bureau=bureau, state__in=[ResultState.DRAFT, ResultState.RETURNED])


def results_to_review(bureau: Bureau) -> QuerySet[DepartmentResult]:
    """Of the tasks that this bureau organises, whoever wrote them."""
    return DepartmentResult.objects.filter(task__bureau=bureau, state=ResultState.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Wait:
    """So many things of this bureau that another one has to do; `what` is a key of AWAITED, `whom` a bureau's code or,
    for a receiver outside the system, its name; empty for the institutions."""

    what: str
    whom: str
    name: str
    count: int
    late: int


AWAITED = {
    "results": "填写检查结果", "measures": "作出处理决定", "referrals": "反馈移送的线索", "rectifications": "报告整改情况",
}  # fmt: skip


def awaited_rows(bureau: Bureau, user: User | None = None) -> dict[str, Rows]:
    """What others owe this bureau."""
    writing, owed = [ResultState.DRAFT, ResultState.RETURNED], [RectificationState.ORDERED, RectificationState.RETURNED]
    found: dict[str, Rows] = {
        "results": DepartmentResult.objects.filter(task__bureau=bureau, state__in=writing).exclude(bureau=bureau),
        "measures": Measure.objects.filter(task__bureau=bureau, state=MeasureState.PLANNED).exclude(bureau=bureau),
        "referrals": Referral.objects.filter(sender=bureau, state__in=OPEN_REFERRALS),
        "rectifications": Rectification.objects.filter(bureau=bureau, state__in=owed),
    }
    return {key: _seen(rows, user) for key, rows in found.items()} if user else found


def waits_of(bureau: Bureau, today: date, user: User | None = None) -> list[Wait]:
    """Whom this bureau waits for, and for what; four queries."""
    rows = awaited_rows(bureau, user)
    overdue = Count("pk", filter=Q(due_on__lt=today))
    found: list[Wait] = []
    for key in ("results", "measures"):
        counted = rows[key].order_by().values_list("bureau", "bureau__short_name").annotate(Count("pk"))
        found += [Wait(key, code, name, count, 0) for code, name, count in counted]
    sent = rows["referrals"].order_by().values_list("receiver", "receiver__short_name", "outside")
    for code, name, outside, count, late in sent.annotate(Count("pk"), late=overdue):
        found.append(Wait("referrals", code or outside, name or outside, count, late))
    owed = rows["rectifications"].aggregate(count=Count("pk"), late=overdue)
    if owed["count"]:
        found.append(Wait("rectifications", "", "被检查机构", owed["count"], owed["late"]))
    return sorted(found, key=lambda wait: (-wait.late, -wait.count, wait.name))


def funnel_of(campaign: Campaign, tasks: QuerySet[Task] | None = None) -> list[tuple[str, str, int]]:
    """(stage, label, tasks), each stage within the one before; of these tasks of the campaign, or of all."""
    counted = campaign.tasks.all() if tasks is None else tasks
    states = Counter(dict(counted.order_by().values_list("state").annotate(Count("pk"))))
    return [
        (stage, label_of(stage, label, campaign), sum(states[state] for state in reached))
        for stage, label, reached in FUNNEL
    ]


def label_of(stage: str, label: str, campaign: Campaign) -> str:
    """Without a draw everybody is listed, not drawn."""
    return "已列入" if stage == "drawn" and not campaign.draws_lots else label


def funnels_by_bureau(tasks: QuerySet[Task]) -> list[tuple[str, str, dict[str, int]]]:
    """(code, name, stage → tasks) of each bureau that organises some of these tasks; one query."""
    names: dict[str, str] = {}
    states: dict[str, Counter[str]] = {}
    rows = tasks.order_by().values_list("bureau", "bureau__short_name", "state").annotate(Count("pk"))
    for code, name, state, count in rows:
        names[code] = name
        states.setdefault(code, Counter())[state] += count
    return [
        (code, names[code], {stage: sum(states[code][state] for state in reached) for stage, _, reached in FUNNEL})
        for code in sorted(names)
    ]


def loads_of(bureau: Bureau, year: int) -> list[tuple[int, str, int, int]]:
    """(key, officer, visits that ended, visits planned) of the bureau's own officers in the campaigns of a year."""
    counted = _goings(year).filter(inspector__bureau=bureau).order_by().values_list("inspector", "inspector__name").annotate(
        ended=Count("pk", filter=Q(visit__state=VisitState.ENDED)),
        planned=Count("pk", filter=Q(visit__state__in=[VisitState.PLANNED, VisitState.STARTED])),
    )  # fmt: skip
    return sorted(counted, key=lambda row: (-row[2], row[1]))


def visits_of(inspector: Inspector, year: int) -> QuerySet[Visit]:
    """Those that `loads_of` counts."""
    return Visit.objects.filter(pk__in=_goings(year).filter(inspector=inspector).values("visit"))


def _goings(year: int) -> QuerySet[Attendee]:
    return Attendee.objects.filter(
        visit__task__campaign__year=year, kind__in=["officer", "guest"], visit__in=Visit.objects.standing()
    )


@dataclass(frozen=True, slots=True)
class DossierYear:
    """信用档案 of one institution in one year."""

    year: int
    tasks: list[Task]
    results: list[DepartmentResult]
    findings: list[Finding]
    measures: list[Measure]
    rectifications: list[Rectification]
    open_findings: int


def dossier_of(institution: Institution, user: User) -> list[DossierYear]:
    """What this user may see, newest year first; results once they are concluded."""
    tasks = list(
        Task.objects.visible_to(user)
        .live()
        .filter(institution=institution)
        .select_related("campaign", "bureau", "line")
    )
    final = DepartmentResult.objects.filter(task__in=tasks, state=ResultState.FINAL).select_related("bureau")
    findings = Finding.objects.visible_to(user).filter(result__task__in=tasks).exclude(state=FindingState.WITHDRAWN)
    measures = Measure.objects.visible_to(user).filter(task__in=tasks).exclude(state=MeasureState.DROPPED)
    orders = Rectification.objects.visible_to(user).filter(task__in=tasks).select_related("bureau")
    year_of = {task.pk: task.campaign.year for task in tasks}
    years: dict[int, DossierYear] = {
        year: DossierYear(year, [], [], [], [], [], 0) for year in sorted(set(year_of.values()), reverse=True)
    }
    for task in tasks:
        years[task.campaign.year].tasks.append(task)
    for result in final:
        years[year_of[result.task_id]].results.append(result)
    for finding in findings.select_related("result__bureau", "legal_basis"):
        years[year_of[finding.result.task_id]].findings.append(finding)
    for measure in measures.select_related("bureau"):
        years[year_of[measure.task_id]].measures.append(measure)
    for order in orders:
        years[year_of[order.task_id]].rectifications.append(order)
    return [
        replace(each, open_findings=sum(finding.state in OPEN_FINDINGS for finding in each.findings))
        for each in years.values()
    ]
