"""The list, one institution, its history, the export."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header

from accounts.http import Request
from accounts.links import links_of
from accounts.lists import arrange, counter
from accounts.rules import can, require
from institutions import services
from institutions.exporting import AT_ONCE, export_pool, filtered
from institutions.filters import KEY_TARGET, InstitutionFilter
from institutions.history import history
from institutions.models import Institution, InstitutionState, RiskFlag
from institutions.presenting import certificate_cards, facts
from institutions.queries import list_rows, pool_figures
from institutions.tables import STATE_TONES, InstitutionTable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def institution_list(request: Request) -> HttpResponse:
    sees_risk = can(request.user, "see_risk", Institution)
    visible = Institution.objects.visible_to(request.user)
    found = InstitutionFilter(request.GET, list_rows(visible, with_risk=sees_risk), request=request)
    hidden = () if sees_risk else ("credit_class", "flags")
    context: dict[str, Any] = {"filter": found, "table": arrange(InstitutionTable(found.qs, exclude=hidden), request)}
    context["may_export"] = can(request.user, "export", Institution)
    if request.htmx:
        return render(request, "institutions/list.html#rows", context)
    context["stats"] = _stats(pool_figures(visible, with_risk=sees_risk), request)
    context["may_create"] = can(request.user, "create", Institution)
    return render(request, "institutions/list.html", context)


def _stats(figures: dict[str, int], request: Request) -> list[dict[str, Any]]:
    cards = [
        ("机构总数", "total", {}, ""),
        ("在营", "operating", {"state": InstitutionState.OPERATING.value}, ""),
        ("90 日内证书到期", "ending", {"expiry": "90"}, "waiting"),
        ("在营但无有效证书", "without", {"expiry": "none"}, "overdue"),
        ("重点抽查对象", "key_targets", {"flag": KEY_TARGET}, ""),
    ]
    return [
        counter(request, label, figures[key], query, unit="家", tone=tone)
        for label, key, query, tone in cards
        if key in figures
    ]


def institution_detail(request: Request, pk: int) -> HttpResponse:
    institution = get_object_or_404(_with_everything(request), pk=pk)
    sees_risk = can(request.user, "see_risk", institution)
    context = {
        "institution": institution,
        "state_tag": institution.get_state_display(),
        "state_tone": STATE_TONES[InstitutionState(institution.state)],
        "facts": facts(institution),
        "certificates": certificate_cards(institution),
        "business_regions": list(institution.business_regions.all()),
        "sees_risk": sees_risk,
        "flags": RiskFlag.objects.visible_to(request.user).filter(institution=institution).select_related("noted_by"),
        "may_edit": can(request.user, "edit", institution),
        "may_see_history": can(request.user, "see_history", institution),
        "links": links_of(request.user, institution),
        "today": timezone.localdate(),
    }
    return render(request, "institutions/detail.html", context)


def _with_everything(request: Request) -> Any:
    parts = ("certificates__domains", "certificates__sites__county__parent")
    visible = Institution.objects.visible_to(request.user).select_related("county__parent", "owner_department")
    return visible.prefetch_related(*parts)


def institution_history(request: Request, pk: int) -> HttpResponse:
    institution = get_object_or_404(Institution.objects.visible_to(request.user), pk=pk)
    require(request.user, "see_history", institution)
    context = {"institution": institution, "events": history(institution, request.user)}
    return render(request, "institutions/history.html", context)


def export(request: Request) -> HttpResponse:
    """Exactly what the list shows for the same address; a small one at once, a large one as a job."""
    require(request.user, "export", Institution)
    query = request.GET.urlencode()
    found = filtered(query, request.user)
    count = found.count()
    file_name = f"检查对象名录-{timezone.localtime():%Y%m%d-%H%M}.xlsx"
    if count > AT_ONCE:
        job = services.start_export(query, count, file_name=file_name, by=request.user)
        return redirect("jobs:detail", job.pk)
    services.record_export(query, count, by=request.user)
    return download(export_pool(found, request.user), file_name)


def download(content: bytes, file_name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file_name) or ""
    answer.headers["Cache-Control"] = "no-store, private"
    return answer
