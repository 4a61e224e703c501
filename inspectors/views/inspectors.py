"""The list of inspectors, one of them, their history, forms and export."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.forms import refusals_shown_in
from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import can, require
from inspectors import services
from inspectors.exporting import export_inspectors
from inspectors.filters import InspectorFilter
from inspectors.forms import InspectorForm, LinkForm
from inspectors.history import history
from inspectors.models import Inspector
from inspectors.presenting import certificate_rows, inspector_facts
from inspectors.queries import conflict_rows, inspector_rows, pool_figures
from inspectors.tables import DECISION_TONES, InspectorTable, against, certificate_words, state_words
from inspectors.views.pages import download, form_page, pool_tabs


def inspector_list(request: Request) -> HttpResponse:
    visible = Inspector.objects.visible_to(request.user)
    found = InspectorFilter(request.GET, visible, request=request)
    table = InspectorTable(inspector_rows(found.qs, found.day), day=found.day)
    context: dict[str, Any] = {"filter": found, "table": arrange(table, request)}
    context["may_export"] = can(request.user, "export", Inspector)
    if request.htmx:
        return render(request, "inspectors/list.html#rows", context)
    context["stats"] = _stats(pool_figures(visible, timezone.localdate()), request)
    context["may_create"] = can(request.user, "create", Inspector)
    context["tabs"] = pool_tabs(request, "inspectors:list")
    return render(request, "inspectors/list.html", context)


def _stats(figures: dict[str, int], request: Request) -> list[dict[str, Any]]:
    ready = {"certificate": "valid", "state": "active", "leave": "here"}
    cards = [
        ("检查人员总数", "total", {}, ""),
        ("今日可参加检查", "ready", ready, ""),
        ("两证不全或过期", "gap", {"certificate": "gap", "state": "active"}, "overdue"),
        ("90 日内到期", "ending", {"certificate": "ending", "state": "active"}, "waiting"),
        ("今日请假", "away", {"leave": "away", "state": "active"}, ""),
    ]
    asked = {name: value for name, value in request.GET.items() if value}
    return [
        {
            "label": label, "value": figures[key], "unit": "人", "tone": tone if figures[key] else "",
            "url": f"{request.path}?{urlencode(query) or 'reset=1'}", "active": bool(query) and asked == query,
        }
        for label, key, query, tone in cards
    ]  # fmt: skip


def _found(request: Request, pk: int) -> Inspector:
    visible: QuerySet[Inspector] = Inspector.objects.visible_to(request.user)
    related = visible.select_related("bureau__department", "bureau__region", "user")
    return get_object_or_404(related.prefetch_related("domains"), pk=pk)


def inspector_detail(request: Request, pk: int) -> HttpResponse:
    inspector, today = _found(request, pk), timezone.localdate()
    may = {
        action: can(request.user, action, inspector) for action in ("edit", "link", "declare", "leave", "see_history")
    }
    conflicts = conflict_rows(inspector.conflicts.all())
    tag, tone = state_words(inspector)
    context = {
        "inspector": inspector,
        "tag": tag,
        "tone": tone,
        "facts": inspector_facts(inspector, shows_phone=may["edit"] or inspector.user_id == request.user.pk),
        "certificates": certificate_rows(inspector, today),
        "verdict": certificate_words(inspector, today),
        "conflicts": [
            {"conflict": each, "against": against(each), "tone": DECISION_TONES[each.decision]} for each in conflicts
        ],
        "leaves": inspector.leaves.filter(ends_on__gte=today).order_by("starts_on") if may["leave"] else [],
        "may": may,
    }
    return render(request, "inspectors/detail.html", context)


def inspector_create(request: Request) -> HttpResponse:
    require(request.user, "create", Inspector)
    form = InspectorForm(request.POST or None, user=request.user)
    if form.is_valid():
        with refusals_shown_in(form):
            inspector = services.create_inspector(**_split(form.cleaned_data), by=request.user)
            messages.success(request, f"已新增检查人员{inspector.name}。")
            return redirect("inspectors:detail", inspector.pk)
    return form_page(request, form, "新增检查人员", reverse("inspectors:list"))


def inspector_edit(request: Request, pk: int) -> HttpResponse:
    inspector = _found(request, pk)
    require(request.user, "edit", inspector)
    form = InspectorForm(request.POST or None, instance=inspector, user=request.user)
    if form.is_valid():
        with refusals_shown_in(form):
            services.edit_inspector(inspector, **_split(form.cleaned_data), by=request.user)
            messages.success(request, "已保存。")
            return redirect("inspectors:detail", pk)
    return form_page(request, form, "修改检查人员", reverse("inspectors:detail", args=[pk]), person=_found(request, pk))


def _split(values: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in values.items() if name not in ("domains", "matters")}
    return {"values": own, "domains": values["domains"], "matters": values["matters"]}


def inspector_link(request: Request, pk: int) -> HttpResponse:
    inspector = _found(request, pk)
    require(request.user, "link", inspector)
    form = LinkForm(request.POST or None, inspector=inspector)
    if form.is_valid():
        with refusals_shown_in(form):
            services.link_account(inspector, form.cleaned_data["user"], by=request.user)
            messages.success(request, "登录账号已保存。")
            return redirect("inspectors:detail", pk)
    return form_page(request, form, "关联登录账号", reverse("inspectors:detail", args=[pk]), person=inspector)


def inspector_history(request: Request, pk: int) -> HttpResponse:
    inspector = _found(request, pk)
    require(request.user, "see_history", inspector)
    back = reverse("inspectors:detail", args=[pk])
    return render(
        request,
        "inspectors/history.html",
        {"person": inspector, "back": back, "events": history(inspector, request.user)},
    )


def export(request: Request) -> HttpResponse:
    """Exactly what the list shows for the same address."""
    require(request.user, "export", Inspector)
    found = InspectorFilter(request.GET, Inspector.objects.visible_to(request.user), request=request).qs
    content = export_inspectors(found, request.user)
    facts = {"pool": "inspectors", "query": request.GET.urlencode(), "count": found.count()}
    audit.record("inspectors.export", request.user, by=request.user, facts=facts)
    return download(content, f"检查人员名录-{timezone.localtime():%Y%m%d-%H%M}.xlsx")
