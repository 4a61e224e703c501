"""The results of one task: a column for each department, its versions beside each other, and the whole."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.awaiting import awaited_of
from accounts.http import Request
from accounts.rules import can, require
from campaigns.models import Task
from campaigns.states import TaskState
from visits import results as service
from visits.adopting import adoption_of
from visits.errors import VisitError
from visits.forms.results import AmendForm, ResultForm
from visits.models import DepartmentResult, Finding, JointReview
from visits.outcomes import whole_of
from visits.proposals import proposals_of
from visits.results import task_subject
from visits.states import RESULT_STEPS, FindingState, ResultState
from visits.versions import Shown, draft_of, versions_of

TONES = {
    ResultState.DRAFT: "current",
    ResultState.SUBMITTED: "waiting",
    ResultState.RETURNED: "overdue",
    ResultState.REVIEWED: "waiting",
    ResultState.FINAL: "done",
}
WRITABLE = RESULT_STEPS["submit"].sources
MOST_EARLIER = 30


@dataclass(frozen=True, slots=True)
class Column:
    """One department's. `shown`: what this person reads first, None while only its writers may; `former`: the versions
    before, the newest first; `may`: acts that are open now."""

    result: DepartmentResult
    tone: str
    shown: Shown | None
    former: tuple[Shown, ...]
    findings: tuple[Finding, ...]
    may: dict[str, bool]


@require_GET
def results(request: Request, pk: int) -> HttpResponse:
    return page(request, get_task(request, pk))


def get_task(request: Request, pk: int) -> Task:
    return get_object_or_404(Task.objects.visible_to(request.user).for_lists(), pk=pk)


def get_result(request: Request, pk: int) -> DepartmentResult:
    return get_object_or_404(DepartmentResult.objects.visible_to(request.user).for_acts(), pk=pk)


def page(request: Request, task: Task) -> HttpResponse:
    adoption = adoption_of(task)
    shown = adoption.source if adoption and task.state == TaskState.ADOPTED else task
    found = list(DepartmentResult.objects.filter(task=shown).for_acts().order_by("pk"))
    reviews = JointReview.objects.filter(task=shown).prefetch_related("bureaus").select_related("by")
    context: dict[str, Any] = {
        "task": task, "columns": [_column(request, result) for result in found], "whole": whole_of(found),
        "reviews": reviews, "adoption": adoption, "seen": seen_findings(request, task),
        "awaited": awaited_of(request.user, task), "is_followed": task.state in (TaskState.CONCLUDED, TaskState.CLOSED),
        "may_conclude": task.state == TaskState.JOINT and can(request.user, "conclude", task_subject(task)),
    }  # fmt: skip
    return render(request, "visits/results.html", context)


def seen_findings(request: Request, task: Task) -> set[int]:
    """Of the institution, those whose page this person may open: an earlier one may be another bureau's."""
    found = Finding.objects.visible_to(request.user).filter(result__task__institution=task.institution_id)
    return set(found.values_list("pk", flat=True))


def _column(request: Request, result: DepartmentResult) -> Column:
    user, state = request.user, ResultState(result.state)
    may_write, may_review = can(user, "write", result), can(user, "review", result)
    versions = versions_of(result)
    sees_draft = state in WRITABLE and (may_write or may_review)
    shown = draft_of(result) if sees_draft else versions[-1] if versions else None
    former = versions if sees_draft else versions[:-1]
    findings = result.findings.exclude(state=FindingState.WITHDRAWN).select_related("rechecks")
    return Column(
        result, TONES[state], shown, tuple(reversed(former)),
        tuple(findings) if sees_draft or state not in WRITABLE else (),
        {
            "write": may_write and state in WRITABLE,
            "pass": may_review and state == ResultState.SUBMITTED,
            "return": may_review and state in RESULT_STEPS["return"].sources,
            "amend": state == ResultState.FINAL and can(user, "amend", result),
        },
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def write(request: Request, pk: int) -> HttpResponse:
    """One department's own result; with `then=submit` it is handed in as well."""
    result = get_result(request, pk)
    require(request.user, "write", result)
    form = ResultForm.of(result, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            result = service.edit_result(result, by=request.user, **form.cleaned_data)
            if request.POST.get("then") != "submit":
                messages.success(request, "检查结果已保存。")
                return redirect("visits:result", pk)
            if form.is_complete():
                return _submitted(request, result)
        except VisitError as refused:
            messages.error(request, str(refused))
    return _write_page(request, get_result(request, pk), form)


def _write_page(request: Request, result: DepartmentResult, form: ResultForm) -> HttpResponse:
    last = result.versions.exclude(words="").order_by("number").last()
    return render(request, "visits/result.html", {
        "result": result, "task": result.task, "form": form, "tone": TONES[ResultState(result.state)],
        "proposals": proposals_of(result), "is_open": result.state in WRITABLE, "last": last,
        "earlier": service.earlier_findings(result.task)[:MOST_EARLIER], "seen": seen_findings(request, result.task),
        "findings": result.findings.select_related("legal_basis", "rechecks__result__task").prefetch_related("evidence"),
    })  # fmt: skip


def _submitted(request: Request, result: DepartmentResult) -> HttpResponse:
    version = service.submit_result(result, by=request.user)
    messages.success(request, f"已提交第 {version.number} 版，等待组长审核。")
    return to_results(result.task_id)


def to_results(task: int) -> HttpResponse:
    return redirect("visits:results", task)


@require_POST
def submit(request: Request, pk: int) -> HttpResponse:
    result = get_result(request, pk)
    require(request.user, "write", result)
    try:
        return _submitted(request, result)
    except VisitError as refused:
        messages.error(request, str(refused))
        return redirect("visits:result", pk)


@require_POST
def pass_(request: Request, pk: int) -> HttpResponse:
    return _reviewed(request, pk, service.pass_result, "审核通过。")


@require_POST
def return_(request: Request, pk: int) -> HttpResponse:
    """To be written again: by the team leader, or out of the joint review."""

    def act(result: DepartmentResult, **by: Any) -> object:
        return service.return_result(result, words=request.POST.get("words", ""), **by)

    return _reviewed(request, pk, act, "已退回修改。")


def _reviewed(request: Request, pk: int, act: Callable[..., object], done: str) -> HttpResponse:
    result = get_result(request, pk)
    require(request.user, "review", result)
    try:
        act(result, by=request.user)
    except VisitError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{result.bureau.short_name}的检查结果{done}")
    return redirect(f"{reverse('visits:results', args=[result.task_id])}#result-{result.pk}")


@require_http_methods(["GET", "POST"])
def amend(request: Request, pk: int) -> HttpResponse:
    """Open a concluded result again, with the reason."""
    result = get_result(request, pk)
    require(request.user, "amend", result)
    form = AmendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.amend_result(result, because=form.cleaned_data["because"], by=request.user)
        except VisitError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "可以更正了。更正后重新提交、审核和研判；原认定的版本保留。")
            return redirect("visits:result", pk)
    context = {"result": result, "task": result.task, "form": form, "shown": versions_of(result)[-1:]}
    return render(request, "visits/amend.html", context)
