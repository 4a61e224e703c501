"""What is due, late and waiting for whom; how far a campaign has come from drawn to closed; who carries how much."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from accounts.models import Bureau, User
from campaigns.models import Campaign, Task
from campaigns.states import TaskState
from institutions.models import Institution
from visits.models import Attendee, DepartmentResult, Finding, Measure, Rectification, Referral, Visit
from visits.states import (
    OPEN_FINDINGS,
    OPEN_RECTIFICATIONS,
    OPEN_REFERRALS,
    MeasureState,
    RectificationState,
    ResultState,
    VisitState,
)

FUNNEL = (
    ("drawn", "已抽取", tuple(state for state in TaskState if state not in (TaskState.REPLACED, TaskState.CANCELLED))),
    (
        "dispatched", "已派发",
        tuple(s for s in TaskState if s not in (TaskState.PENDING, TaskState.REPLACED, TaskState.CANCELLED)),
    ),
    (
        "begun", "已开始检查",
        (TaskState.INSPECTING, TaskState.REVIEWING, TaskState.JOINT, TaskState.CONCLUDED, TaskState.CLOSED),
    ),
    ("handed_in", "已提交结果", (TaskState.REVIEWING, TaskState.JOINT, TaskState.CONCLUDED, TaskState.CLOSED)),
    ("concluded", "已认定", (TaskState.CONCLUDED, TaskState.CLOSED, TaskState.ADOPTED)),
    ("closed", "已办结", (TaskState.CLOSED, TaskState.ADOPTED)),
)  # fmt: skip
"""Stages of a campaign's tasks, each with the states that have reached it. An adopted result ends a task."""


@dataclass(frozen=True, slots=True)
class Board:
    """Numbers of one bureau; each is that of the list that `visits.boards` gives for it."""

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


def board_of(bureau: Bureau, today: date) -> Board:
    open_tasks = unvisited_tasks(bureau)
    rectifications = Rectification.objects.filter(bureau=bureau, state__in=OPEN_RECTIFICATIONS)
    received = Referral.objects.filter(receiver=bureau, state__in=OPEN_REFERRALS)
    return Board(
        tasks_due=open_tasks.count(),
        tasks_late=open_tasks.filter(due_on__lt=today).count(),
        results_to_write=results_to_write(bureau).count(),
        results_to_review=results_to_review(bureau).count(),
        to_conclude=Task.objects.filter(bureau=bureau, state=TaskState.JOINT).count(),
        measures_to_decide=Measure.objects.filter(bureau=bureau, state=MeasureState.PLANNED).count(),
        to_verify=rectifications.filter(state=RectificationState.REPORTED).count(),
        rectifications_late=rectifications.filter(due_on__lt=today).count(),
        referrals_to_answer=received.count(),
        referrals_late=received.filter(due_on__lt=today).count(),
    )


def unvisited_tasks(bureau: Bureau) -> QuerySet[Task]:
    """Handed out to this bureau, and the visit has not ended."""
    states = [TaskState.DISPATCHED, TaskState.NOTIFIED, TaskState.INSPECTING]
    return Task.objects.filter(bureau=bureau, state__in=states).exclude(visits__state=VisitState.ENDED)


def results_to_write(bureau: Bureau) -> QuerySet[DepartmentResult]:
    return DepartmentResult.objects.filter(bureau=bureau, state__in=[ResultState.DRAFT, ResultState.RETURNED])


def results_to_review(bureau: Bureau) -> QuerySet[DepartmentResult]:
    """Of the tasks that this bureau organises, whoever wrote them."""
    return DepartmentResult.objects.filter(task__bureau=bureau, state=ResultState.SUBMITTED)


def funnel_of(campaign: Campaign) -> list[tuple[str, str, int]]:
    """(stage, label, tasks), each stage within the one before."""
    states = Counter(dict(campaign.tasks.order_by().values_list("state").annotate(Count("pk"))))
    return [(stage, label, sum(states[state] for state in reached)) for stage, label, reached in FUNNEL]


def workload(bureau: Bureau, year: int) -> list[tuple[str, int, int]]:
    """(officer, visits that ended, visits planned) of the bureau's own officers in the campaigns of a year."""
    rows = Attendee.objects.filter(
        inspector__bureau=bureau, visit__task__campaign__year=year, kind__in=["officer", "guest"]
    )
    counted = rows.values_list("inspector__name").annotate(
        ended=Count("pk", filter=Q(visit__state=VisitState.ENDED)),
        planned=Count("pk", filter=Q(visit__state__in=[VisitState.PLANNED, VisitState.STARTED])),
    )
    return sorted(((name, ended, planned) for name, ended, planned in counted), key=lambda row: (-row[1], row[0]))


@dataclass(frozen=True, slots=True)
class DossierYear:
    """信用档案 of one institution in one year."""

    year: int
    tasks: list[Task]
    findings: list[Finding]
    measures: list[Measure]
    open_findings: int


def dossier_of(institution: Institution, user: User) -> list[DossierYear]:
    """What this user may see, newest year first."""
    tasks = list(Task.objects.visible_to(user).filter(institution=institution).select_related("campaign", "bureau"))
    findings = Finding.objects.visible_to(user).filter(result__task__in=tasks).select_related("result__bureau")
    measures = Measure.objects.visible_to(user).filter(task__in=tasks).select_related("bureau")
    by_task = {task.pk: task.campaign.year for task in tasks}
    years = sorted(set(by_task.values()), reverse=True)
    return [
        DossierYear(
            year,
            [task for task in tasks if by_task[task.pk] == year],
            found := [each for each in findings if by_task[each.result.task_id] == year],
            [each for each in measures if by_task[each.task_id] == year],
            sum(each.state in OPEN_FINDINGS for each in found),
        )
        for year in years
    ]


def visits_between(bureau: Bureau, first: date, last: date) -> QuerySet[Visit]:
    """The bureau's calendar."""
    return (
        Visit.objects.standing()
        .filter(task__bureau=bureau, planned_start__date__gte=first, planned_start__date__lte=last)
        .select_related("task__institution", "task__campaign")
        .prefetch_related("attendees")
    )
