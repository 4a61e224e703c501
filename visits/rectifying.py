"""Rectification 整改: ordered, reported with evidence, extended, verified on paper or by a re-visit, escalated when
overdue."""

from collections.abc import Collection
from datetime import date

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import Bureau, User
from accounts.rules import require
from campaigns.models import Task
from campaigns.states import TaskState
from selftest.signing import Paper
from visits import transitions
from visits.errors import VisitError, WrongState
from visits.models import Extension, Finding, Rectification, RectificationReport, Visit
from visits.results import close_if_done
from visits.states import OPEN_MEASURES, OPEN_RECTIFICATIONS, FindingState, VisitState

Way = RectificationReport.Way
NOT_NEEDED = "已经整改到位，不再需要延期。"


@transaction.atomic
def order_rectification(
    task: Task, *, bureau: Bureau, findings: Collection[Finding], demands: str, due_on: date, by: User
) -> Rectification:
    """An order 责令改正通知书 in the bureau's own series of the year."""
    task = transitions.locked(task, "campaign")
    now = timezone.now()
    Bureau.objects.select_for_update(no_key=True).get(pk=bureau.pk)
    year = timezone.localdate(now).year
    last = Rectification.objects.filter(bureau=bureau, year=year).aggregate(last=Max("serial"))["last"] or 0
    order = Rectification(
        task=task, bureau=bureau, year=year, serial=last + 1, demands=demands.strip(), due_on=due_on, ordered_by=by,
        ordered_at=now,
    )  # fmt: skip
    require(by, "order", order)
    _check_order(task, order, findings)
    with audit.recorded("visits.order_rectification", order, by=by, facts={"task": task.number}):
        order.save()
    order.findings.set(findings)
    for finding in findings:
        if finding.state == FindingState.OPEN:
            transitions.move(transitions.locked(finding), "order", by=by)
    if task.state == TaskState.CLOSED:
        transitions.move(task, "reopen", by=by)
    return order


def _check_order(task: Task, order: Rectification, findings: Collection[Finding]) -> None:
    if task.state not in (TaskState.CONCLUDED, TaskState.CLOSED):
        raise WrongState("检查结果认定后才能责令整改。")
    if not findings or any(each.result.task_id != task.pk for each in findings):
        raise VisitError("请选择该任务的问题。")
    if any(each.state == FindingState.WITHDRAWN for each in findings):
        raise VisitError("已撤销的问题不能责令整改。")
    if not order.demands:
        raise VisitError("请写明整改要求。")
    if order.due_on <= timezone.localdate():
        raise VisitError("整改期限应晚于今天。")


@transaction.atomic
def report_rectified(order: Rectification, *, text: str, file: Paper | None = None, by: User) -> RectificationReport:
    """By the institution, with evidence if it has any."""
    order = transitions.locked(order, "task", "bureau")
    require(by, "report", order)
    transitions.check_source(order, "report")
    if not text.strip():
        raise VisitError("请写明整改情况。")
    report = RectificationReport(rectification=order, text=text.strip(), by=by)
    if file:
        report.file.save(file.name, ContentFile(file.content), save=False)
        report.file_name, report.file_digest = file.name, file.digest
    transitions.move(order, "report", by=by)
    report.save()
    return report


@transaction.atomic
def ask_extension(order: Rectification, *, until: date, reason: str, by: User) -> Extension:
    order = transitions.locked(order, "task", "bureau")
    require(by, "report", order)
    transitions.check_source(order, "report")
    if until <= order.due_on:
        raise VisitError(f"延期应晚于现在的期限（{order.due_on:%Y-%m-%d}）。")
    if not reason.strip():
        raise VisitError("申请延期须写明理由。")
    if order.extensions.filter(is_granted__isnull=True).exists():
        raise VisitError("已经申请延期，请等监管部门决定。")
    asked = Extension(rectification=order, wanted_until=until, reason=reason.strip(), asked_by=by)
    with audit.recorded("visits.ask_extension", asked, by=by, facts={"order": order.number}):
        asked.save()
    return asked


@transaction.atomic
def decide_extension(asked: Extension, *, grant: bool, words: str = "", by: User) -> Extension:
    order = transitions.locked(asked.rectification, "task", "bureau")
    require(by, "verify", order)
    asked = Extension.objects.select_for_update(of=("self",), no_key=True).get(pk=asked.pk)
    if asked.is_granted is not None:
        raise WrongState("该延期申请已经决定。")
    if not grant and not words.strip():
        raise VisitError("不同意延期须写明理由。")
    _settle(asked, grant, words.strip(), by)
    if grant:
        with audit.recorded("visits.extend", order, by=by):
            order.extended_from = order.extended_from or order.due_on
            order.due_on, order.escalated_at = asked.wanted_until, None
            order.save(update_fields=["due_on", "extended_from", "escalated_at"])
    return asked


def _settle(asked: Extension, grant: bool, words: str, by: User) -> None:
    with audit.recorded("visits.decide_extension", asked, by=by, facts={"order": asked.rectification.number}):
        asked.is_granted, asked.words = grant, words
        asked.decided_by, asked.decided_at = by, timezone.now()
        asked.save(update_fields=["is_granted", "words", "decided_by", "decided_at"])


@transaction.atomic
def verify(
    report: RectificationReport, *, is_verified: bool, way: Way, words: str = "", visit: Visit | None = None, by: User
) -> RectificationReport:
    """Looked at on paper or by a re-visit that has ended; what is not put right goes back with words."""
    order = transitions.locked(report.rectification, "task", "bureau")
    require(by, "verify", order)
    report = RectificationReport.objects.select_for_update(of=("self",), no_key=True).get(pk=report.pk)
    _check_verification(order, report, is_verified, way, words, visit)
    report.is_verified, report.way, report.visit, report.words = is_verified, way, visit, words.strip()
    report.decided_by, report.decided_at = by, timezone.now()
    report.save(update_fields=["is_verified", "way", "visit", "words", "decided_by", "decided_at"])
    transitions.move(order, "verify" if is_verified else "return", by=by, facts={"way": way})
    if is_verified:
        for asked in order.extensions.select_for_update(of=("self",), no_key=True).filter(is_granted__isnull=True):
            _settle(asked, False, NOT_NEEDED, by)
        _close_findings(order, by)
    return report


def _check_verification(
    order: Rectification, report: RectificationReport, is_verified: bool, way: Way, words: str, visit: Visit | None
) -> None:
    if report.decided_at is not None:
        raise WrongState("该整改报告已经复查。")
    if not is_verified and not words.strip():
        raise VisitError("整改不到位须写明意见。")
    if way == Way.ON_SITE and (visit is None or not revisits(order).filter(pk=visit.pk).exists()):
        raise VisitError("现场复查须关联该任务已结束的复查记录。")


def revisits(order: Rectification) -> QuerySet[Visit]:
    """That can verify this order: re-visits of its task that ended after it was given."""
    return order.task.visits.filter(kind=Visit.Kind.AGAIN, state=VisitState.ENDED, ended_at__gte=order.ordered_at)


def _close_findings(order: Rectification, by: User) -> None:
    for finding in order.findings.filter(state=FindingState.RECTIFYING):
        unfinished = finding.rectifications.filter(state__in=OPEN_RECTIFICATIONS).exists()
        if not unfinished and not finding.measures.filter(state__in=OPEN_MEASURES).exists():
            transitions.move(transitions.locked(finding), "close", by=by)
    close_if_done(order.task, by=by)


@transaction.atomic
def escalate_overdue(today: date | None = None) -> int:
    """Mark the orders that are over their day and tell the lead bureau, each once; the worker's, every day."""
    overdue = Rectification.objects.filter(
        state__in=OPEN_RECTIFICATIONS, due_on__lt=today or timezone.localdate(), escalated_at__isnull=True
    ).select_for_update(of=("self",), no_key=True)
    count = 0
    for order in overdue:
        with audit.recorded("visits.escalate", order, by=None, facts={"due_on": order.due_on.isoformat()}):
            order.escalated_at = timezone.now()
            order.save(update_fields=["escalated_at"])
        count += 1
    return count
