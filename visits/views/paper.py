"""Typing in a record that was kept on paper: found by its number or code, entered, the scan attached. Plain forms."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from visits import on_paper, onsite
from visits.errors import OutsideWindow, VisitError
from visits.evidence import MAX_BYTES
from visits.forms.paper import EndForm, FindForm, LineForm, StartForm, line_forms
from visits.models import Visit
from visits.recording import rivals_of
from visits.sheet import lines_of
from visits.states import VisitState

REFUSED = 422


@require_GET
def paper_find(request: Request) -> HttpResponse:
    form = FindForm(request.GET if "what" in request.GET else None)
    if form.is_bound and form.is_valid():
        visit = on_paper.find_visit(form.cleaned_data["what"], request.user)
        if visit is not None:
            return redirect("visits:paper", visit.pk)
        form.add_error("what", "没有找到由您参加的这次检查。请核对任务编号，或者扫检查表上的二维码。")
    context = {"form": form, "visits": onsite.own_visits(request.user)}
    return render(request, "visits/onsite/paper_find.html", context)


@require_http_methods(["GET", "POST"])
def paper(request: Request, pk: int) -> HttpResponse:
    """`act` of a POST: start, save (lines and scan), or end (all of it)."""
    visit = get_object_or_404(onsite.with_what_is_named(request.user), pk=pk)
    if request.method == "POST":
        return _start(request, visit) if request.POST.get("act") == "start" else _save(request, visit)
    return _page(request, visit)


def _start(request: Request, visit: Visit) -> HttpResponse:
    form = StartForm(request.POST)
    if not form.is_valid():
        return _page(request, visit, start=form, status=REFUSED)
    told = form.cleaned_data
    try:
        on_paper.start_from_paper(visit, told["started_at"], reason=told["reason"], by=request.user)
    except VisitError as refused:
        form.add_error("reason" if isinstance(refused, OutsideWindow) else None, str(refused))
        return _page(request, visit, start=form, status=REFUSED)
    messages.success(request, "检查已登记开始，可以补录检查表。")
    return redirect("visits:paper", visit.pk)


def _save(request: Request, visit: Visit) -> HttpResponse:
    lines = _line_forms(request, visit, request.POST)
    end = EndForm(request.POST, request.FILES, visit=visit)
    if not all([end.is_valid(), *(form.is_valid() for form in lines)]):
        return _page(request, visit, lines=lines, end=end, status=REFUSED)
    try:
        _keep(request, visit, lines, end)
    except VisitError as refused:
        end.add_error(None, str(refused))
        return _page(request, visit, lines=lines, end=end, status=REFUSED)
    return redirect("visits:paper", visit.pk)


def _keep(request: Request, visit: Visit, lines: list[LineForm], end: EndForm) -> None:
    """First the lines, then the scan, then who signed, and the end last: each is kept though the next be refused."""
    given = [
        on_paper.given(form.cleaned_data["id"], form.line.key, form.cleaned_data["base"], form.values)
        for form in lines
        if form.is_new
    ]
    kept, problems = on_paper.record_lines(visit, given, by=request.user)
    if kept:
        messages.success(request, f"已补录 {kept} 行。")
    for words in problems:
        messages.warning(request, words)
    told = end.cleaned_data
    if file := told.get("scan"):
        _keep_scan(request, visit, told, file)
    if request.POST.get("act") == "end":
        _end(request, visit, told)


def _keep_scan(request: Request, visit: Visit, told: dict[str, Any], file: UploadedFile[bytes]) -> None:
    scan = on_paper.Scan(told["scan_id"], str(file.name), file.read(MAX_BYTES + 1))
    on_paper.attach_scan(visit, scan, by=request.user)
    messages.success(request, f"已附扫描件“{scan.name}”。")
    who = on_paper.OnPaper(told["officers"], told["institution"], told["refusal"], told["witness"])
    on_paper.sign_as_on_paper(visit, who, scan, by=request.user)


def _end(request: Request, visit: Visit, told: dict[str, Any]) -> None:
    if not told["outcome"]:
        raise VisitError("请选择到场情况。")
    on_paper.end_from_paper(visit, told["outcome"], words=told["words"], opinion=told["opinion"], by=request.user)
    messages.success(request, "检查已结束。")


def _line_forms(request: Request, visit: Visit, data: Any = None) -> list[LineForm]:
    department = request.user.bureau.department_id if request.user.bureau else ""
    own = [line for line in lines_of(visit) if line.department == department]
    return list(line_forms(own, {each.line: each for each in visit.entries.all()}, data))


def _page(
    request: Request, visit: Visit, *, start: StartForm | None = None, lines: list[LineForm] | None = None,
    end: EndForm | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "visit": visit,
        "start": start or StartForm(),
        "lines": lines or _line_forms(request, visit),
        "end": end or EndForm(visit=visit),
        "is_planned": visit.state == VisitState.PLANNED,
        "is_started": visit.state == VisitState.STARTED,
        "disputed": [line for line in lines_of(visit) if line.key in rivals_of(visit)],
        "evidence": visit.evidence.select_related("by"),
        "signatures": visit.signatures.all(),
    }
    return render(request, "visits/onsite/paper.html", context, status=status)
