from datetime import datetime, timedelta
from smtplib import SMTPException

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from accounts import scanning, waiting_mail
from accounts.models import AuditEvent
from campaigns.models import Task
from campaigns.states import TaskState
from tests.selftest import files
from tests.visits import world
from visits import attending, filing, rectifying, reminding, scheduling
from visits.codes import Outcome
from visits.errors import VisitError, WrongState
from visits.models import Rectification, RectificationReminder, RectificationReport, Visit
from visits.rectifying import Way
from visits.states import FindingState, RectificationState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

TODAY = timezone.localdate


def reported(order: Rectification | None = None) -> RectificationReport:
    found = order or world.ordered()
    return rectifying.report_rectified(found, text="已补齐", by=world.head(found.task))


def on_day(order: Rectification, days: int, hour: int = 12):
    """So many days after the day it is due on, local time."""
    day = order.due_on + timedelta(days=days)
    return time_machine.travel(timezone.make_aware(datetime(day.year, day.month, day.day, hour)), tick=False)


def now(order: Rectification) -> Rectification:
    return Rectification.objects.get(pk=order.pk)


def test_orders_of_a_bureau_are_numbered_in_one_series_of_the_year():
    first = world.ordered()
    second = rectifying.order_rectification(
        first.task, bureau=first.bureau, findings=[world.finding(first.task)], demands="停止使用", by=world.officer(),
        due_on=TODAY() + timedelta(days=1),
    )  # fmt: skip

    assert [first.serial, second.serial] == [1, 2]
    assert second.number == f"大同市市场监管局责改〔{TODAY().year}〕2号"
    assert world.finding(first.task).state == FindingState.RECTIFYING


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"findings": []}, "请选择该任务的问题。"),
        ({"demands": " "}, "请写明整改要求。"),
        ({"due_on": TODAY()}, "整改期限应晚于今天。"),
    ],
)
def test_order_that_says_too_little_is_refused(values, words):
    task = world.concluded()
    given = {"findings": [world.finding(task)], "demands": "改", "due_on": TODAY() + timedelta(days=9), **values}

    with pytest.raises(VisitError) as refused:
        rectifying.order_rectification(task, bureau=task.bureau, by=world.officer(), **given)

    assert str(refused.value) == words
    assert Rectification.objects.count() == 0


def test_bureau_without_part_in_the_task_orders_nothing():
    task = world.concluded()
    police = world.officer("ga:140200")

    with pytest.raises(PermissionDenied):
        rectifying.order_rectification(
            task, bureau=police.bureau, findings=[world.finding(task)], demands="改",
            due_on=TODAY() + timedelta(days=9), by=police,
        )  # fmt: skip


def test_report_that_is_not_enough_goes_back_with_words_and_comes_again():
    first = reported()
    order = first.rectification
    with pytest.raises(VisitError, match="整改不到位须写明意见。"):
        rectifying.verify(first, is_verified=False, way=Way.ON_PAPER, by=world.officer())
    rectifying.verify(first, is_verified=False, way=Way.ON_PAPER, words="缺照片", by=world.officer())
    returned = now(order).state

    second = reported(order)
    rectifying.verify(second, is_verified=True, way=Way.ON_PAPER, by=world.officer())

    assert returned == RectificationState.RETURNED
    assert now(order).state == RectificationState.VERIFIED
    assert world.finding(order.task).state == FindingState.CLOSED
    assert Task.objects.get(pk=order.task_id).state == TaskState.CLOSED
    with pytest.raises(WrongState, match="该整改报告已经复查。"):
        rectifying.verify(second, is_verified=True, way=Way.ON_PAPER, by=world.officer())


def revisited(order: Rectification) -> Visit:
    start = timezone.now()
    visit = scheduling.plan_visit(
        order.task, start=start, end=start + world.IN_AN_HOUR, kind=Visit.Kind.AGAIN, by=world.officer()
    )
    by = world.team(visit.task)[0]
    attending.start_visit(visit, by=by)
    world.photo(visit)
    world.sign_all(visit)
    return attending.end_visit(visit, outcome=Outcome.MOVED, words="复查", by=by)


def test_verification_on_site_names_a_revisit_that_ended_after_the_order():
    report = reported()
    order = report.rectification
    first_visit = order.task.visits.get()

    for visit in (None, first_visit):
        with pytest.raises(VisitError, match="现场复查须关联该任务已结束的复查记录。"):
            rectifying.verify(report, is_verified=True, way=Way.ON_SITE, visit=visit, by=world.officer())
    again = revisited(order)
    rectifying.verify(report, is_verified=True, way=Way.ON_SITE, visit=again, by=world.officer())

    assert list(rectifying.revisits(order)) == [again]
    assert RectificationReport.objects.get(pk=report.pk).visit == again


def test_extension_moves_the_day_and_the_first_one_is_kept():
    order = world.ordered()
    first_day = order.due_on
    for days in (10, 20):
        asked = rectifying.ask_extension(
            now(order), until=first_day + timedelta(days=days), reason="设备采购", by=world.head(order.task)
        )
        rectifying.decide_extension(asked, grant=True, by=world.officer())

    order = now(order)
    assert (order.due_on, order.extended_from) == (first_day + timedelta(days=20), first_day)


def test_extension_is_asked_for_one_at_a_time_later_than_now_and_with_a_reason():
    order = world.ordered()
    head = world.head(order.task)

    with pytest.raises(VisitError, match="延期应晚于现在的期限"):
        rectifying.ask_extension(order, until=order.due_on, reason="设备采购", by=head)
    with pytest.raises(VisitError, match="申请延期须写明理由。"):
        rectifying.ask_extension(order, until=order.due_on + timedelta(days=1), reason=" ", by=head)
    asked = rectifying.ask_extension(order, until=order.due_on + timedelta(days=1), reason="采购", by=head)
    with pytest.raises(VisitError, match="已经申请延期，请等监管部门决定。"):
        rectifying.ask_extension(order, until=order.due_on + timedelta(days=2), reason="采购", by=head)
    with pytest.raises(VisitError, match="不同意延期须写明理由。"):
        rectifying.decide_extension(asked, grant=False, by=world.officer())
    rectifying.decide_extension(asked, grant=False, words="影响安全", by=world.officer())
    with pytest.raises(WrongState, match="该延期申请已经决定。"):
        rectifying.decide_extension(asked, grant=True, by=world.officer())

    assert now(order).due_on == order.due_on


def test_extension_that_nobody_decided_is_settled_when_all_is_put_right():
    order = world.ordered()
    asked = rectifying.ask_extension(
        order, until=order.due_on + timedelta(days=9), reason="采购", by=world.head(order.task)
    )

    rectifying.verify(reported(now(order)), is_verified=True, way=Way.ON_PAPER, by=world.officer())

    asked.refresh_from_db()
    assert (asked.is_granted, asked.words, asked.decided_by) == (False, rectifying.NOT_NEEDED, world.officer())
    assert now(order).due_on == order.due_on
    with pytest.raises(WrongState):
        rectifying.decide_extension(asked, grant=True, by=world.officer())


def test_overdue_order_is_escalated_once_for_each_day_it_is_due_on():
    order = world.ordered()

    assert rectifying.escalate_overdue(order.due_on) == 0
    assert rectifying.escalate_overdue(order.due_on + timedelta(days=1)) == 1
    assert rectifying.escalate_overdue(order.due_on + timedelta(days=2)) == 0
    asked = rectifying.ask_extension(
        now(order), until=order.due_on + timedelta(days=30), reason="采购", by=world.head(order.task)
    )
    rectifying.decide_extension(asked, grant=True, by=world.officer())
    assert now(order).escalated_at is None
    assert rectifying.escalate_overdue(order.due_on + timedelta(days=31)) == 1

    assert AuditEvent.objects.filter(action="visits.escalate").count() == 2


@pytest.fixture
def _mail_is_on(settings):
    settings.REMIND_BY_MAIL = True
    settings.PUBLIC_URL = "https://lianchou.example"


def with_mail() -> Rectification:
    order = world.ordered()
    for user, address in ((world.head(order.task), "head@example.com"), (world.officer(), "officer@example.com")):
        user.email = address
        user.save()
    return order


@pytest.mark.usefixtures("_mail_is_on")
def test_institution_is_reminded_once_before_and_once_after_and_the_officer_of_what_is_late():
    order = with_mail()

    reminded = {}
    for days in range(-5, 8):
        with on_day(order, days):
            reminded[days] = (reminding.remind(), reminding.remind())

    assert {days: found for days, found in reminded.items() if found != ((0, 0), (0, 0))} == {
        -3: ((1, 1), (0, 0)), 3: ((1, 2), (0, 0)),
    }  # fmt: skip
    assert [(message.subject, message.to, message.bcc) for message in mail.outbox] == [
        (f"整改{order.due_on:%m月%d日}到期：{order.number}", ["head@example.com"], []),
        (f"整改已经逾期：{order.number}", ["head@example.com"], ["officer@example.com"]),
    ]
    assert f"https://lianchou.example/my/rectifications/{order.pk}/" in mail.outbox[0].body
    assert "逾期不改正的，将依法处理" in mail.outbox[1].body


@pytest.mark.usefixtures("_mail_is_on")
def test_nobody_is_reminded_before_nine_nor_of_what_was_reported():
    order = with_mail()

    with on_day(order, -3, hour=8):
        early = reminding.remind()
    reported(order)
    with on_day(order, -3):
        late = reminding.remind()

    assert (early, late) == ((0, 0), (0, 0))


@pytest.mark.usefixtures("_mail_is_on")
def test_extension_begins_reminding_anew():
    order = with_mail()
    with on_day(order, -3):
        reminding.remind()
        asked = rectifying.ask_extension(
            order, until=order.due_on + timedelta(days=30), reason="采购", by=world.head(order.task)
        )
        rectifying.decide_extension(asked, grant=True, by=world.officer())
    with on_day(now(order), -3):
        reminding.remind()

    kinds = RectificationReminder.objects.values_list("kind", "due_on")
    assert list(kinds) == [("before", order.due_on), ("before", order.due_on + timedelta(days=30))]


@pytest.mark.usefixtures("_mail_is_on")
def test_mail_that_fails_is_tried_again_without_a_second_reminder(monkeypatch):
    order = with_mail()

    def refuse(backend: EmailBackend, messages: list[object]) -> int:
        raise SMTPException("421 busy")

    with on_day(order, -3) as clock:
        with monkeypatch.context() as patched:
            patched.setattr(EmailBackend, "send_messages", refuse)
            failed = reminding.remind()
        at_once = reminding.remind()
        clock.shift(waiting_mail.RETRY_AFTER + timedelta(minutes=1))
        again = reminding.remind()

    assert (failed, at_once, again) == ((1, 0), (0, 0), (0, 1))
    assert RectificationReminder.objects.get().mailed == 1


def test_without_mail_the_reminder_stands_in_the_system():
    order = world.ordered()

    with on_day(order, -3):
        assert reminding.remind() == (1, 0)

    assert len(mail.outbox) == 0
    assert RectificationReminder.objects.get().mail_after is None


def test_evidence_is_kept_as_what_it_is_and_refused_as_what_it_is_not(monkeypatch):
    order = world.ordered()
    head = world.head(order.task)

    kept = filing.kept_paper("../整改.pdf", files.PDF, subject=order, by=head)
    rectifying.report_rectified(order, text="见附件", file=kept, by=head)
    with pytest.raises(VisitError, match="文件内容与扩展名"):
        filing.kept_paper("整改.pdf", b"MZ program", subject=order, by=head)

    def infected(content: bytes) -> None:
        raise scanning.Infected("Eicar")

    monkeypatch.setattr(scanning, "scan", infected)
    with pytest.raises(VisitError, match="病毒查杀程序拦截"):
        filing.kept_paper("整改.pdf", files.PDF, subject=order, by=head)

    report = order.reports.get()
    assert (report.file_name, report.file.read(), report.file_digest) == ("整改.pdf", files.PDF, kept.digest)
    assert AuditEvent.objects.filter(action="visits.infected").count() == 1
