"""随机抽查情况记录表 of one department about one task (domain rule 2.7): what was checked, found, concluded and signed."""

import base64
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.http import Request
from accounts.models import User
from campaigns.models import Task
from reports.datasets import full_address, signed
from reports.documents import Provenance
from reports.responses import file_answer
from visits.codes import Check
from visits.models import DepartmentResult, Finding, ResultVersion, Visit, VisitSignature
from visits.results import content_of, last_visit
from visits.sheet import lines_of
from visits.states import FindingState
from visits.versions import read_fields

TITLE = "随机抽查情况记录表"
LARGEST_PICTURE = 140_000
"""Bytes of a signature that is printed as a picture; a larger one is named only."""
Signer = VisitSignature.Signer


@dataclass(frozen=True, slots=True)
class CheckedLine:
    title: str
    answer: str
    facts: str


@dataclass(frozen=True, slots=True)
class FoundProblem:
    matter: str
    facts: str
    severity: str
    legal_basis: str
    handling: str


@dataclass(frozen=True, slots=True)
class Signed:
    """`picture`: data URI of the signature, empty where there is none to print; `words`: why it was refused."""

    who: str
    name: str
    at: datetime
    picture: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class ResultRecord:
    """`head`: pairs of labels and values, two a row. `standing`: whether the result is final, in words."""

    title: str
    task: str
    bureau: str
    institution: str
    head: tuple[tuple[str, str], ...]
    lines: tuple[CheckedLine, ...]
    problems: tuple[FoundProblem, ...]
    conclusion: tuple[tuple[str, str], ...]
    opinion: str
    signatures: tuple[Signed, ...]
    review: str
    standing: str
    made: Provenance


def record_of(result: DepartmentResult, *, made_by: User) -> ResultRecord:
    """As the result stands now; needs its task with institution, campaign and bureau."""
    task, visit = result.task, last_visit(result.task)
    last = result.versions.select_related("decided_by").order_by("number").last()
    return ResultRecord(
        title=TITLE,
        task=task.number,
        bureau=result.bureau.name,
        institution=task.institution.name,
        head=_head(task, visit),
        lines=tuple(_lines(result, visit)),
        problems=tuple(_problem(each) for each in _findings(result)),
        conclusion=tuple(read_fields(content_of(result))),
        opinion=visit.opinion if visit else "",
        signatures=tuple(_signed(each) for each in visit.signatures.all()) if visit else (),
        review=_review(last),
        standing=result.get_state_display(),
        made=Provenance(signed(made_by), timezone.localtime(), f"{result.get_state_display()}的检查结果"),
    )


def _head(task: Task, visit: Visit | None) -> tuple[tuple[str, str], ...]:
    institution = task.institution
    methods = dict.fromkeys(label for matter in task.line.matters.all() for label in matter.method_labels)
    return (
        ("任务编号", task.number),
        ("抽查方式", task.get_mode_display()),
        ("抽查活动", task.campaign.title),
        ("检查方式", "、".join(methods) or "实地检查"),
        ("单位名称", institution.name),
        ("统一社会信用代码", institution.identifier),
        ("地址", full_address(institution)),
        ("检查时间", _period(visit)),
        ("法定代表人", f"{institution.legal_representative} {institution.legal_representative_phone}".strip()),
        ("联络人", f"{institution.contact} {institution.contact_phone}".strip()),
    )


def _period(visit: Visit | None) -> str:
    if visit is None or visit.started_at is None or visit.ended_at is None:
        return ""
    start, end = timezone.localtime(visit.started_at), timezone.localtime(visit.ended_at)
    return (
        f"{start:%Y-%m-%d %H:%M} 至 {end:%H:%M}"
        if start.date() == end.date()
        else f"{start:%Y-%m-%d} 至 {end:%Y-%m-%d}"
    )


def _lines(result: DepartmentResult, visit: Visit | None) -> list[CheckedLine]:
    """The department's own lines of the sheet."""
    if visit is None:
        return []
    given = {entry.line: entry for entry in visit.entries.all()}
    own = [line for line in lines_of(visit) if line.department == result.bureau.department_id]
    return [
        CheckedLine(
            line.title, Check(entry.answer).label if entry and entry.answer else "", entry.facts if entry else ""
        )
        for line in own
        for entry in [given.get(line.key)]
    ]


def _findings(result: DepartmentResult) -> list[Finding]:
    standing = result.findings.exclude(state=FindingState.WITHDRAWN)
    return list(standing.select_related("legal_basis").prefetch_related("measures"))


def _problem(finding: Finding) -> FoundProblem:
    measures = "、".join(measure.get_kind_display() for measure in finding.measures.all())
    basis = str(finding.legal_basis or "")
    severity = finding.get_severity_display()
    return FoundProblem(finding.matter, finding.facts, severity, basis, measures or finding.get_state_display())


def _signed(signature: VisitSignature) -> Signed:
    picture = ""
    if signature.image and signature.image.storage.exists(str(signature.image.name)):
        content = signature.image.read()
        if content.startswith(b"\x89PNG") and len(content) <= LARGEST_PICTURE:
            picture = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    words = f"拒绝签字：{signature.words}" if signature.has_refused else ""
    return Signed(Signer(signature.signer).label, signature.name, timezone.localtime(signature.at), picture, words)


def _review(version: ResultVersion | None) -> str:
    if version is None or version.decided_by is None or version.decided_at is None:
        return ""
    day = timezone.localdate(version.decided_at)
    return f"{version.get_decision_display()}：{version.words}（{version.decided_by.name}，{day:%Y-%m-%d}）"


@require_GET
def result_record(request: Request, pk: int) -> HttpResponse:
    from reports.result_record_pdf import render_result_record  # noqa: PLC0415  # half a second and 50 MB, once asked

    rows = DepartmentResult.objects.visible_to(request.user).for_acts().select_related("task__line")
    result = get_object_or_404(rows, pk=pk)
    record = record_of(result, made_by=request.user)
    name = f"{TITLE}（{record.institution}，{result.bureau.short_name}）.pdf"
    return file_answer(render_result_record(record), name, "application/pdf")
