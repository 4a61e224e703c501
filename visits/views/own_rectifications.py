"""整改 as the institution sees it: what was ordered until when, its report with evidence, extensions, decisions."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.rules import can, require
from accounts.uploads import MAX_BYTES
from selftest.signing import Paper
from visits import filing, rectifying
from visits.errors import VisitError
from visits.following_lists import rectification_tag
from visits.forms.following import AskExtensionForm, ReportForm
from visits.models import Measure, Rectification
from visits.states import OPEN_RECTIFICATIONS, RectificationState
from visits.views.measures import show_refusal
from visits.views.rectifications import get_order, order_context

REPORTABLE = (RectificationState.ORDERED, RectificationState.RETURNED)


@require_GET
def own_rectifications(request: Request) -> HttpResponse:
    """What is still to be put right first; below, what was decided about the institution."""
    found = Rectification.objects.visible_to(request.user).select_related("task__institution", "bureau")
    orders = [(each, rectification_tag(each)) for each in found.order_by("due_on", "pk")]
    measures = Measure.objects.visible_to(request.user).select_related("task__institution", "bureau")
    context = {
        "open_ones": [row for row in orders if row[0].state in OPEN_RECTIFICATIONS],
        "others": [row for row in orders if row[0].state not in OPEN_RECTIFICATIONS],
        "measures": measures.order_by("-decided_on", "-pk"),
    }
    return render(request, "visits/own_rectifications.html", context)


@require_GET
def own_rectification(request: Request, pk: int) -> HttpResponse:
    return _page(request, get_order(request, pk))


def _page(
    request: Request, found: Rectification, *, reporting: ReportForm | None = None,
    asking: AskExtensionForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The forms: those that were sent and have errors."""
    context: dict[str, Any] = order_context(found)
    if found.state in REPORTABLE and can(request.user, "report", found):
        context["reporting"] = reporting or ReportForm(auto_id="report_%s")
        if context["waiting_extension"] is None:
            context["asking"] = asking or AskExtensionForm(auto_id="extend_%s")
    return render(request, "visits/own_rectification.html", context)


@require_POST
def report(request: Request, pk: int) -> HttpResponse:
    found = get_order(request, pk)
    require(request.user, "report", found)
    form = ReportForm(request.POST, request.FILES, auto_id="report_%s")
    if form.is_valid():
        try:
            file = _paper(request, found, form)
            rectifying.report_rectified(found, text=form.cleaned_data["text"], file=file, by=request.user)
        except VisitError as refused:
            show_refusal(request, form, refused)
        else:
            messages.success(request, "已报告整改情况。")
            return redirect("visits:own_rectification", pk)
    return _page(request, get_order(request, pk), reporting=form)


def _paper(request: Request, found: Rectification, form: ReportForm) -> Paper | None:
    file = form.cleaned_data["file"]
    if not file:
        return None
    return filing.kept_paper(str(file.name), file.read(MAX_BYTES + 1), subject=found, by=request.user)


@require_POST
def ask_extension(request: Request, pk: int) -> HttpResponse:
    found = get_order(request, pk)
    require(request.user, "report", found)
    form = AskExtensionForm(request.POST, auto_id="extend_%s")
    if form.is_valid():
        try:
            rectifying.ask_extension(found, by=request.user, **form.cleaned_data)
        except VisitError as refused:
            show_refusal(request, form, refused)
        else:
            messages.success(request, "已申请延期。")
            return redirect("visits:own_rectification", pk)
    return _page(request, get_order(request, pk), asking=form)
