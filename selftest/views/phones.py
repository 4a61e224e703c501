"""Whom to phone because nothing was handed in: on the screen, and as a workbook to work through."""

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from accounts.http import Request
from accounts.lists import arrange
from selftest.models import Answer, Round, SelfCheck
from selftest.phoning import export_phones
from selftest.review_filters import SelfCheckFilter
from selftest.review_tables import PhoneTable
from selftest.views.round_frame import get_round, round_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 5000
LEFT_OUT = ("late", "troubled", "item", "choice")


@require_GET
def phone_list(request: Request, pk: int) -> HttpResponse:
    round = get_round(request, pk)
    found = _found(request, round)
    context: dict[str, Any] = {"filter": found, "table": arrange(PhoneTable(found.qs), request), "round": round}
    if request.htmx:
        return render(request, "selftest/phones.html#rows", context)
    return render(request, "selftest/phones.html", context | round_page(request, round, "phone_list"))


def _found(request: Request, round: Round) -> SelfCheckFilter:
    seen = SelfCheck.objects.visible_to(request.user).filter(round=round, handed_in_at=None)
    active = Answer.objects.filter(self_check=OuterRef("pk"), changed_at__isnull=False).order_by("-changed_at")
    rows = seen.annotate(last_active=Subquery(active.values("changed_at")[:1]))
    ordered: QuerySet[SelfCheck] = rows.select_related("institution", "county", "round").order_by(
        "county_id", "institution__name", "pk"
    )
    found = SelfCheckFilter(request.GET, ordered, round=round, request=request)
    for name in LEFT_OUT:
        del found.filters[name]
    return found


@require_GET
def phone_export(request: Request, pk: int) -> HttpResponse:
    round = get_round(request, pk)
    rows = list(_found(request, round).qs[: MOST_ROWS + 1])
    if len(rows) > MOST_ROWS:
        messages.error(request, f"符合条件的机构超过 {MOST_ROWS} 家，请先按地区筛选，再分批导出。")
        return redirect("selftest:phone_list", round.pk)
    content = export_phones(round, rows, query=request.GET.urlencode(), by=request.user)
    answer = HttpResponse(content, content_type=XLSX)
    name = f"{round.title}催报电话{timezone.localdate():%Y%m%d}.xlsx"
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    answer.headers["Cache-Control"] = "no-store, private"
    return answer
