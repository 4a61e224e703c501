"""The draw on a projector: a frame of its own, and one region that is asked for again while something may change."""

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.http import Request
from accounts.rules import require
from campaigns import ceremonies
from campaigns.addresses import record_url
from campaigns.frozen import frozen_lines
from campaigns.views.approvals import get_draw


@require_GET
def ceremony(request: Request, pk: int) -> HttpResponse:
    """For the lead bureau and those who watch."""
    found = get_draw(request, pk)
    require(request.user, "oversee", found.campaign)
    lines = frozen_lines(found)
    context = {
        "campaign": found.campaign,
        "draw": found,
        "lines": lines,
        "excluded": sum(line.excluded_count for line in lines),
        "objection_day": found.last_day_of_objections,
        "public_url": (url := "" if found.campaign.is_practice else record_url(found, request)),
        "code": segno.make_qr(url, error="m").svg_data_uri(border=1, scale=4) if url else "",
        "state": ceremonies.ceremony_of(found),
    }
    return render(request, "campaigns/ceremony.html", context)


@require_GET
def state(request: Request, pk: int) -> HttpResponse:
    """What may have changed; 204, which leaves the screen as it is, when it is what the asker has already."""
    found = get_draw(request, pk)
    require(request.user, "oversee", found.campaign)
    now = ceremonies.ceremony_of(found)
    if request.GET.get("seen") == now.version:
        return HttpResponse(status=204)
    return render(request, "campaigns/_ceremony_state.html", {"draw": found, "campaign": found.campaign, "state": now})
