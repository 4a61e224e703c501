"""What the own bureau reports and what it receives; and one campaign's reports, bureau by bureau."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.awaiting import awaited_of
from accounts.http import Request
from accounts.lists import arrange
from accounts.models import Bureau
from campaigns.models import Campaign
from campaigns.views.campaigns import get_campaign, tabs
from reports.duties.assigning import add_duty, assign_duties, wanted_of
from reports.duties.errors import DutyError
from reports.duties.forms import STATUS, DutyFilter, NewDutyForm, in_status
from reports.duties.overview import overview_of
from reports.duties.rules import may_assign
from reports.duties.tables import ReceivedTable, SentTable
from reports.models import ReportingDuty

SIDES = (("send", "本单位报送的"), ("receive", "报送给本单位的"))
MOST_NAMES = 400
TONES = {
    "owed": "waiting",
    "overdue": "overdue",
    "met": "done",
    "handed_in": "waiting",
    "returned": "overdue",
    "received": "done",
}


@require_GET
def duties(request: Request) -> HttpResponse:
    """Of one side at a time; whoever only receives begins there."""
    of_side = {side: _of_side(request, side) for side, _ in SIDES}
    usual = "send" if of_side["send"].exists() or not of_side["receive"].exists() else "receive"
    side = request.GET.get("side") if request.GET.get("side") in of_side else usual
    found = DutyFilter(request.GET, of_side[str(side)], request=request)
    table = arrange((SentTable if side == "send" else ReceivedTable)(found.qs.for_acts()), request)
    context = {
        "filter": found, "table": table, "stats": _stats(of_side[str(side)], str(side), request),
        "tabs": [
            {"label": label, "url": f"{request.path}?side={key}", "active": key == side, "count": of_side[key].count()}
            for key, label in SIDES
        ],
    }  # fmt: skip
    return render(request, "reports/duties.html#rows" if request.htmx else "reports/duties.html", context)


def _of_side(request: Request, side: str) -> QuerySet[ReportingDuty]:
    seen = ReportingDuty.objects.visible_to(request.user)
    return seen.filter(sender=request.user.bureau_id) if side == "send" else seen.exclude(sender=request.user.bureau_id)


def _stats(rows: QuerySet[ReportingDuty], side: str, request: Request) -> list[dict[str, Any]]:
    found = []
    for status, label in STATUS:
        count = in_status(rows, status).count()
        url = f"{request.path}?{urlencode({'side': side, 'status': status})}"
        active = request.GET.get("status") == status
        found.append(
            {
                "label": label,
                "value": count,
                "unit": "项",
                "url": url,
                "tone": TONES[status] if count else "",
                "active": active,
            }
        )
    return found


@require_GET
def campaign_duties(request: Request, pk: int) -> HttpResponse:
    """A row a bureau, a column a thing to be handed in: who has, when, who is late, who never signed in."""
    campaign = get_campaign(request, pk)
    seen = ReportingDuty.objects.visible_to(request.user).filter(campaign=campaign).for_acts()
    overview = overview_of(seen)
    context = {
        "campaign": campaign, "tabs": tabs(request, campaign, "duties"), "overview": overview,
        "awaited": awaited_of(request.user, campaign), "stats": list(_counters(overview.counts, campaign)),
        "may_assign": may_assign(request.user, campaign), "wanted": len(wanted_of(campaign)),
    }  # fmt: skip
    return render(request, "reports/duties_campaign.html", context)


def _counters(counts: dict[str, int], campaign: Campaign) -> Iterator[dict[str, Any]]:
    of = {"side": "receive", "campaign": str(campaign.pk)}
    shown = (("owed", "未报送", "waiting"), ("overdue", "逾期未报", "overdue"), ("met", "已报送", "done"))
    for status, label, tone in shown:
        url = f"{reverse('reports:duties')}?{urlencode({**of, 'status': status})}"
        late = f"其中逾期 {counts['late']} 项" if status == "met" and counts["late"] else ""
        yield {
            "label": label,
            "value": counts[status],
            "unit": "项",
            "url": url,
            "tone": tone if counts[status] else "",
            "note": late,
        }
    tone = "waiting" if counts["absent"] else ""
    yield {"label": "没有人登录过的单位", "value": counts["absent"], "unit": "个", "tone": tone}


@require_POST
def assign(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    created = assign_duties(campaign, by=request.user)
    if created:
        messages.success(request, f"已布置 {len(created)} 项报送任务，请核对内容和期限。")
    else:
        messages.info(request, "没有新的报送任务：通知（或“信息报送”阶段）中的都已布置。")
    return redirect("reports:campaign_duties", campaign.pk)


@require_http_methods(["GET", "POST"])
def add(request: Request, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user).select_related("lead_bureau__region"), pk=pk)
    if not may_assign(request.user, campaign):
        raise PermissionDenied
    duty = ReportingDuty(campaign=campaign, receiver=campaign.lead_bureau, created_by=request.user)
    form = NewDutyForm(request.POST or None, instance=duty, initial={"source": campaign.document_number})
    if request.method == "POST" and form.is_valid():
        try:
            values = {**form.cleaned_data, "receiver": campaign.lead_bureau}
            return redirect(add_duty(campaign, by=request.user, **values))
        except DutyError as refused:
            form.add_error(None, str(refused))
    back_url = reverse("reports:campaign_duties", args=[campaign.pk])
    return render(request, "reports/duties_form.html", {
        "form": form, "title": "增加报送任务", "note": campaign.title, "back_url": back_url,
        "bureau_names": _names_below(campaign),
    })  # fmt: skip


def _names_below(campaign: Campaign) -> list[str]:
    """Bureaus of the lead's region, those of its own department first."""
    lead = campaign.lead_bureau
    found = Bureau.objects.filter(region__code__startswith=lead.region.scope).exclude(pk=lead.pk)
    own = found.filter(department=lead.department_id).values_list("name", flat=True)
    return [*own, *found.exclude(department=lead.department_id).values_list("name", flat=True)][:MOST_NAMES]
