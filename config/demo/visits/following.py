"""What follows from findings: measures in their order, rectifications, referrals."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Bureau, User
from campaigns.models import Task
from config.demo.visits import pictures
from config.demo.visits.cast import Cast
from visits import measures, rectifying, referring
from visits.codes import MeasureKind
from visits.models import Complaint, Finding, Measure, Rectification, RectificationReport, Referral

MENDED = "已按要求整改：完善了相关程序文件，补齐了记录并对有关人员进行了培训考核，佐证材料见附件。"


def propose(
    findings: Sequence[Finding], kind: MeasureKind, cast: Cast, *, bureau: str = "", person: str = "",
    post: str = "", words: str = "",
) -> Measure:  # fmt: skip
    task = Task.objects.get(pk=findings[0].result.task_id)
    return measures.propose_measure(
        task, kind=kind, bureau=Bureau.objects.get(pk=bureau or task.bureau_id), findings=findings, person=person,
        post=post, words=words, by=cast.speaker(task.bureau_id),
    )  # fmt: skip


def decide(
    measure: Measure, cast: Cast, number: str = "", *, amount: int | None = None, ends_on: date | None = None
) -> Measure:
    return measures.decide_measure(
        measure, decided_on=timezone.localdate(), document_number=number,
        amount=Decimal(amount) if amount else None, ends_on=ends_on, by=cast.speaker(measure.bureau_id),
    )  # fmt: skip


def carry_out(measure: Measure, cast: Cast) -> Measure:
    return measures.carry_out(measure, done_on=timezone.localdate(), by=cast.speaker(measure.bureau_id))


def order(findings: Sequence[Finding], demands: str, due_on: date, cast: Cast, *, bureau: str = "") -> Rectification:
    task = Task.objects.get(pk=findings[0].result.task_id)
    giver = Bureau.objects.get(pk=bureau or task.bureau_id)
    return rectifying.order_rectification(
        task, bureau=giver, findings=findings, demands=demands, due_on=due_on, by=cast.speaker(giver.pk)
    )  # fmt: skip


def report(order: Rectification, by: User, text: str = MENDED) -> RectificationReport:
    file = pictures.scan(order.number)
    return rectifying.report_rectified(order, text=text, file=file, by=by)


def extend(order: Rectification, by: User, days: int, reason: str, cast: Cast) -> None:
    asked = rectifying.ask_extension(order, until=order.due_on + timedelta(days=days), reason=reason, by=by)
    words = "情况属实，同意延期一次"
    rectifying.decide_extension(asked, grant=True, words=words, by=cast.speaker(order.bureau_id))


def verify(report: RectificationReport, cast: Cast, words: str = "") -> None:
    """On paper; with words, it is not good enough."""
    rectifying.verify(
        report, is_verified=not words, way=rectifying.Way.ON_PAPER, words=words,
        by=cast.speaker(report.rectification.bureau_id),
    )  # fmt: skip


def refer(
    source: Finding | Task | Complaint, subject: str, text: str, cast: Cast, *, days: int = 30, to: str = "",
    outside: str = "", sender: str = "",
) -> Referral:  # fmt: skip
    return referring.refer(
        source, subject=subject, text=text, due_on=timezone.localdate() + timedelta(days=days),
        receiver=Bureau.objects.get(pk=to) if to else None, outside=outside, sender=Bureau.objects.get(pk=sender or cast.home),
        by=cast.speaker(sender or cast.home),
    )  # fmt: skip
