"""Reminders: three days before the deadline to whoever has not handed in, three days after it to the late ones.

Each self-check is reminded once of each kind: the row is unique and is written first; mail goes out after that, and is
tried again until it is taken. A clock that stood still for a day reminds the day after.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.waiting_mail import send_waiting_mail
from selftest.models import Reminder, Round, SelfCheck
from selftest.states import RoundState

BEFORE = timedelta(days=3)
AFTER = timedelta(days=3)
FROM_HOUR = time(9)
ROWS_PER_INSERT = 1000


def remind() -> tuple[int, int]:
    """(new reminders, mails sent). The worker's, every ten minutes: from nine o'clock on what is due, and mail that
    could not be sent before."""
    now = timezone.localtime()
    reminded = sum(remind_round(round, now) for round in due_rounds(now.date())) if now.time() >= FROM_HOUR else 0
    waiting = Reminder.objects.select_related("self_check__round", "self_check__institution").order_by("pk")
    return reminded, send_waiting_mail(waiting, _composed)


def due_rounds(today: date) -> QuerySet[Round]:
    """Open rounds between three days before the deadline and its last day, or three days after it and later."""
    near = Q(deadline__lte=today + BEFORE, deadline__gte=today) | Q(deadline__lte=today - AFTER)
    return Round.objects.filter(near, state=RoundState.OPEN)


def kind_on(round: Round, today: date) -> Reminder.Kind:
    return Reminder.Kind.AFTER if today > round.deadline else Reminder.Kind.BEFORE


@transaction.atomic
def remind_round(round: Round, now: datetime) -> int:
    """The round's row is locked, so that two workers do not remind of the same; what the one wrote the other sees."""
    round = Round.objects.select_for_update(no_key=True).get(pk=round.pk)
    kind = kind_on(round, timezone.localdate(now))
    told = Reminder.objects.filter(self_check=OuterRef("pk"), kind=kind)
    silent = round.self_checks.filter(~Exists(told), handed_in_at=None).order_by("pk")
    mailed_to = set(silent.filter(Exists(_readers(OuterRef("institution")))).values_list("pk", flat=True))
    rows = [
        Reminder(
            self_check_id=pk, kind=kind, sent_at=now,
            mail_after=now if settings.REMIND_BY_MAIL and pk in mailed_to else None,
        )
        for pk in silent.values_list("pk", flat=True)
    ]  # fmt: skip
    return len(Reminder.objects.bulk_create(rows, batch_size=ROWS_PER_INSERT))


def _readers(institution: object) -> QuerySet[User]:
    """The institution's people who can be reached by mail."""
    acts = Q(representing__institution=institution)
    return User.objects.filter(acts, is_active=True).exclude(email="")


def _composed(reminder: Reminder) -> EmailMessage:
    """To nobody, where it is no longer needed."""
    addresses = _addresses(reminder) if reminder.self_check.handed_in_at is None else []
    return EmailMessage(subject_of(reminder), text_of(reminder), to=addresses)


def _addresses(reminder: Reminder) -> list[str]:
    people = _readers(reminder.self_check.institution_id)
    return sorted(set(people.values_list("email", flat=True)))


def subject_of(reminder: Reminder) -> str:
    round = reminder.self_check.round
    what = "逾期未报送" if reminder.kind == Reminder.Kind.AFTER else f"{round.deadline:%m月%d日}截止"
    return f"机构自查{what}：{round.title}"


def text_of(reminder: Reminder) -> str:
    self_check = reminder.self_check
    page = settings.PUBLIC_URL + reverse("selftest:fill", args=[self_check.pk])
    return "\n".join(_lines(self_check, page, is_late=reminder.kind == Reminder.Kind.AFTER))


def _lines(self_check: SelfCheck, page: str, *, is_late: bool) -> Iterator[str]:
    round = self_check.round
    yield f"{self_check.institution.name}："
    yield ""
    if is_late:
        yield f"“{round.title}”已于 {round.deadline:%Y-%m-%d} 截止，贵单位至今没有报送自查表（目前：{self_check.get_state_display()}）。"
        yield "逾期仍可报送，将标明逾期。请尽快填报并由法定代表人签署。"
    else:
        yield f"“{round.title}”将于 {round.deadline:%Y-%m-%d} 截止，贵单位还没有报送自查表（目前：{self_check.get_state_display()}）。"
        yield "请按时填报，并由法定代表人签署。"
    yield ""
    yield f"填报页面：{page}" if settings.PUBLIC_URL else "请登录联抽系统，在“机构自查”中填报。"
    yield "本邮件由系统自动发送，请勿回复。"
