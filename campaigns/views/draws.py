from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.rules import can, require
from campaigns import ceremonies, disclosing, drawing, phases, queries, transcripts
from campaigns.errors import CampaignError
from campaigns.forms import AnswerObjectionForm, CommitForm, PublicValueForm, RemarkForm, RevealForm
from campaigns.frozen import frozen_lines
from campaigns.models import Act, Campaign, Contribution, Draw, DrawnInstitution, FrozenInstitution
from campaigns.rules import is_source
from campaigns.states import DrawState
from campaigns.views.approvals import get_draw
from campaigns.views.campaigns import get_campaign, tabs, waiting_approvals
from jobs.models import Job, JobState

POPULATION_PAGE = 200
JOBS = ("campaigns.freeze", "campaigns.list", "campaigns.draw", "campaigns.supplement")


@require_GET
def draw(request: Request, pk: int) -> HttpResponse:
    """The campaign's draws: the one that counts (or is under way) in full, the others by name."""
    campaign = get_campaign(request, pk)
    draws = list(campaign.draws.select_related("campaign__lead_bureau__region", "frozen_by", "drawn_by", "voided_by"))
    found = shown(draws, request.GET.get("number"))
    if found is None:
        raise Http404
    context = {
        "campaign": campaign,
        "draw": found,
        "others": [each for each in draws if each != found],
        "tabs": tabs(request, campaign, "draw"),
        "lines": frozen_lines(found),
        "objection_day": found.last_day_of_objections,
        "remarks": [
            (row, AnswerObjectionForm()) for row in found.remarks.select_related("by", "answered_by", "institution")
        ],
        "remark_form": RemarkForm(may_object=found.state == DrawState.FROZEN),
        "job": _shown_job(campaign, found),
        "may": _may(request, found),
        "not_disclosable": _why_not(lambda: disclosing.check_disclosable(found, timezone.localdate())),
        "result": _result(found) if _sees_result(request, found) else None,
        "substitutions": queries.substitutions_of(found) if _sees_result(request, found) else None,
    }
    return render(request, "campaigns/draw.html", context | _sources(request, found) | _waiting(request, found))


def shown(draws: list[Draw], number: str | None) -> Draw | None:
    """The draw asked for by its number; else the one under way; else the one that counts; else the last."""
    if number:
        return next((each for each in draws if str(each.number) == number), None)
    under_way = [each for each in draws if each.state == DrawState.FROZEN]
    counting = [each for each in draws if each.state == DrawState.DRAWN]
    return next(iter([*under_way, *counting, *reversed(draws)]), None)


def _may(request: Request, found: Draw) -> dict[str, bool]:
    actions = ("draw", "void", "disclose", "remark", "answer", "sign")
    may = {action: can(request.user, action, found) for action in actions}
    may["supplement"] = can(request.user, "supplement", found.campaign)
    may["oversee"] = can(request.user, "oversee", found.campaign)
    may["see_counts"] = may["oversee"] or not found.is_supplement
    may["disclose"] = may["disclose"] and found.drawn_at is not None and found.disclosed_at is None
    return may


def _sources(request: Request, found: Draw) -> dict[str, Any]:
    """Who contributes, how far each is, and what is asked of this user now."""
    rows = list(found.contributions.select_related("bureau", "given_by", "committed_by", "refused_by"))
    for row in rows:
        row.draw = found
    is_open = found.state == DrawState.FROZEN
    asked = [(row, _asked(request, row)) for row in rows]
    return {
        "contributions": rows,
        "phase": phases.phase_from(rows).name.lower(),
        "asked": [(row, what) for row, what in asked if what],
        "own": [row for row, what in asked if is_open and row.commitment and not what and _holds(request, row)],
        "missing": [str(each) for each in phases.what_is_missing(found)] if is_open else [],
        "problem": _why_not(lambda: drawing.check_drawable(found)) if is_open else "",
    }


def _holds(request: Request, row: Contribution) -> bool:
    """This user's source has sealed a value that is not shown yet."""
    return not row.value and is_source(request.user, row)


def _asked(request: Request, row: Contribution) -> dict[str, Any]:
    """What this user is asked for: the name of the action (commit, enter, reveal) and its form."""
    forms = {"commit": CommitForm, "enter": PublicValueForm, "reveal": RevealForm}
    for action, form in forms.items():
        if can(request.user, action, row):
            return {"action": action, "form": form(auto_id=f"id_%s_{row.pk}"), "url": f"campaigns:{action}"}
    return {}


def _why_not(check: Callable[[], None]) -> str:
    """What keeps it from being done; empty when nothing does."""
    try:
        check()
    except CampaignError as error:
        return str(error)
    return ""


def _waiting(request: Request, found: Draw) -> dict[str, Any]:
    """Approvals of this campaign that wait, with whether this user decides them."""
    rows = waiting_approvals(request, found.campaign)
    return {
        "waiting": rows,
        "is_proposed": any(row.act == Act.DRAW and row.draw_id == found.pk for row, _ in rows),
    }


def _sees_result(request: Request, found: Draw) -> bool:
    return found.drawn_at is not None and can(request.user, "see_result", found)


def _shown_job(campaign: Campaign, found: Draw) -> Job | None:
    """What a worker does for this draw, or the supplementary freeze under way, unless it is over."""
    job = ceremonies.job_of(found)
    freeze = queries.open_job(campaign, "campaigns.supplement")
    return freeze or (job if job and job.state not in {JobState.DONE, JobState.CANCELLED} else None)


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
    """Every frozen entry with the reason why it takes no part: one reason is that another draw, which is not
    disclosed yet, has it already, so this is for the lead and those who watch."""
    found = get_draw(request, pk)
    campaign = found.campaign
    require(request.user, "oversee", campaign)
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
def transcript(request: Request, pk: int) -> HttpResponseBase:
    """The whole draw as JSON, once it is disclosed: before that it would show the reserves, which nobody may see."""
    found = get_draw(request, pk)
    require(request.user, "see_result", found)
    if found.disclosed_at is None:
        raise Http404
    return transcripts.answer(found, headers=_headers(f"{found.code}.transcript.json"))


def _json(text: str, name: str) -> HttpResponse:
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


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
