"""Each department's own result of a joint visit: entered, reviewed by the team leader, looked at together, concluded;
amended later as a new version beside the former."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import Bureau, User
from accounts.rules import require
from campaigns.models import LegalBasis, Task
from campaigns.states import TaskState
from visits import transitions
from visits.codes import CATEGORY_OF, Category, Outcome, Severity
from visits.errors import VisitError
from visits.models import DepartmentResult, Evidence, Finding, JointReview, Measure, Rectification, ResultVersion, Visit
from visits.sheet import lines_of
from visits.states import (
    OPEN_FINDINGS,
    OPEN_MEASURES,
    OPEN_RECTIFICATIONS,
    FindingState,
    ResultState,
)

EDITABLE = ("category", "sub_category", "follow_up", "is_finished", "trade_outcome", "words")


def open_results(visit: Visit) -> list[DepartmentResult]:
    """One for each department that has lines on the sheet, written by its bureau in the plan line; called when the
    visit ends. Without an inspection the category is that of the outcome."""
    task = visit.task
    category, sub = CATEGORY_OF.get(Outcome(visit.outcome), ("", None))
    found = []
    for bureau in bureaus_of(visit):
        result, made = DepartmentResult.objects.get_or_create(task=task, bureau=bureau)
        if made and category:
            result.category, result.sub_category = category, sub or ""
            result.save(update_fields=["category", "sub_category"])
        found.append(result)
    return found


def bureaus_of(visit: Visit) -> list[Bureau]:
    """The bureau that organises the inspection, and of every other department on the sheet the one that takes part."""
    departments = {line.department for line in lines_of(visit)}
    own = visit.task.bureau
    partners = [visit.task.line.lead_bureau, *visit.task.line.partners.all()]
    going = [each.inspector.bureau for each in visit.attendees.all() if each.enforces and each.inspector]
    found = {own.department_id: own}
    for bureau in (*going, *partners):
        if bureau.department_id in departments:
            found.setdefault(bureau.department_id, bureau)
    return list(found.values())


@transaction.atomic
def edit_result(result: DepartmentResult, *, by: User, **values: Any) -> DepartmentResult:
    """`values` are those of EDITABLE."""
    result = _writable(result, by)
    with audit.recorded("visits.edit_result", result, by=by, facts={"task": result.task.number}):
        for name in EDITABLE:
            if name in values:
                setattr(result, name, values[name])
        if result.category != Category.PENDING:
            result.sub_category = ""
        result.full_clean()
        result.save()
    return result


def _writable(result: DepartmentResult, by: User) -> DepartmentResult:
    result = transitions.locked(result, "task", "bureau")
    require(by, "write", result)
    transitions.check_source(result, "submit")
    return result


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as it is entered. A violation names its rule, in the version valid on the day of the visit; `rechecks`
    is the finding of an earlier campaign that this one looks back at."""

    matter: str
    facts: str
    severity: Severity
    legal_basis: LegalBasis | None = None
    line: str = ""
    evidence: Collection[Evidence] = ()
    rechecks: Finding | None = None


@transaction.atomic
def add_finding(result: DepartmentResult, found: Found, *, by: User) -> Finding:
    result = _writable(result, by)
    visit = last_visit(result.task)
    _check_basis(found.severity, found.legal_basis, visit_day(visit))
    _check_connected(result.task, found)
    if not found.matter.strip() or not found.facts.strip():
        raise VisitError("请填写检查事项和事实。")
    finding = Finding(
        result=result, visit=visit, line=found.line, matter=found.matter.strip(), facts=found.facts.strip(),
        severity=found.severity, legal_basis=found.legal_basis, rechecks=found.rechecks, found_by=by,
    )  # fmt: skip
    with audit.recorded("visits.add_finding", finding, by=by, facts={"task": result.task.number}):
        finding.save()
    finding.evidence.set(found.evidence)
    return finding


def _check_basis(severity: Severity, basis: LegalBasis | None, day: date) -> None:
    if basis is None:
        if severity != Severity.GENERAL:
            raise VisitError(f"“{severity.label}”须写明违反的规定。")
        return
    if not LegalBasis.objects.valid_on(day).filter(pk=basis.pk).exists():
        raise VisitError(f"{basis}在检查当日（{day:%Y-%m-%d}）无效，请选择当日有效的版本。")


def _check_connected(task: Task, found: Found) -> None:
    """Evidence was taken at this task's visits; what is looked back at was found at the same institution before."""
    if any(each.visit.task_id != task.pk for each in found.evidence):
        raise VisitError("只能选择本任务现场检查取得的证据。")
    if found.rechecks is not None and not earlier_findings(task).filter(pk=found.rechecks.pk).exists():
        raise VisitError("回头看的问题须是同一机构以前认定的问题。")


def earlier_findings(task: Task) -> QuerySet[Finding]:
    """What other inspections of the institution found, once it was concluded: what a look-back checks again."""
    found = Finding.objects.filter(
        result__task__institution=task.institution_id, result__versions__decision=ResultVersion.Decision.CONCLUDED
    )
    standing = found.exclude(result__task=task).exclude(state=FindingState.WITHDRAWN)
    return standing.select_related("result__task__campaign", "result__bureau").order_by("-found_at").distinct()


@transaction.atomic
def withdraw_finding(finding: Finding, *, by: User) -> Finding:
    """Taken back while the result is being written; it stays in the versions that named it."""
    _writable(finding.result, by)
    return transitions.move(transitions.locked(finding, "result"), "withdraw", by=by)


def last_visit(task: Task) -> Visit | None:
    return task.visits.filter(state="ended").order_by("number").last()


def visit_day(visit: Visit | None) -> date:
    return timezone.localdate(visit.started_at) if visit and visit.started_at else timezone.localdate()


@transaction.atomic
def submit_result(result: DepartmentResult, *, by: User) -> ResultVersion:
    """Keeps a version; once every department has submitted, the task waits for its leader's review."""
    result = _writable(result, by)
    _check_complete(result)
    last = result.versions.aggregate(last=Max("number"))["last"] or 0
    version = ResultVersion.objects.create(
        result=result, number=last + 1, content=content_of(result), submitted_by=by, submitted_at=timezone.now()
    )
    transitions.move(result, "submit", by=by, facts={"version": version.number})
    task = transitions.locked(result.task)
    waiting = task.results.filter(state__in=[ResultState.DRAFT, ResultState.RETURNED])
    if task.state == TaskState.INSPECTING and not waiting.exists():
        transitions.move(task, "hand_in", by=by)
    return version


def _check_complete(result: DepartmentResult) -> None:
    missing = [
        label
        for name, label in (("category", "检查结果"), ("follow_up", "后续处置"), ("trade_outcome", "处理情况"))
        if not getattr(result, name)
    ]
    if missing:
        raise VisitError(f"还没有填写：{'、'.join(missing)}。")
    if result.category == Category.PENDING and not result.sub_category:
        raise VisitError("“发现问题待后续处理”须选择问题类别。")
    found = result.findings.exclude(state=FindingState.WITHDRAWN).exists()
    clean = result.category == Category.NOTHING_FOUND
    if clean and found:
        raise VisitError("登记了问题，检查结果不能是“未发现问题”。")
    if result.category == Category.ORDERED and not found:
        raise VisitError("“发现问题已责令改正”须登记问题。")


def content_of(result: DepartmentResult) -> dict[str, Any]:
    """The result word for word, as a version keeps it."""
    findings = result.findings.exclude(state=FindingState.WITHDRAWN).select_related("legal_basis")
    return {name: getattr(result, name) for name in EDITABLE} | {
        "amended_because": result.amended_because,
        "findings": [
            {
                "id": each.pk, "matter": each.matter, "facts": each.facts, "severity": each.severity,
                "legal_basis": str(each.legal_basis or ""), "evidence": sorted(map(str, each.evidence.values_list("pk", flat=True))),
            }
            for each in findings
        ],
    }  # fmt: skip


@transaction.atomic
def return_result(result: DepartmentResult, *, words: str, by: User) -> DepartmentResult:
    """By the team leader, or out of the joint review; needs words."""
    result = transitions.locked(result, "task", "bureau")
    require(by, "review", result)
    if not words.strip():
        raise VisitError("退回须写明意见。")
    _decide(result, ResultVersion.Decision.RETURNED, words, by)
    result = transitions.move(result, "return", by=by)
    task = transitions.locked(result.task)
    if task.state != TaskState.INSPECTING:
        transitions.move(task, "return", by=by)
    return result


@transaction.atomic
def pass_result(result: DepartmentResult, *, by: User) -> DepartmentResult:
    """The team leader has nothing against it; when that holds for all, the departments look at the task together."""
    result = transitions.locked(result, "task", "bureau")
    require(by, "review", result)
    result = transitions.move(result, "pass", by=by)
    task = transitions.locked(result.task)
    ready = (ResultState.REVIEWED, ResultState.FINAL)
    if task.state == TaskState.REVIEWING and not task.results.exclude(state__in=ready).exists():
        transitions.move(task, "pass", by=by)
    return result


@transaction.atomic
def conclude(task: Task, *, held_on: date, bureaus: Collection[Bureau], words: str, by: User) -> JointReview:
    """Joint analysis 联合研判: every department that has a result took part; then all results are final."""
    task = transitions.locked(task, "campaign")
    require(by, "conclude", task_subject(task))
    if not words.strip():
        raise VisitError("请写明研判意见。")
    if held_on > timezone.localdate():
        raise VisitError("研判日期不能晚于今天。")
    results = list(task.results.select_related("bureau"))
    taking_part = {bureau.pk for bureau in bureaus}
    if absent := [result.bureau.short_name for result in results if result.bureau_id not in taking_part]:
        raise VisitError(f"{'、'.join(absent)}也有检查结果，须参加研判。")
    review = JointReview.objects.create(task=task, held_on=held_on, words=words.strip(), concluded=True, by=by)
    review.bureaus.set(bureaus)
    for result in results:
        if result.state == ResultState.REVIEWED:
            _decide(result, ResultVersion.Decision.CONCLUDED, words, by)
            transitions.move(transitions.locked(result), "conclude", by=by)
    transitions.move(task, "conclude", by=by)
    close_if_done(task, by=by)
    return review


def task_subject(task: Task) -> Visit:
    """Rules about a task's visit are asked of a Visit: those of Task itself are the room's below."""
    return Visit(task=task)


def _decide(result: DepartmentResult, decision: ResultVersion.Decision, words: str, by: User) -> None:
    version = result.versions.order_by("number").last()
    if version is not None:
        version.decision, version.words = decision, words.strip()
        version.decided_by, version.decided_at = by, timezone.now()
        version.save(update_fields=["decision", "words", "decided_by", "decided_at"])


@transaction.atomic
def amend_result(result: DepartmentResult, *, because: str, by: User) -> DepartmentResult:
    """Open a concluded result again; the concluded version stays, and stays visible beside the next."""
    result = transitions.locked(result, "task", "bureau")
    require(by, "amend", result)
    if not because.strip():
        raise VisitError("更正须写明理由。")
    result = transitions.move(result, "amend", by=by, amended_because=because.strip())
    task = transitions.locked(result.task)
    if task.state != TaskState.INSPECTING:
        transitions.move(task, "amend", by=by)
    return result


def close_if_done(task: Task, *, by: User) -> Task:
    """A concluded task is closed once nothing of it is open: called after whatever may have been the last."""
    task = transitions.locked(task)
    if task.state == TaskState.CONCLUDED and not is_open(task):
        return transitions.move(task, "close", by=by)
    return task


def is_open(task: Task) -> bool:
    return (
        Finding.objects.filter(result__task=task, state__in=OPEN_FINDINGS).exists()
        or Measure.objects.filter(task=task, state__in=OPEN_MEASURES).exists()
        or Rectification.objects.filter(task=task, state__in=OPEN_RECTIFICATIONS).exists()
    )
