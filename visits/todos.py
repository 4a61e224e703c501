"""What officers and inspectors find on the workbench: tasks without a day, who was not told, visits today and tomorrow."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts import workbench
from accounts.models import User
from accounts.workbench import ToDo, Urgency
from campaigns.todos import MOST_SHOWN, urgency_of
from visits import agenda
from visits.rules import OFFICERS
from visits.states import VisitState

SOON_DAYS = 1


def todos(user: User) -> Iterable[ToDo]:
    if not user.is_regulator:
        return
    yield from visits_soon(user)
    if user.has_role(*OFFICERS):
        yield from tasks_to_plan(user)
        yield from notices_to_deliver(user)


def visits_soon(user: User) -> Iterator[ToDo]:
    """The person's own, and for officers those of the bureau; what runs longer than its day stays until it is ended."""
    today = timezone.localdate()
    end = agenda.midnight(today + timedelta(days=SOON_DAYS + 1))
    rows = agenda.of_bureau(user) if user.has_role(*OFFICERS) else agenda.of_person(user)
    found = rows.filter(state__in=agenda.OPEN, planned_start__lt=end).select_related("task__institution")
    for visit in found.order_by("planned_start", "pk")[:MOST_SHOWN]:
        start = timezone.localtime(visit.planned_start)
        words = {today: "今天", today + timedelta(days=1): "明天"}.get(start.date(), f"{start:%m月%d日}")
        is_late = start.date() < today
        state = "检查尚未结束" if visit.state == VisitState.STARTED else "安排的检查没有开始" if is_late else "现场检查"
        urgency = Urgency.OVERDUE if is_late else Urgency.TODAY if start.date() == today else Urgency.SOON
        text = f"{words} {start:%H:%M} {visit.task.institution.name}：{state}"
        yield ToDo(text, visit.get_absolute_url(), "查看", urgency, start.date())


def tasks_to_plan(user: User) -> Iterator[ToDo]:
    tasks = agenda.unplanned(user)
    if number := tasks.count():
        first = tasks.filter(due_on__isnull=False).values_list("due_on", flat=True).first()
        text = f"{number} 项检查任务还没有安排检查时间"
        yield ToDo(text, f"{reverse('visits:calendar')}#unplanned", "去安排", urgency_of(first), first)


def notices_to_deliver(user: User) -> Iterator[ToDo]:
    for task, due in agenda.untold(user, MOST_SHOWN):
        text = f"{task.institution.name}：检查通知书 {task.notice.number} 尚未登记送达"
        url = reverse("visits:deliver", args=[task.pk])
        yield ToDo(text, url, "登记送达", urgency_of(due), due, task.campaign.get_notice_window_display())


workbench.offer(todos=todos)
