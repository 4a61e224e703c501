from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.rules import can, require
from campaigns import contributing, disclosing, queries, transcripts
from campaigns.errors import CampaignError
from campaigns.forms import CommitForm, PublicValueForm, RevealForm
from campaigns.models import Contribution, Draw, DrawnInstitution, FrozenInstitution
from campaigns.states import DrawState
from campaigns.views.approvals import get_draw
from campaigns.views.campaigns import get_campaign, tabs
from jobs.models import Job

POPULATION_PAGE = 200
JOBS = ("campaigns.freeze", "campaigns.draw", "campaigns.supplement")


@require_GET
def draw(request: Request, pk: int) -> HttpResponse:
    """The campaign's draws: the one that counts (or is under way) in full, the others by name."""
    campaign = get_campaign(request, pk)
    draws = list(campaign.draws.select_related("campaign__lead_bureau__region", "frozen_by", "drawn_by", "voided_by"))
    found = shown(draws, request.GET.get("number"))
    if found is None:
        raise Http404
    contributions = list(found.contributions.select_related("bureau", "given_by", "committed_by"))
    for row in contributions:
        row.draw = found
    may_see_result = found.drawn_at is not None and can(request.user, "see_result", found)
    context = {
        "campaign": campaign,
        "draw": found,
        "draws": draws,
        "tabs": tabs(request, campaign, "draw"),
        "rules": found.manifest["lines"],
        "excluded": (excluded := _excluded(found)),
        "excluded_count": sum(count for _, _, count in excluded),
        "phase": contributing.phase_from(contributions),
        "contributions": [(row, _asked(request, row)) for row in contributions],
        "missing": [str(each) for each in contributing.what_is_missing(found)]
        if found.state == DrawState.FROZEN
        else [],
        "remarks": found.remarks.select_related("by", "answered_by", "institution"),
        "waiting": list(campaign.approvals.waiting().select_related("proposed_by")),
        "job": queries.latest_job(campaign, "campaigns.draw"),
        "may": {
            action: can(request.user, action, found)
            for action in ("draw", "void", "disclose", "remark", "answer", "sign")
        }
        | {"supplement": can(request.user, "supplement", campaign)},
        "result": _result(found) if may_see_result else None,
    }
    return render(request, "campaigns/draw.html", context)


def shown(draws: list[Draw], number: str | None) -> Draw | None:
    """The draw asked for by its number; else the one under way; else the one that counts; else the last."""
    if number:
        return next((each for each in draws if str(each.number) == number), None)
    under_way = [each for each in draws if each.state == DrawState.FROZEN]
    counting = [each for each in draws if each.state == DrawState.DRAWN]
    return next(iter([*under_way, *counting, *reversed(draws)]), None)


def _asked(request: Request, row: Contribution) -> dict[str, Any]:
    """What this user is asked for: the name of the action (commit, enter, reveal) and its form."""
    forms = {"commit": CommitForm, "enter": PublicValueForm, "reveal": RevealForm}
    return next(
        (
            {"action": action, "form": form(prefix=None)}
            for action, form in forms.items()
            if can(request.user, action, row)
        ),
        {},
    )


def _excluded(found: Draw) -> list[tuple[str, str, int]]:
    """(line title, reason, how many) of what was frozen as not drawable, in the order of the plan."""
    titles = {line["code"]: line["title"] for line in found.manifest["lines"]}
    order = list(titles)
    rows = sorted(queries.excluded_by_reason(found), key=lambda row: order.index(row[0]))
    return [(titles[code], reason, count) for code, reason, count in rows]


def _result(found: Draw) -> list[tuple[str, list[DrawnInstitution]]]:
    """The drawn institutions by line; reserves are shown to nobody before they are needed."""
    rows = found.drawn_institutions.filter(is_reserve=False).select_related("institution__county")
    return [(line["title"], [row for row in rows if row.line_code == line["code"]]) for line in found.manifest["lines"]]


@require_POST
def disclose(request: Request, pk: int) -> HttpResponse:
    """Publish secret and transcript, when the on-site phase is over."""
    found = get_draw(request, pk)
    require(request.user, "disclose", found)
    try:
        disclosing.disclose_draw(found, by=request.user)
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "抽取全文已公开，任何人都可以验证。")
    return redirect(found)


@require_GET
def population(request: Request, pk: int) -> HttpResponse:
    """Every frozen entry with the reason why it takes no part; for the lead and its partners."""
    found = get_draw(request, pk)
    campaign = found.campaign
    require(request.user, "see_preview", campaign)
    rows = FrozenInstitution.objects.filter(draw=found).select_related("institution__county")
    page = Paginator(rows, POPULATION_PAGE).get_page(request.GET.get("page"))
    context = {"campaign": campaign, "draw": found, "page": page, "tabs": tabs(request, campaign, "draw")}
    return render(request, "campaigns/population.html", context)


@require_GET
def manifest(request: Request, pk: int) -> HttpResponse:
    """The manifest as JSON: what the commitment was computed from."""
    found = get_draw(request, pk)
    return _json(queries.manifest_text(found), f"{found.code}.manifest.json")


@require_GET
def transcript(request: Request, pk: int) -> HttpResponse:
    """The whole draw as JSON, for `python -m campaigns.draw verify`."""
    found = get_draw(request, pk)
    require(request.user, "see_result", found)
    if found.drawn_at is None:
        raise Http404
    return _json(transcripts.current_text(found), f"{found.code}.transcript.json")


def _json(text: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


@require_GET
def job(request: Request, pk: int, job_pk: int) -> HttpResponse:
    """How far the campaign's freeze or draw is, for everyone who sees the campaign."""
    campaign = get_campaign(request, pk)
    keys = [queries.job_key(campaign, kind) for kind in JOBS]
    found = get_object_or_404(Job, pk=job_pk, key__in=keys)
    context = {"job": found, "campaign": campaign}
    response = render(request, "campaigns/_job.html", context)
    if not found.is_open and request.htmx:
        response["HX-Refresh"] = "true"
    return response
