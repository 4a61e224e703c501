from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.rules import can, require
from campaigns import drawing, planning, queries
from campaigns.errors import CampaignError
from campaigns.forms import ContributionForm
from campaigns.models import Campaign, Contribution, Draw, DrawnInstitution, FrozenInstitution
from campaigns.states import DrawState
from campaigns.views.campaigns import get_campaign, tabs
from jobs.models import Job

POPULATION_PAGE = 200


@require_GET
def confirm_freeze(request: Request, pk: int) -> HttpResponse:
    """Says what will be frozen and that it cannot be undone."""
    campaign = get_campaign(request, pk)
    require(request.user, "freeze", campaign)
    context = {
        "campaign": campaign,
        "preview": planning.preview_plan(campaign),
        "tabs": tabs(request, campaign, "draw"),
    }
    return render(request, "campaigns/confirm_freeze.html", context)


@require_GET
def draw(request: Request, pk: int) -> HttpResponse:
    """What is frozen, who has contributed, and, for those who may see it, what was drawn."""
    campaign = get_campaign(request, pk)
    found = get_draw(campaign)
    excluded, contributions = _excluded(found), _contributions(request, found)
    may_see_result = found.state == DrawState.DRAWN and can(request.user, "see_result", campaign)
    context = {
        "campaign": campaign,
        "draw": found,
        "tabs": tabs(request, campaign, "draw"),
        "rules": found.manifest["lines"],
        "excluded": excluded,
        "excluded_count": sum(count for _, _, count in excluded),
        "contributions": contributions,
        "missing": [str(contribution) for contribution, _ in contributions if not contribution.value],
        "job": queries.latest_job(campaign, "campaigns.draw"),
        "may_draw": can(request.user, "draw", campaign),
        "result": _result(found) if may_see_result else None,
    }
    return render(request, "campaigns/draw.html", context)


def get_draw(campaign: Campaign) -> Draw:
    draws = campaign.draws.exclude(state=DrawState.VOID).select_related("frozen_by", "drawn_by")
    return get_object_or_404(draws)


def _excluded(found: Draw) -> list[tuple[str, str, int]]:
    """(line title, reason, how many) of what was frozen as not drawable, in the order of the plan."""
    titles = {line["code"]: line["title"] for line in found.manifest["lines"]}
    order = list(titles)
    rows = sorted(queries.excluded_by_reason(found), key=lambda row: order.index(row[0]))
    return [(titles[code], reason, count) for code, reason, count in rows]


def _contributions(request: Request, found: Draw) -> list[tuple[Contribution, ContributionForm | None]]:
    rows = found.contributions.select_related("bureau", "given_by", "draw__campaign")
    return [(row, ContributionForm() if can(request.user, "give", row) else None) for row in rows]


def _result(found: Draw) -> list[tuple[str, list[DrawnInstitution]]]:
    """The drawn institutions by line; reserves are shown to nobody before they are needed."""
    rows = found.drawn_institutions.filter(is_reserve=False).select_related("institution__county")
    return [(line["title"], [row for row in rows if row.line_code == line["code"]]) for line in found.manifest["lines"]]


@require_POST
def contribute(request: Request, pk: int) -> HttpResponse:
    draws = Draw.objects.visible_to(request.user)
    contributions = Contribution.objects.filter(draw__in=draws).select_related("draw__campaign")
    contribution = get_object_or_404(contributions, pk=pk)
    require(request.user, "give", contribution)
    form = ContributionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写 1 至 256 个字符的数值。")
        return redirect("campaigns:draw", contribution.draw.campaign_id)
    try:
        drawing.give_contribution(contribution, value=form.cleaned_data["value"], by=request.user)
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"来源“{contribution}”的随机数已提交，不能再更改。")
    return redirect("campaigns:draw", contribution.draw.campaign_id)


@require_GET
def population(request: Request, pk: int) -> HttpResponse:
    """Every frozen entry with the reason why it takes no part; for the lead and its partners."""
    campaign = get_campaign(request, pk)
    require(request.user, "see_preview", campaign)
    found = get_draw(campaign)
    rows = FrozenInstitution.objects.filter(draw=found).select_related("institution__county")
    page = Paginator(rows, POPULATION_PAGE).get_page(request.GET.get("page"))
    context = {"campaign": campaign, "draw": found, "page": page, "tabs": tabs(request, campaign, "draw")}
    return render(request, "campaigns/population.html", context)


@require_GET
def manifest(request: Request, pk: int) -> HttpResponse:
    """The manifest as JSON: what the commitment was computed from."""
    found = get_draw(get_campaign(request, pk))
    return _json(queries.manifest_text(found), f"{found.code}.manifest.json")


@require_GET
def transcript(request: Request, pk: int) -> HttpResponse:
    """The whole draw as JSON, for `python -m campaigns.draw verify`."""
    campaign = get_campaign(request, pk)
    require(request.user, "see_result", campaign)
    found = get_object_or_404(campaign.draws, state=DrawState.DRAWN)
    return _json(found.transcript.text, f"{found.code}.transcript.json")


def _json(text: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


@require_GET
def job(request: Request, pk: int, job_pk: int) -> HttpResponse:
    """How far the campaign's freeze or draw is, for everyone who sees the campaign."""
    campaign = get_campaign(request, pk)
    keys = [queries.job_key(campaign, kind) for kind in ("campaigns.freeze", "campaigns.draw")]
    found = get_object_or_404(Job, pk=job_pk, key__in=keys)
    context = {"job": found, "campaign": campaign}
    response = render(request, "campaigns/_job.html", context)
    if not found.is_open and request.htmx:
        response["HX-Refresh"] = "true"
    return response
