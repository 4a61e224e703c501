"""What a task's page leads to when it comes to going there, and who learns that a notice was opened."""

from collections.abc import Iterator

from django.urls import reverse

from accounts.links import Link, offer
from accounts.models import User
from accounts.rules import can
from campaigns import openings
from campaigns.models import InspectionNotice, Task
from campaigns.models.tasks import BEFORE_VISIT
from campaigns.states import TaskState
from visits import delivering
from visits.models import Delivery, Preparation, Visit

MAY_BE_PLANNED = (*BEFORE_VISIT, TaskState.INSPECTING)


def going_there(user: User, task: Task) -> Iterator[Link]:
    if not user.is_regulator:
        return
    visits = list(Visit.objects.visible_to(user).filter(task=task).standing().order_by("number"))
    if not visits and task.state in MAY_BE_PLANNED and can(user, "plan", Visit(task=task)):
        yield Link("安排检查", reverse("visits:plan", args=[task.pk]), "calendar-days")
    if visits:
        yield Link("现场检查", visits[-1].get_absolute_url(), "calendar-days")
    yield from _telling(user, task)


def _telling(user: User, task: Task) -> Iterator[Link]:
    """What goes into the notice, and once it is issued how it was delivered."""
    notice = getattr(task, "notice", None)
    if notice is None and task.state == TaskState.DISPATCHED and can(user, "edit", Preparation(task=task)):
        yield Link("需准备的材料", reverse("visits:preparation", args=[task.pk]), "folder-check")
    is_open = notice is not None and task.state in BEFORE_VISIT and not notice.deliveries.exists()
    if is_open and can(user, "enter", Delivery(notice=notice)):
        yield Link("登记送达", reverse("visits:deliver", args=[task.pk]), "mail-check")


def told(notice: InspectionNotice, user: User) -> None:
    """The institution reads: a receipt, once, and only for the live ones among its own people."""
    if can(user, "read", Delivery(notice=notice)):
        delivering.read(notice, by=user)


offer(Task, going_there)
openings.listen(told)
