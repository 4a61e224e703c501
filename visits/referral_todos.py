"""What regulators find on the workbench of referrals and complaints: to accept, to answer, to close, to take up."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone

from accounts import workbench
from accounts.models import Role, User
from accounts.models.users import LEADS
from accounts.workbench import Figure, ToDo, Urgency
from accounts.working_days import working_day_after
from campaigns.todos import urgency_of
from visits.models import Complaint, Referral
from visits.rules import OFFICERS
from visits.states import OPEN_REFERRALS, ComplaintState, ReferralState

DAYS_TO_TAKE_UP = 7
"""Working days."""


def todos(user: User) -> Iterator[ToDo]:
    if not user.is_regulator or not user.has_role(*OFFICERS):
        return
    yield from referrals_received(user)
    yield from referrals_sent(user)
    if user.has_role(Role.LEAD_OFFICER, Role.COUNTY_OFFICER):
        yield from complaints_to_take_up(user)


def referrals_received(user: User) -> Iterator[ToDo]:
    received = Referral.objects.filter(receiver=user.bureau).order_by()
    figures = received.aggregate(
        new=Count("pk", filter=Q(state=ReferralState.SENT)),
        new_due=Min("due_on", filter=Q(state=ReferralState.SENT)),
        open=Count("pk", filter=Q(state=ReferralState.ACCEPTED)),
        open_due=Min("due_on", filter=Q(state=ReferralState.ACCEPTED)),
    )
    page = reverse("visits:referrals")
    if figures["new"]:
        due: date = figures["new_due"]
        text = f"{figures['new']} 件移送来的线索待接收"
        yield ToDo(text, f"{page}?side=received&state=sent", "去接收", urgency_of(due), due)
    if figures["open"]:
        due = figures["open_due"]
        text = f"{figures['open']} 件接收的线索待反馈"
        yield ToDo(text, f"{page}?side=received&state=accepted", "去反馈", urgency_of(due), due)


def referrals_sent(user: User) -> Iterator[ToDo]:
    late = Q(state__in=OPEN_REFERRALS, due_on__lt=timezone.localdate())
    read = Q(state__in=[ReferralState.ANSWERED, ReferralState.DECLINED])
    figures = (
        Referral.objects.filter(sender=user.bureau).order_by().aggregate(
            late=Count("pk", filter=late), read=Count("pk", filter=read)
        )
    )  # fmt: skip
    page = reverse("visits:referrals")
    if figures["late"]:
        text = f"{figures['late']} 件移送出去的线索逾期没有反馈"
        yield ToDo(text, f"{page}?side=sent&late=1", "去催办", Urgency.OVERDUE)
    if figures["read"]:
        text = f"{figures['read']} 件移送出去的线索有了答复，看过后办结"
        yield ToDo(text, f"{page}?side=sent", "去查看", Urgency.WHENEVER)


def complaints_to_take_up(user: User) -> Iterator[ToDo]:
    """The county's first; the city sees those of its counties in the list."""
    waiting = Complaint.objects.visible_to(user).filter(state=ComplaintState.RECEIVED).order_by()
    figures = waiting.aggregate(count=Count("pk"), first=Min("received_at"))
    if figures["count"]:
        due = working_day_after(timezone.localdate(figures["first"]), DAYS_TO_TAKE_UP)
        url = f"{reverse('visits:complaints')}?state=received"
        yield ToDo(f"{figures['count']} 件投诉举报待决定是否受理", url, "去处理", urgency_of(due), due)


def figures(user: User) -> Iterator[Figure]:
    if not user.is_market_regulator or not user.has_role(*LEADS, Role.COUNTY_OFFICER):
        return
    open_ones = Complaint.objects.visible_to(user).filter(state=ComplaintState.ACCEPTED).count()
    if open_ones:
        yield Figure("办理中的投诉举报", open_ones, "件", f"{reverse('visits:complaints')}?state=accepted")


workbench.offer(todos=todos, figures=figures)
