"""What waits on the workbench about results: to write, returned, to review, to look at together, adoptions to approve."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts import workbench
from accounts.models import Role, User
from accounts.models.users import LEADS
from accounts.workbench import ToDo, Urgency
from campaigns.models import Task
from campaigns.states import TASK_STEPS, TaskState
from campaigns.todos import MOST_SHOWN
from visits.boards import results_to_review
from visits.models import Adoption, DepartmentResult
from visits.rules import OFFICERS
from visits.states import ResultState


def todos(user: User) -> Iterator[ToDo]:
    if not user.is_regulator or user.bureau is None:
        return
    yield from results_to_write(user)
    yield from results_to_look_at(user)
    yield from tasks_to_conclude(user)
    yield from adoptions_to_approve(user)


def results_to_write(user: User) -> Iterator[ToDo]:
    """Of the user's bureau; an inspector's those of the visits they were at."""
    found = DepartmentResult.objects.filter(
        bureau=user.bureau_id, state__in=[ResultState.DRAFT, ResultState.RETURNED]
    ).select_related("task__institution")
    if not user.has_role(*OFFICERS):
        found = found.filter(**_was_there(user)).distinct()
    for result in found.order_by("-state", "pk")[:MOST_SHOWN]:
        name, url = result.task.institution.name, reverse("visits:result", args=[result.pk])
        if result.state == ResultState.RETURNED:
            yield ToDo(f"{name}的检查结果被退回，请修改后再提交", url, "去修改", Urgency.TODAY)
        else:
            yield ToDo(f"请填写{name}的检查结果", url, "去填写", Urgency.SOON)


def _was_there(user: User) -> dict[str, Any]:
    there = "task__visits__attendees"
    return {f"{there}__inspector__user": user, f"{there}__kind__in": ["officer", "guest"]}


def results_to_look_at(user: User) -> Iterator[ToDo]:
    """By the bureau that organises the inspection, and by whoever led the team."""
    if user.has_role(*OFFICERS) and user.bureau:
        waiting: QuerySet[DepartmentResult] = results_to_review(user.bureau)
    else:
        led = {"task__visits__attendees__inspector__user": user, "task__visits__attendees__is_leader": True}
        waiting = DepartmentResult.objects.filter(state=ResultState.SUBMITTED, **led).distinct()
    by_task: dict[int, list[DepartmentResult]] = {}
    for result in waiting.select_related("task__institution", "bureau").order_by("task", "pk"):
        by_task.setdefault(result.task_id, []).append(result)
    for results in list(by_task.values())[:MOST_SHOWN]:
        task = results[0].task
        text = (
            f"{'、'.join(each.bureau.short_name for each in results)}提交了{task.institution.name}的检查结果，等待审核"
        )
        url = f"{reverse('visits:results', args=[task.pk])}#result-{results[0].pk}"
        yield ToDo(text, url, "去审核", Urgency.SOON)


def tasks_to_conclude(user: User) -> Iterator[ToDo]:
    if not user.has_role(*LEADS, Role.COUNTY_OFFICER):
        return
    waiting = Task.objects.filter(bureau=user.bureau_id, state=TaskState.JOINT).select_related("institution")
    for task in waiting.order_by("pk")[:MOST_SHOWN]:
        url = reverse("visits:conclude", args=[task.pk])
        yield ToDo(f"{task.institution.name}的检查结果已全部审核，等待联合研判", url, "去研判", Urgency.SOON)


def adoptions_to_approve(user: User) -> Iterator[ToDo]:
    """Not by whoever asked."""
    if not user.has_role(Role.LEAD_APPROVER, Role.COUNTY_OFFICER):
        return
    waiting = Adoption.objects.filter(
        task__bureau=user.bureau_id, approved_at=None, declined_at=None, task__state__in=TASK_STEPS["adopt"].sources
    ).exclude(asked_by=user)
    for adoption in waiting.select_related("task__institution").order_by("pk")[:MOST_SHOWN]:
        url = reverse("visits:adoption", args=[adoption.task_id])
        yield ToDo(
            f"{adoption.task.institution.name}：有人提出采纳其他检查的结果，等待批准", url, "去批准", Urgency.SOON
        )


workbench.offer(todos=todos)
