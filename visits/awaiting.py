"""下一步: what a task waits for between its notice and its end, whom, and until when."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.awaiting import Awaited, offer
from accounts.models import User
from accounts.rules import can
from campaigns.models import Task
from campaigns.models.tasks import BEFORE_VISIT
from campaigns.states import TaskState
from visits import measures
from visits.agenda import OPEN
from visits.models import Delivery, DepartmentResult, Finding, Measure, Rectification, Referral, Visit
from visits.states import (
    OPEN_MEASURES,
    OPEN_RECTIFICATIONS,
    OPEN_REFERRALS,
    FindingState,
    MeasureState,
    RectificationState,
    ResultState,
    VisitState,
)

UNDER_WAY = (TaskState.INSPECTING, TaskState.REVIEWING, TaskState.JOINT, TaskState.CONCLUDED)
RESULT_WORDS = {
    ResultState.DRAFT: "填写检查结果",
    ResultState.RETURNED: "修改被退回的检查结果",
    ResultState.SUBMITTED: "审核检查结果",
}
MEASURE_WORDS = {MeasureState.PLANNED: "作出处理决定", MeasureState.DECIDED: "执行处理决定"}


def of_task(user: User, task: Task) -> Iterator[Awaited]:
    if not user.is_regulator or task.state not in (*BEFORE_VISIT, *UNDER_WAY):
        return
    visits = list(task.visits.filter(state__in=OPEN).prefetch_related("attendees").order_by("number"))
    if task.state in BEFORE_VISIT:
        yield from _before(user, task, visits)
    yield from _visits(visits)
    if task.state in UNDER_WAY:
        yield from _results(task)
        yield from _following(user, task)


def _before(user: User, task: Task, visits: list[Visit]) -> Iterator[Awaited]:
    own, notice = task.bureau.short_name, getattr(task, "notice", None)
    if notice is None:
        yield Awaited("签发检查通知书", own, task.due_on)
    visit = min(visits, key=lambda each: each.planned_start, default=None)
    if visit is None:
        url = reverse("visits:plan", args=[task.pk]) if can(user, "plan", Visit(task=task)) else ""
        yield Awaited("安排检查时间", own, task.due_on, url)
    if notice is not None and not notice.deliveries.exists():
        url = reverse("visits:deliver", args=[task.pk]) if can(user, "enter", Delivery(notice=notice)) else ""
        due = timezone.localdate(visit.planned_start) if visit else task.due_on
        yield Awaited("送达检查通知书并登记", own, due, url)


def _visits(visits: list[Visit]) -> Iterator[Awaited]:
    for visit in visits:
        leader = next((each.name for each in visit.attendees.all() if each.is_leader), "")
        kind = visit.get_kind_display()
        what = f"完成{kind}" if visit.state == VisitState.STARTED else kind
        whom = f"检查组（组长{leader}）" if leader else "检查组"
        yield Awaited(what, whom, timezone.localdate(visit.planned_start), visit.get_absolute_url())


def _results(task: Task) -> Iterator[Awaited]:
    url, own = reverse("visits:results", args=[task.pk]), task.bureau.short_name
    by_state: defaultdict[str, list[str]] = defaultdict(list)
    for result in DepartmentResult.objects.filter(task=task).select_related("bureau").order_by("pk"):
        by_state[result.state].append(result.bureau.short_name)
    for state, words in RESULT_WORDS.items():
        if bureaus := by_state[state]:
            is_review = state == ResultState.SUBMITTED
            what = f"{words}：{'、'.join(bureaus)}" if is_review else words
            yield Awaited(what, f"组长或者{own}" if is_review else "、".join(bureaus), task.due_on, url)
    if task.state == TaskState.JOINT:
        yield Awaited("联合研判，认定检查结果", own, task.due_on, url)


def _following(user: User, task: Task) -> Iterator[Awaited]:
    if task.state == TaskState.CONCLUDED:
        yield from _untreated(task)
    yield from _measures(Measure.objects.visible_to(user).filter(task=task, state__in=OPEN_MEASURES), task)
    orders = Rectification.objects.visible_to(user).filter(task=task, state__in=OPEN_RECTIFICATIONS)
    for order in orders.select_related("bureau").order_by("due_on", "pk"):
        is_reported = order.state == RectificationState.REPORTED
        what = f"{'复查' if is_reported else '整改并报告'}：{order.number}"
        yield Awaited(
            what, order.bureau.short_name if is_reported else "被检查机构", order.due_on, order.get_absolute_url()
        )
    for sent in (
        Referral.objects.visible_to(user).filter(task=task, state__in=OPEN_REFERRALS).select_related("receiver")
    ):
        whom = sent.receiver.short_name if sent.receiver else sent.outside
        yield Awaited(f"反馈线索：{sent.number}", whom, sent.due_on, reverse("visits:referral", args=[sent.pk]))


def _untreated(task: Task) -> Iterator[Awaited]:
    """Findings that nothing follows from yet, by the department that made them."""
    found = Finding.objects.filter(
        result__task=task, state=FindingState.OPEN, measures=None, rectifications=None
    ).values_list("result__bureau__short_name", flat=True)
    names = list(found)
    for name in dict.fromkeys(names):
        words = f"处理 {names.count(name)} 个问题：责令整改或者提出处理措施"
        yield Awaited(words, name, url=reverse("visits:task_measures", args=[task.pk]))


def _measures(found: QuerySet[Measure], task: Task) -> Iterator[Awaited]:
    """By bureau; what waits for another measure is told with that."""
    listed = list(found.select_related("bureau").order_by("pk"))
    waiting = measures.waiting_of(listed)
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in listed:
        whom = measures.waiting_words(waiting.get(each.pk, [])) or each.bureau.short_name
        groups[(each.state, whom)].append(str(each))
    url = reverse("visits:task_measures", args=[task.pk])
    for (state, whom), names in sorted(groups.items(), key=lambda group: group[0][1].startswith("等待")):
        yield Awaited(f"{MEASURE_WORDS[MeasureState(state)]}：{'、'.join(names)}", whom.removeprefix("等待"), url=url)


offer(Task, of_task)
