"""Findings of one department's result: from the sheet or by hand, and each on its own page with what it looks back at."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.rules import can, require
from campaigns.states import TaskState
from visits import results as service
from visits.codes import Severity
from visits.errors import VisitError
from visits.following_lists import measure_tag, rectification_tag
from visits.forms.results import FindingForm, prefilled
from visits.models import DepartmentResult, Finding, Measure, Rectification, Referral
from visits.proposals import proposal_of
from visits.states import OPEN_FINDINGS, FindingState
from visits.views.results import WRITABLE, get_result

TONES = {
    FindingState.OPEN: "waiting",
    FindingState.RECTIFYING: "current",
    FindingState.CLOSED: "done",
    FindingState.WITHDRAWN: "plain",
}


@require_GET
def finding(request: Request, pk: int) -> HttpResponse:
    found = get_finding(request, pk)
    result = found.result
    visible = Finding.objects.visible_to(request.user)
    is_open = result.state in WRITABLE and found.state in OPEN_FINDINGS
    return render(request, "visits/finding.html", {
        "finding": found, "result": result, "task": result.task, "tone": TONES[FindingState(found.state)],
        "evidence": found.evidence.all(), "may_withdraw": is_open and can(request.user, "write", result),
        "may_refer": can(request.user, "send", Referral(sender=request.user.bureau)),
        "is_followed": result.task.state in (TaskState.CONCLUDED, TaskState.CLOSED),
        **_followed_by(request, found),
        "before": visible.filter(rechecked_by=found).select_related("result__task__campaign", "result__bureau").first(),
        "after": visible.filter(rechecks=found).select_related("result__task__campaign", "result__bureau"),
    })  # fmt: skip


def _followed_by(request: Request, found: Finding) -> dict[str, Any]:
    orders = Rectification.objects.visible_to(request.user).filter(findings=found).select_related("bureau")
    measures = Measure.objects.visible_to(request.user).filter(findings=found).select_related("bureau")
    return {
        "orders": [(each, rectification_tag(each)) for each in orders.order_by("pk")],
        "measures": [(each, measure_tag(each)) for each in measures.order_by("pk")],
    }


def get_finding(request: Request, pk: int) -> Finding:
    rows = Finding.objects.visible_to(request.user).select_related(
        "result__task__institution", "result__task__campaign", "result__task__bureau", "result__bureau",
        "legal_basis", "visit", "found_by",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
def add(request: Request, pk: int) -> HttpResponse:
    """By hand, or prefilled from the line of the sheet that `line` names, or from the earlier finding that `rechecks`
    names. The button `find` only narrows the legal bases: what was typed stays."""
    result = get_result(request, pk)
    require(request.user, "write", result)
    if request.method == "GET" or "find" in request.POST:
        return _page(request, result, FindingForm(result=result, initial=_initial(request, result)))
    form = FindingForm(request.POST, result=result)
    if form.is_valid():
        try:
            service.add_finding(result, form.found, by=request.user)
        except VisitError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "问题已登记。")
            return redirect("visits:result", pk)
    return _page(request, result, form)


def _initial(request: Request, result: DepartmentResult) -> dict[str, Any]:
    if request.method == "POST":
        typed: dict[str, Any] = request.POST.dict()
        return typed | {"evidence": request.POST.getlist("evidence")}
    if proposal := proposal_of(result, request.GET.get("line", "")):
        return prefilled(proposal)
    number = request.GET.get("rechecks", "")
    earlier = service.earlier_findings(result.task).filter(pk=number).first() if number.isdecimal() else None
    return {"rechecks": earlier.pk, "matter": earlier.matter} if earlier else {}


def _page(request: Request, result: DepartmentResult, form: FindingForm) -> HttpResponse:
    context = {"result": result, "task": result.task, "form": form, "is_open": result.state in WRITABLE}
    return render(request, "visits/finding_form.html", context)


@require_POST
def take_over(request: Request, pk: int) -> HttpResponse:
    """A line of the sheet becomes a finding as it stands: one of general quality, which needs no legal basis."""
    result = get_result(request, pk)
    require(request.user, "write", result)
    proposal = proposal_of(result, request.POST.get("line", ""))
    if proposal is None:
        messages.error(request, "检查表的这一行没有可以登记的问题，可能已经登记。")
        return redirect("visits:result", pk)
    try:
        service.add_finding(result, proposal.found(Severity.GENERAL), by=request.user)
    except VisitError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"已登记“{proposal.matter}”，性质为一般质量管理或技术问题。")
    return redirect("visits:result", pk)


@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    found = get_finding(request, pk)
    require(request.user, "write", found.result)
    try:
        service.withdraw_finding(found, by=request.user)
    except VisitError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"已撤销“{found.matter}”，此前提交的版本中仍保留。")
    return redirect("visits:result", found.result_id)
