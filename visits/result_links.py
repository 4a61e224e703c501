"""What a task's page leads to here: its results, and another inspection's result that may stand for it."""

from collections.abc import Iterator

from django.urls import reverse

from accounts.links import Link, offer
from accounts.models import User
from accounts.rules import can
from campaigns.models import Task
from campaigns.states import TASK_STEPS, TaskState
from visits.adopting import adoptable, adoption_of
from visits.models import Adoption


def of_results(user: User, task: Task) -> Iterator[Link]:
    if not user.is_regulator:
        return
    if task.state == TaskState.ADOPTED or task.results.exists():
        yield Link("检查结果", reverse("visits:results", args=[task.pk]), "clipboard-list")
    if task.state not in TASK_STEPS["adopt"].sources:
        return
    if adoption_of(task) or (can(user, "ask", Adoption(task=task)) and adoptable(task)):
        yield Link("采纳检查结果", reverse("visits:adoption", args=[task.pk]), "copy-check")


offer(Task, of_results)
