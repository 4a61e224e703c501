"""Measures, each decided by its own bureau, in the order of sanctions (requirement DT-10)."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Bureau, User
from accounts.rules import require
from campaigns.models import Task
from campaigns.states import TaskState
from visits import transitions
from visits.codes import RANK, WITH_AMOUNT, WITHOUT_DOCUMENT, MeasureKind
from visits.errors import VisitError, WrongState
from visits.models import Finding, Measure
from visits.results import close_if_done
from visits.states import OPEN_MEASURES, FindingState, MeasureState

LAST_RANK = 0
WITH_END = frozenset(
    {MeasureKind.DISQUALIFICATION, MeasureKind.NO_ADOPTION, MeasureKind.DISHONEST_LIST, MeasureKind.INDUSTRY_BAN}
)
"""These may last until a day; without one they have no end."""


@transaction.atomic
def propose_measure(
    task: Task,
    *,
    kind: MeasureKind,
    bureau: Bureau,
    findings: Collection[Finding],
    person: str = "",
    post: str = "",
    words: str = "",
    by: User,
) -> Measure:
    """Against the institution, or against the `person`. The bureau named decides it."""
    task = transitions.locked(task, "campaign")
    measure = Measure(
        task=task, kind=kind, bureau=bureau, words=words.strip(), proposed_by=by, person=person.strip(),
        post=post.strip(), target=Measure.Target.PERSON if person.strip() else Measure.Target.INSTITUTION,
    )  # fmt: skip
    require(by, "propose", measure)
    if task.state not in (TaskState.CONCLUDED, TaskState.CLOSED):
        raise WrongState("检查结果认定后才能办理处理措施。")
    if not findings or any(finding.result.task_id != task.pk for finding in findings):
        raise VisitError("请选择该任务的问题。")
    if any(finding.state == FindingState.WITHDRAWN for finding in findings):
        raise VisitError("已撤销的问题不能办理处理措施。")
    if kind == MeasureKind.INDUSTRY_BAN and not person.strip():
        raise VisitError("行业禁入针对个人，请填写当事人。")
    with audit.recorded("visits.propose_measure", measure, by=by, facts={"task": task.number}):
        measure.save()
    measure.findings.set(findings)
    if task.state == TaskState.CLOSED:
        transitions.move(task, "reopen", by=by)
    return measure


def waits_for(measure: Measure) -> list[Measure]:
    """Measures of the same task that have to be decided first; none once it is decided itself."""
    return waiting_of([measure]).get(measure.pk, [])


def waiting_of(measures: Collection[Measure]) -> dict[int, list[Measure]]:
    """Measure → those of its task that have to be decided first, in one query for any number; without those that wait
    for nothing."""
    waiting = [each for each in measures if each.state == MeasureState.PLANNED and _rank(each) != LAST_RANK]
    if not waiting:
        return {}
    undecided = Measure.objects.undecided().filter(task__in={each.task_id for each in waiting})
    by_task: dict[int, list[Measure]] = {}
    for other in undecided.select_related("bureau"):
        by_task.setdefault(other.task_id, []).append(other)
    found = {
        each.pk: [other for other in by_task.get(each.task_id, []) if _goes_before(other, each)] for each in waiting
    }
    return {pk: first for pk, first in found.items() if first}


def _rank(measure: Measure) -> int:
    return RANK.get(MeasureKind(measure.kind), LAST_RANK)


def _goes_before(other: Measure, measure: Measure) -> bool:
    return LAST_RANK < _rank(other) < _rank(measure)


def waiting_words(first: Collection[Measure]) -> str:
    """等待大同市生态环境局决定罚款; empty when it waits for nothing."""
    return f"等待{'、'.join(f'{each.bureau.short_name}决定{each}' for each in first)}" if first else ""


@transaction.atomic
def decide_measure(
    measure: Measure,
    *,
    decided_on: date,
    document_number: str = "",
    amount: Decimal | None = None,
    ends_on: date | None = None,
    by: User,
) -> Measure:
    """Enter the decision of the bureau; refused while another bureau's has to come first."""
    measure = transitions.locked(measure, "task", "bureau")
    require(by, "decide", measure)
    if first := waits_for(measure):
        names = "、".join(f"{each.bureau.short_name}的{each}" for each in first)
        raise WrongState(f"须先办理{names}，再办理{measure}。")
    _check_decision(measure, decided_on, document_number, amount)
    _check_end(measure, decided_on, ends_on)
    return transitions.move(
        measure, "decide", by=by, decided_on=decided_on, document_number=document_number.strip(), amount=amount,
        ends_on=ends_on,
    )  # fmt: skip


def _check_decision(measure: Measure, decided_on: date, number: str, amount: Decimal | None) -> None:
    kind = MeasureKind(measure.kind)
    if decided_on > timezone.localdate():
        raise VisitError("决定日期不能晚于今天。")
    if kind not in WITHOUT_DOCUMENT and not number.strip():
        raise VisitError(f"{kind.label}须填写文号。")
    if (kind in WITH_AMOUNT) != (amount is not None):
        raise VisitError(f"{kind.label}须填写金额（元）。" if kind in WITH_AMOUNT else f"{kind.label}没有金额。")
    if amount is not None and amount <= 0:
        raise VisitError("金额应大于 0 元。")


def _check_end(measure: Measure, decided_on: date, ends_on: date | None) -> None:
    if ends_on is None:
        return
    if measure.kind not in WITH_END:
        raise VisitError(f"{measure}没有终止日期。")
    if ends_on <= decided_on:
        raise VisitError("终止日期应晚于决定日期。")


@transaction.atomic
def carry_out(measure: Measure, *, done_on: date, by: User) -> Measure:
    measure = transitions.locked(measure, "task", "bureau")
    require(by, "decide", measure)
    if measure.decided_on and done_on < measure.decided_on:
        raise VisitError("执行日期不能早于决定日期。")
    if done_on > timezone.localdate():
        raise VisitError("执行日期不能晚于今天。")
    measure = transitions.move(measure, "carry_out", by=by, done_on=done_on)
    _close_findings(measure, by)
    return measure


@transaction.atomic
def drop_measure(measure: Measure, *, words: str, by: User) -> Measure:
    measure = transitions.locked(measure, "task", "bureau")
    require(by, "decide", measure)
    if not words.strip():
        raise VisitError("不再办理须写明理由。")
    measure = transitions.move(measure, "drop", by=by, words=words.strip())
    _close_findings(measure, by)
    return measure


def _close_findings(measure: Measure, by: User) -> None:
    """A finding is closed once all its measures have ended and it is not being rectified."""
    for finding in measure.findings.filter(state=FindingState.OPEN):
        if not finding.measures.filter(state__in=OPEN_MEASURES).exists():
            transitions.move(transitions.locked(finding), "close", by=by)
    close_if_done(measure.task, by=by)
