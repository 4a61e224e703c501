"""What keeps people from being drawn: conflicts of interest and leave."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.forms import refusals_shown_in
from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import can, require
from inspectors import services
from inspectors.errors import AlreadyDecided
from inspectors.filters import ConflictFilter, LeaveFilter
from inspectors.forms import ConflictForm, DecisionForm, LeaveForm
from inspectors.models import ConflictOfInterest, Expert, Inspector, Leave
from inspectors.queries import conflict_rows
from inspectors.tables import ConflictTable, LeaveTable, against
from inspectors.views.pages import form_page, pool_tabs


def conflict_list(request: Request) -> HttpResponse:
    visible = conflict_rows(ConflictOfInterest.objects.visible_to(request.user))
    found = ConflictFilter(request.GET, visible, request=request)
    table = arrange(ConflictTable(found.qs), request)
    rows = [row.record for row in table.paginated_rows]
    table.decidable = frozenset(row.pk for row in rows if can(request.user, "decide", row))
    context = {"filter": found, "table": table}
    if request.htmx:
        return render(request, "inspectors/conflicts.html#rows", context)
    own = Inspector.objects.filter(user=request.user).first()
    return render(
        request, "inspectors/conflicts.html", context | {"tabs": pool_tabs(request, "inspectors:conflicts"), "own": own}
    )


def declare_for_inspector(request: Request, pk: int) -> HttpResponse:
    inspectors = Inspector.objects.visible_to(request.user).select_related("bureau__region")
    person = get_object_or_404(inspectors, pk=pk)
    return _declare(request, person, reverse("inspectors:detail", args=[pk]))


def declare_for_expert(request: Request, pk: int) -> HttpResponse:
    person = get_object_or_404(Expert.objects.visible_to(request.user), pk=pk)
    return _declare(request, person, reverse("inspectors:expert", args=[pk]))


def _declare(request: Request, person: Inspector | Expert, back: str) -> HttpResponse:
    require(request.user, "declare", person)
    form = ConflictForm(request.POST or None, user=request.user)
    if form.is_valid():
        with refusals_shown_in(form):
            services.declare_conflict(person, **form.cleaned_data, by=request.user)
            messages.success(request, "已申报回避，决定之前先按回避处理。")
            return redirect(back)
    return form_page(request, form, "申报回避", back, person=person)


def conflict_decide(request: Request, pk: int) -> HttpResponse:
    conflict = get_object_or_404(conflict_rows(ConflictOfInterest.objects.visible_to(request.user)), pk=pk)
    if conflict.decision != ConflictOfInterest.Decision.PENDING:
        messages.error(request, str(AlreadyDecided()))
        return redirect("inspectors:conflicts")
    require(request.user, "decide", conflict)
    form = DecisionForm(request.POST or None)
    if form.is_valid():
        try:
            services.decide_conflict(conflict, accept=form.cleaned_data["decision"] == "accepted", by=request.user)
            messages.success(request, "决定已记录。")
        except AlreadyDecided as refusal:
            messages.error(request, str(refusal))
        return redirect("inspectors:conflicts")
    facts = [
        {"label": "人员", "value": str(conflict.person)},
        {"label": "回避对象", "value": against(conflict)},
        {"label": "关系", "value": conflict.get_kind_display()},
        {"label": "申报日期", "value": conflict.declared_on.isoformat()},
        {"label": "说明", "value": conflict.words, "wide": True},
    ]
    return form_page(request, form, "决定回避", reverse("inspectors:conflicts"), facts=facts, button="作出决定")


def leave_list(request: Request) -> HttpResponse:
    visible = Leave.objects.visible_to(request.user).select_related("inspector__bureau")
    found = LeaveFilter(request.GET, visible, request=request)
    context = {"filter": found, "table": arrange(LeaveTable(found.qs), request), "today": timezone.localdate()}
    if request.htmx:
        return render(request, "inspectors/leaves.html#rows", context)
    return render(request, "inspectors/leaves.html", context | {"tabs": pool_tabs(request, "inspectors:leaves")})


def leave_add(request: Request, pk: int) -> HttpResponse:
    inspector = get_object_or_404(Inspector.objects.visible_to(request.user).select_related("bureau__region"), pk=pk)
    require(request.user, "leave", inspector)
    form = LeaveForm(request.POST or None)
    back = reverse("inspectors:detail", args=[pk])
    if form.is_valid():
        with refusals_shown_in(form):
            services.add_leave(inspector, **form.cleaned_data, by=request.user)
            messages.success(request, "请假已登记，这些日子不会被抽到。")
            return redirect(back)
    return form_page(request, form, "登记请假", back, person=inspector)


def leave_cancel(request: Request, pk: int) -> HttpResponse:
    leaves = Leave.objects.visible_to(request.user).select_related("inspector__bureau__region")
    leave = get_object_or_404(leaves, pk=pk)
    require(request.user, "cancel", leave)
    services.cancel_leave(leave, by=request.user)
    messages.success(request, "请假已撤销。")
    return redirect("inspectors:detail", leave.inspector_id)
