"""Campaigns without a draw: proposing that everybody is listed, and what was listed."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.rules import require
from campaigns import listing, planning
from campaigns.models import Act
from campaigns.views.approvals import propose_it
from campaigns.views.campaigns import get_campaign, tabs


@require_GET
def confirm(request: Request, pk: int) -> HttpResponse:
    """Says who will be listed, and that the counties get their tasks at once."""
    campaign = get_campaign(request, pk)
    require(request.user, "list", campaign)
    context = {
        "campaign": campaign,
        "preview": planning.preview_plan(campaign),
        "tabs": tabs(request, campaign, "plan"),
    }
    return render(request, "campaigns/confirm_listing.html", context)


@require_POST
def propose(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    require(request.user, "list", campaign)
    return propose_it(request, campaign, Act.LIST)


@require_GET
def listed(request: Request, pk: int) -> HttpResponse:
    """What was considered, line by line, and who was left out for which reason."""
    campaign = get_campaign(request, pk)
    if campaign.draws_lots:
        raise Http404
    require(request.user, "see_result", campaign)
    left_out = campaign.listed.exclude(excluded="").select_related("institution__county", "line")
    context = {
        "campaign": campaign,
        "tabs": tabs(request, campaign, "listing"),
        "lines": listing.listed_lines(campaign),
        "left_out": left_out,
    }
    return render(request, "campaigns/listing.html", context)
