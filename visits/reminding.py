"""Reminders of rectifications: three days before the day and three days after it, each once for each day that an order
has been due on; an extension begins anew.

The row is unique and is written first: it shows on the institution's page. Mail goes out after that, and is tried again
until it is taken. A clock that stood still for a day reminds the day after.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.waiting_mail import send_waiting_mail
from visits.models import Rectification, RectificationReminder
from visits.states import RectificationState

Kind = RectificationReminder.Kind
BEFORE = timedelta(days=3)
AFTER = timedelta(days=3)
FROM_HOUR = time(9)
ROWS_PER_RUN = 1000
WITH_INSTITUTION = (RectificationState.ORDERED, RectificationState.RETURNED)
"""It is the institution that has to do something."""


def remind() -> tuple[int, int]:
    """(new reminders, mails sent). The worker's, every ten minutes: from nine o'clock on what is due, and mail that
    could not be sent before."""
    now = timezone.localtime()
    reminded = _remind(Kind.BEFORE, now) + _remind(Kind.AFTER, now) if now.time() >= FROM_HOUR else 0
    waiting = RectificationReminder.objects.select_related(
        "rectification__task__institution", "rectification__bureau", "rectification__ordered_by"
    )
    return reminded, send_waiting_mail(waiting, _composed)


def orders_to_remind_of(kind: RectificationReminder.Kind, now: datetime) -> QuerySet[Rectification]:
    today = timezone.localdate(now)
    near = Q(due_on__gte=today, due_on__lte=today + BEFORE) if kind == Kind.BEFORE else Q(due_on__lte=today - AFTER)
    told = RectificationReminder.objects.filter(rectification=OuterRef("pk"), kind=kind, due_on=OuterRef("due_on"))
    return Rectification.objects.filter(near, ~Exists(told), state__in=WITH_INSTITUTION).order_by("pk")


@transaction.atomic
def _remind(kind: RectificationReminder.Kind, now: datetime) -> int:
    """The orders are locked, so that two workers do not remind of the same."""
    locked = Rectification.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=orders_to_remind_of(kind, now).values_list("pk", flat=True)[:ROWS_PER_RUN]
    )
    pks = [order.pk for order in locked]
    still = orders_to_remind_of(kind, now).filter(pk__in=pks)
    rows = [
        RectificationReminder(
            rectification=order, kind=kind, due_on=order.due_on, sent_at=now,
            mail_after=now if settings.REMIND_BY_MAIL else None,
        )
        for order in still
    ]  # fmt: skip
    return len(RectificationReminder.objects.bulk_create(rows))


def _composed(reminder: RectificationReminder) -> EmailMessage:
    """To nobody, where it is no longer needed."""
    to, bcc = addresses_of(reminder) if _is_still_due(reminder) else ([], [])
    return EmailMessage(subject_of(reminder), text_of(reminder), to=to, bcc=bcc)


def _is_still_due(reminder: RectificationReminder) -> bool:
    order = reminder.rectification
    return order.state in WITH_INSTITUTION and order.due_on == reminder.due_on


def addresses_of(reminder: RectificationReminder) -> tuple[list[str], list[str]]:
    """The institution's people; out of their sight, once it is late, the officer who gave the order."""
    order = reminder.rectification
    people = User.objects.filter(representing__institution=order.task.institution_id, is_active=True)
    officer = order.ordered_by
    tells_officer = reminder.kind == Kind.AFTER and officer.is_active and officer.email
    to = sorted(set(people.exclude(email="").values_list("email", flat=True)))
    return to, [officer.email] if tells_officer else []


def subject_of(reminder: RectificationReminder) -> str:
    order = reminder.rectification
    what = "已经逾期" if reminder.kind == Kind.AFTER else f"{order.due_on:%m月%d日}到期"
    return f"整改{what}：{order.number}"


def text_of(reminder: RectificationReminder) -> str:
    return "\n".join(_lines(reminder.rectification, is_late=reminder.kind == Kind.AFTER))


def _lines(order: Rectification, *, is_late: bool) -> Iterator[str]:
    page = settings.PUBLIC_URL + reverse("visits:own_rectification", args=[order.pk])
    name, day = order.task.institution.name, f"{order.due_on:%Y-%m-%d}"
    yield f"{name}："
    yield ""
    if is_late:
        yield f"{order.bureau.name}《责令改正通知书》（{order.number}）要求于 {day} 前完成整改，贵单位至今没有报告整改情况。"
        yield "逾期不改正的，将依法处理。请立即整改并报告。"
    else:
        yield f"{order.bureau.name}《责令改正通知书》（{order.number}）要求于 {day} 前完成整改，请按期整改并报告。"
        yield "确有困难的，可以在期限届满前申请延期。"
    yield ""
    yield f"报告页面：{page}" if settings.PUBLIC_URL else "请登录联抽系统，在“整改”中报告。"
    yield "本邮件由系统自动发送，请勿回复。"
