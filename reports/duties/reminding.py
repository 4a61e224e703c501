"""Reminders of what is to be reported: three days before the day to the bureau that has not handed in, and the day after
it to the late one. Each once for each day that a duty has been due on; a soft day is reminded of like a hard one.

The row is unique and is written first; mail goes out after that, and is tried again until it is taken.
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
from accounts.templatetags.wording import cn_day
from accounts.waiting_mail import send_waiting_mail
from reports.duties.rules import SENDERS
from reports.duties.states import SubmissionState
from reports.models import DutyReminder, ReportingDuty, Submission

Kind = DutyReminder.Kind
BEFORE = timedelta(days=3)
AFTER = timedelta(days=1)
FROM_HOUR = time(9)
ROWS_PER_RUN = 1000
STANDING = (SubmissionState.HANDED_IN, SubmissionState.RECEIVED)


def remind() -> tuple[int, int]:
    """(new reminders, mails sent). The worker's, every ten minutes: from nine o'clock on what is due, and mail that
    could not be sent before."""
    now = timezone.localtime()
    reminded = _remind(Kind.BEFORE, now) + _remind(Kind.AFTER, now) if now.time() >= FROM_HOUR else 0
    waiting = DutyReminder.objects.select_related("duty__sender", "duty__receiver", "duty__campaign")
    return reminded, send_waiting_mail(waiting, _composed)


def owed() -> QuerySet[ReportingDuty]:
    """With a day, and nothing handed in that stands."""
    standing = Submission.objects.filter(duty=OuterRef("pk"), state__in=STANDING)
    return ReportingDuty.objects.filter(~Exists(standing), due_on__isnull=False)


def duties_to_remind_of(kind: DutyReminder.Kind, now: datetime) -> QuerySet[ReportingDuty]:
    today = timezone.localdate(now)
    near = Q(due_on__gte=today, due_on__lte=today + BEFORE) if kind == Kind.BEFORE else Q(due_on__lte=today - AFTER)
    told = DutyReminder.objects.filter(duty=OuterRef("pk"), kind=kind, due_on=OuterRef("due_on"))
    return owed().filter(near, ~Exists(told)).order_by("pk")


@transaction.atomic
def _remind(kind: DutyReminder.Kind, now: datetime) -> int:
    """The duties are locked, so that two workers do not remind of the same."""
    locked = ReportingDuty.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=duties_to_remind_of(kind, now).values_list("pk", flat=True)[:ROWS_PER_RUN]
    )
    still = duties_to_remind_of(kind, now).filter(pk__in=[duty.pk for duty in locked])
    rows = [
        DutyReminder(
            duty=duty, kind=kind, due_on=duty.due_on, sent_at=now, mail_after=now if settings.REMIND_BY_MAIL else None
        )
        for duty in still
        if duty.due_on
    ]
    return len(DutyReminder.objects.bulk_create(rows))


def _composed(reminder: DutyReminder) -> EmailMessage:
    """To nobody, where it is no longer needed."""
    duty = reminder.duty
    is_owed = owed().filter(pk=duty.pk, due_on=reminder.due_on).exists()
    people = User.objects.filter(bureau=duty.sender_id, is_active=True, role_assignments__role__in=SENDERS)
    addresses = set(people.exclude(email="").values_list("email", flat=True)) if is_owed else set()
    return EmailMessage(_subject(reminder), "\n".join(_lines(reminder)), to=sorted(addresses))


def _subject(reminder: DutyReminder) -> str:
    what = "已经逾期" if reminder.kind == Kind.AFTER else f"{reminder.due_on:%m月%d日}截止"
    return f"信息报送{what}：{reminder.duty.title}"


def _lines(reminder: DutyReminder) -> Iterator[str]:
    duty = reminder.duty
    page = settings.PUBLIC_URL + reverse("reports:duty", args=[duty.pk])
    soft = "原则上" if duty.is_soft else ""
    yield f"{duty.sender.name}："
    yield ""
    yield f"“{duty.campaign.title}”{soft}要求在 {reminder.due_on.year}年{cn_day(reminder.due_on)}前向{duty.receiver.name}报送{duty.title}，系统中还没有收到。"
    yield "已经逾期，请尽快报送；逾期报送的将标明逾期。" if reminder.kind == Kind.AFTER else "请按时报送。"
    yield ""
    yield f"报送页面：{page}" if settings.PUBLIC_URL else "请登录联抽系统，在“信息报送”中报送。"
    yield "本邮件由系统自动发送，请勿回复。"
