"""What every page of one round shares: finding it, and its tabs."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.access import is_allowed, routes
from accounts.http import Request
from campaigns.models import Campaign
from selftest.models import Round

PAGES = (
    ("round", "概况", "selftest:round"),
    ("progress", "进度", "selftest:progress"),
    ("self_checks", "自查表", "selftest:self_checks"),
    ("phone_list", "催报电话", "selftest:phone_list"),
    ("letters", "通知函", "selftest:letters"),
)


def get_round(request: Request, pk: int) -> Round:
    """The round, if this user sees it."""
    rounds = Round.objects.visible_to(request.user).select_related(
        "campaign__lead_bureau__region", "form", "carries_from__form"
    )
    return get_object_or_404(rounds, pk=pk)


def round_page(request: Request, round: Round, active: str) -> dict[str, object]:
    """The context of templates/selftest/round_base.html; `active` is one of the keys of PAGES, or empty."""
    sees_campaign = round.campaign.lead_bureau_id == request.user.bureau_id or (
        Campaign.objects.visible_to(request.user).filter(pk=round.campaign_id).exists()
    )
    return {"round": round, "tabs": round_tabs(request, round, active), "sees_campaign": sees_campaign}


def round_tabs(request: Request, round: Round, active: str) -> list[dict[str, object]]:
    """Its pages that this user may open, from the moment it is open."""
    return [
        {"label": label, "url": reverse(route, args=[round.pk]), "active": key == active}
        for key, label, route in PAGES
        if (key == "round" or round.opened_at) and _may_open(request, route)
    ]


def _may_open(request: Request, route: str) -> bool:
    methods = routes().get(route)
    return methods is not None and is_allowed(request, methods["GET"])
