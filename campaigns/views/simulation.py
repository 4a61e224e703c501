"""模拟推演: trying the plan out before anything is frozen. The simulation itself is a job."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.rules import can, require
from campaigns import queries, simulation
from campaigns.errors import CampaignError
from campaigns.models import Campaign
from campaigns.views.campaigns import get_campaign, tabs
from institutions.models import Institution
from jobs.models import Job


@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    """What the simulation is, how far it has come, and what the last one gave."""
    campaign = get_campaign(request, pk, "stages", "sources__bureau")
    _check(request, campaign)
    job = queries.latest_job(campaign, simulation.KIND)
    if request.htmx and job:
        return _progress(request, campaign, job)
    done = simulation.latest_result(campaign)
    basis = simulation.read_basis(campaign) if simulation.can_simulate(campaign) else None
    context = {
        "campaign": campaign,
        "tabs": tabs(request, campaign, "plan"),
        "draws": simulation.DRAWS,
        "job": job if job and job.state != "done" else None,
        "is_frozen": basis is None,
        "faults": basis.preview.faults if basis else (),
        "may_run": basis is not None and not basis.preview.faults,
        "done": done,
        "changes": simulation.changes_since(done.result, basis) if done and basis else "",
        "figures": _figures(request, done) if done else [],
    }
    return render(request, "campaigns/simulation.html", context)


def _check(request: Request, campaign: Campaign) -> None:
    require(request.user, "see_preview", campaign)
    if not campaign.draws_lots:
        raise Http404


def _progress(request: Request, campaign: Campaign, job: Job) -> HttpResponse:
    """The part of the page that asks again every second; when the job is over the whole page comes anew."""
    answer = render(request, "campaigns/simulation.html#progress", {"campaign": campaign, "job": job})
    if not job.is_open:
        answer.headers["HX-Refresh"] = "true"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _figures(request: Request, done: Job) -> list[simulation.Figure]:
    return simulation.figures_of(done.result, with_risk=can(request.user, "see_risk", Institution))


@require_POST
def run(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk, "stages", "sources__bureau")
    _check(request, campaign)
    try:
        simulation.start_simulation(campaign, by=request.user)
    except CampaignError as error:
        messages.error(request, str(error))
    return redirect("campaigns:simulation", campaign.pk)
