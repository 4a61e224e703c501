"""Rectifications, for the bureaus: ordered, listed, verified; extensions decided."""

from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import can, require
from accounts.uploads import MEDIA_TYPES
from selftest.views.attachments import PICTURE_RULES, SHOWN_IN_PAGE
from visits import rectifying
from visits.errors import VisitError
from visits.following_lists import (
    RectificationFilter,
    RectificationTable,
    asked_of,
    rectification_stats,
    rectification_tag,
    rectifications_for_lists,
    tabs,
)
from visits.forms.following import ExtensionDecisionForm, OrderForm, VerifyForm
from visits.models import Extension, Rectification, RectificationReport, Visit
from visits.rectifying import Way
from visits.states import OPEN_RECTIFICATIONS, VisitState
from visits.views.measures import get_task, may_follow, show_refusal


def get_order(request: Request, pk: int) -> Rectification:
    found = Rectification.objects.visible_to(request.user).select_related(
        "task__institution__county", "task__campaign__lead_bureau", "bureau", "ordered_by"
    )
    return get_object_or_404(found, pk=pk)


@require_http_methods(["GET", "POST"])
def order(request: Request, pk: int) -> HttpResponse:
    """The order is of the bureau of whoever signs it."""
    task = get_task(request, pk)
    require(request.user, "order", Rectification(task=task, bureau=request.user.bureau))
    form = OrderForm(request.POST or None, task=task)
    if form.is_valid() and request.user.bureau:
        try:
            made = rectifying.order_rectification(
                task, bureau=request.user.bureau, by=request.user, **form.cleaned_data
            )
        except VisitError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已签发《责令改正通知书》{made.number}，机构登录后可以看到和下载。")
            return redirect("visits:rectification", made.pk)
    note = f"签发后编号，以{request.user.bureau}的名义发给{task.institution.name}。"
    context = {"task": task, "form": form, "title": "责令整改", "button": "签发责令改正通知书", "note": note}
    return render(request, "visits/follow_form.html", context)


@require_GET
def rectification_list(request: Request) -> HttpResponse:
    asked = asked_of(request, request.user)
    seen = Rectification.objects.visible_to(request.user)
    found = RectificationFilter(asked, rectifications_for_lists(seen), request=request)
    context: dict[str, Any] = {
        "filter": found, "table": arrange(RectificationTable(found.qs), request), "tabs": tabs("rectifications"),
    }  # fmt: skip
    if request.htmx:
        return render(request, "visits/rectifications.html#rows", context)
    stats = list(rectification_stats(seen, asked, request.path))
    return render(request, "visits/rectifications.html", context | {"stats": stats})


@require_GET
def rectification(request: Request, pk: int) -> HttpResponse:
    return _page(request, get_order(request, pk))


def _page(
    request: Request, found: Rectification, *, verifying: VerifyForm | None = None,
    extending: ExtensionDecisionForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The forms: those that were sent and have errors."""
    may_verify = can(request.user, "verify", found)
    context = order_context(found)
    report, asked = context["waiting_report"], context["waiting_extension"]
    if may_verify and report:
        context["verifying"] = verifying or VerifyForm(order=found, auto_id="verify_%s")
        context |= revisit_context(request, found)
    context["may_propose"] = may_follow(request, found.task)["propose"]
    if may_verify and asked:
        context["extending"] = extending or ExtensionDecisionForm(auto_id="extend_%s")
    return render(request, "visits/rectification.html", context)


def order_context(found: Rectification) -> dict[str, Any]:
    """One order with all that became of it; the same on the institution's page."""
    reports = list(found.reports.select_related("by", "decided_by", "visit").order_by("pk"))
    extensions = list(found.extensions.select_related("asked_by", "decided_by").order_by("pk"))
    return {
        "order": found, "task": found.task, "tag": rectification_tag(found),
        "is_open": found.state in OPEN_RECTIFICATIONS,
        "findings": found.findings.select_related("legal_basis"),
        "demands": [line.strip() for line in found.demands.splitlines() if line.strip()],
        "reports": reports, "extensions": extensions,
        "waiting_report": next((each for each in reports if each.decided_at is None), None),
        "waiting_extension": next((each for each in extensions if each.is_granted is None), None),
        "last_decision": next((each for each in reversed(reports) if each.decided_at), None),
        "events": events_of(found, reports, extensions),
        "reminders": found.reminders.filter(due_on=F("rectification__due_on")),
    }  # fmt: skip


def events_of(
    found: Rectification, reports: list[RectificationReport], extensions: list[Extension]
) -> list[dict[str, Any]]:
    """Newest first."""
    events = [_event(found.ordered_at, found.bureau.name, f"签发责令改正通知书 {found.number}")]
    for asked in extensions:
        details = [asked.reason]
        events.append(_event(asked.asked_at, asked.asked_by.name, f"申请延期至 {asked.wanted_until}", details))
        if asked.decided_at and asked.decided_by:
            is_idle = asked.words == rectifying.NOT_NEEDED
            what = f"{'同意' if asked.is_granted else '不再' if is_idle else '不同意'}延期至 {asked.wanted_until}"
            tone = "done" if asked.is_granted else "" if is_idle else "overdue"
            events.append(_event(asked.decided_at, asked.decided_by.name, what, [asked.words], tone))
    for report in reports:
        events.append(_event(report.at, report.by.name, "报告整改情况", [report.text]))
        if report.decided_at and report.decided_by:
            what = f"{report.get_way_display()}：{'已整改到位' if report.is_verified else '整改不到位'}"
            tone = "done" if report.is_verified else "overdue"
            events.append(_event(report.decided_at, report.decided_by.name, what, [report.words], tone))
    if found.escalated_at:
        lead = found.task.campaign.lead_bureau.name
        events.append(_event(found.escalated_at, "系统", f"逾期未整改，已上报{lead}", tone="overdue"))
    return sorted(events, key=lambda event: event["at"], reverse=True)


def _event(at: datetime, who: str, what: str, details: list[str] | None = None, tone: str = "") -> dict[str, Any]:
    return {"at": at, "who": who, "what": what, "details": [each for each in details or [] if each], "tone": tone}


def revisit_context(request: Request, found: Rectification) -> dict[str, Any]:
    """The re-visit that is planned, or whether one can be planned."""
    standing = found.task.visits.filter(state__in=[VisitState.PLANNED, VisitState.STARTED])
    planned = standing.filter(kind=Visit.Kind.AGAIN).first()
    may_plan = planned is None and can(request.user, "plan", Visit(task=found.task))
    plan_url = f"{reverse('visits:plan', args=[found.task_id])}?kind={Visit.Kind.AGAIN}" if may_plan else ""
    return {"planned_visit": planned, "plan_url": plan_url}


@require_POST
def verify(request: Request, pk: int) -> HttpResponse:
    report = _of_visible(request, RectificationReport, pk)
    found = get_order(request, report.rectification_id)
    require(request.user, "verify", found)
    form = VerifyForm(request.POST, order=found, auto_id="verify_%s")
    if form.is_valid():
        given = form.cleaned_data
        try:
            rectifying.verify(report, **given | {"way": Way(given["way"])}, by=request.user)
        except VisitError as refused:
            show_refusal(request, form, refused)
        else:
            done = given["is_verified"]
            messages.success(request, "已确认整改到位。" if done else "已退回整改，机构会看到您的意见。")
            return redirect("visits:rectification", found.pk)
    return _page(request, get_order(request, found.pk), verifying=form)


@require_POST
def decide_extension(request: Request, pk: int) -> HttpResponse:
    """The button says whether it is granted."""
    asked = _of_visible(request, Extension, pk)
    found = get_order(request, asked.rectification_id)
    require(request.user, "verify", found)
    form = ExtensionDecisionForm(request.POST, auto_id="extend_%s")
    if form.is_valid():
        grant = request.POST.get("grant") == "1"
        try:
            rectifying.decide_extension(asked, grant=grant, words=form.cleaned_data["words"], by=request.user)
        except VisitError as refused:
            show_refusal(request, form, refused)
        else:
            messages.success(request, "已同意延期，期限已经改过。" if grant else "已答复不同意延期。")
            return redirect("visits:rectification", found.pk)
    return _page(request, get_order(request, found.pk), extending=form)


def _of_visible(request: Request, model: type[Any], pk: int) -> Any:
    """A report or an extension of an order that this person sees."""
    orders = Rectification.objects.visible_to(request.user)
    return get_object_or_404(model.objects.filter(rectification__in=orders), pk=pk)


@require_GET
def report_file(request: Request, pk: int) -> FileResponse:
    """The evidence of a report. Pictures and PDF are shown alone in a page that may do nothing; others are saved."""
    report: RectificationReport = _of_visible(request, RectificationReport, pk)
    if not report.file or not report.file.storage.exists(str(report.file.name)):
        raise Http404
    media_type = MEDIA_TYPES.get(PurePath(report.file_name).suffix.lower(), "")
    rules = SHOWN_IN_PAGE.get(media_type)
    answer = FileResponse(report.file.open("rb"), as_attachment=rules is None, filename=report.file_name)
    answer.headers["Content-Type"] = media_type if rules else "application/octet-stream"
    answer.headers["Content-Security-Policy"] = rules or PICTURE_RULES
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
