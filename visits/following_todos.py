"""What measures and rectifications ask of regulators and of institutions, on the workbench."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import workbench
from accounts.models import User
from accounts.models.users import INSTITUTION_PEOPLE
from accounts.workbench import Running, ToDo, Urgency
from campaigns.todos import MOST_SHOWN, urgency_of
from visits.following_lists import in_status
from visits.measures import waiting_of
from visits.models import Extension, Measure, Rectification
from visits.rules import OFFICERS
from visits.states import MeasureState, RectificationState


def todos(user: User) -> Iterable[ToDo]:
    """Of an officer's own bureau."""
    if not user.is_regulator or user.bureau_id is None or not user.has_role(*OFFICERS):
        return
    yield from measures_to_see_to(user)
    yield from rectifications_to_see_to(user)
    yield from extensions_to_decide(user)
    yield from escalated(user)


def measures_to_see_to(user: User) -> Iterator[ToDo]:
    own = Measure.objects.visible_to(user).filter(bureau=user.bureau_id)
    planned = list(own.filter(state=MeasureState.PLANNED))
    waiting = waiting_of(planned)
    page = reverse("visits:measures")
    if ready := len(planned) - len(waiting):
        note = f"另有 {len(waiting)} 项等待其他措施先决定" if waiting else ""
        url = f"{page}?{urlencode({'bureau': user.bureau_id, 'status': 'planned'})}"
        yield ToDo(f"{ready} 项处理措施等待作出决定", url, "去办理", Urgency.SOON, note=note)
    if decided := own.filter(state=MeasureState.DECIDED).count():
        url = f"{page}?{urlencode({'bureau': user.bureau_id, 'status': 'decided'})}"
        yield ToDo(f"{decided} 项处理措施已决定，执行完毕后请登记", url, "去登记", Urgency.WHENEVER)


def rectifications_to_see_to(user: User) -> Iterator[ToDo]:
    own = Rectification.objects.visible_to(user).filter(bureau=user.bureau_id)
    figures = own.order_by().aggregate(
        reported=Count("pk", filter=in_status(RectificationState.REPORTED)),
        overdue=Count("pk", filter=in_status("overdue")),
    )
    if number := figures["reported"]:
        yield ToDo(f"{number} 家次机构已报告整改，等待复查", _list(user, "reported"), "去复查", Urgency.SOON)
    if number := figures["overdue"]:
        yield ToDo(f"{number} 项整改已经逾期", _list(user, "overdue"), "去督促", Urgency.OVERDUE)


def _list(user: User, status: str) -> str:
    return f"{reverse('visits:rectifications')}?{urlencode({'bureau': user.bureau_id or '', 'status': status})}"


def extensions_to_decide(user: User) -> Iterator[ToDo]:
    own = Rectification.objects.visible_to(user).filter(bureau=user.bureau_id)
    asked = Extension.objects.filter(rectification__in=own, is_granted__isnull=True)
    for each in asked.select_related("rectification__task__institution", "rectification__bureau")[:MOST_SHOWN]:
        order = each.rectification
        text = f"{order.task.institution.name}申请整改延期至 {each.wanted_until:%Y-%m-%d}"
        yield ToDo(text, order.get_absolute_url(), "去决定", urgency_of(order.due_on), order.due_on)


def escalated(user: User) -> Iterator[ToDo]:
    """Overdue orders of other bureaus in the campaigns that the user's own leads."""
    found = Rectification.objects.visible_to(user).filter(
        in_status("escalated"), task__campaign__lead_bureau=user.bureau_id
    )
    if number := found.exclude(bureau=user.bureau_id).count():
        url = f"{reverse('visits:rectifications')}?{urlencode({'bureau': '', 'status': 'escalated'})}"
        yield ToDo(f"配合部门和下级有 {number} 项整改逾期，已上报", url, "去督促", Urgency.SOON)


def own_todos(user: User) -> Iterable[ToDo]:
    """Of an institution's people: also how they are reminded inside the system, from the day of the order on."""
    for order in _own(user, RectificationState.ORDERED, RectificationState.RETURNED):
        page = reverse("visits:own_rectification", args=[order.pk])
        is_returned = order.state == RectificationState.RETURNED
        words = "复查认为整改不到位，请继续整改" if is_returned else "请按期整改并报告"
        text = f"{order.task.institution.name}：{order.number} {words}"
        yield ToDo(text, page, "去报告", urgency_of(order.due_on), order.due_on, _reminded(order))


def _own(user: User, *states: RectificationState) -> QuerySet[Rectification]:
    if not user.has_role(*INSTITUTION_PEOPLE):
        return Rectification.objects.none()
    found = Rectification.objects.visible_to(user).filter(state__in=states)
    return found.select_related("task__institution", "bureau").order_by("due_on", "pk")[:MOST_SHOWN]


def _reminded(order: Rectification) -> str:
    days = (order.due_on - timezone.localdate()).days
    return f"已经逾期 {-days} 天，逾期不改正的将依法处理" if days < 0 else ""


def under_way(user: User) -> Iterable[Running]:
    for order in _own(user, RectificationState.REPORTED):
        page = reverse("visits:own_rectification", args=[order.pk])
        yield Running(f"{order.task.institution.name}：{order.number}", page, "已报告整改，待复查", "waiting")


workbench.offer(todos=todos)
workbench.offer(todos=own_todos, running=under_way)
