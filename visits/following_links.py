"""What the page of a task leads to once its result is concluded."""

from collections.abc import Iterator

from django.urls import reverse

from accounts.links import Link, offer
from accounts.models import User
from campaigns.models import Task
from campaigns.states import TaskState
from visits.models import Rectification

FOLLOWED = (TaskState.CONCLUDED, TaskState.CLOSED)


def following(user: User, task: Task) -> Iterator[Link]:
    if user.is_regulator:
        if task.state in FOLLOWED:
            yield Link("处理与整改", reverse("visits:task_measures", args=[task.pk]), "gavel")
    elif Rectification.objects.visible_to(user).filter(task=task).exists():
        yield Link("整改", reverse("visits:own_rectifications"), "wrench")


offer(Task, following)
