from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import can, require
from campaigns import planning, queries, services
from campaigns.blueprints import BLUEPRINTS, duties_in
from campaigns.errors import CampaignError
from campaigns.filters import CampaignFilter
from campaigns.forms import PARTS, CampaignForm
from campaigns.history import history_of
from campaigns.models import Approval, Campaign, LineAgreement
from campaigns.pages import pages_of
from campaigns.states import CampaignState
from campaigns.tables import CampaignTable


def campaign_list(request: Request) -> HttpResponse:
    campaigns = Campaign.objects.visible_to(request.user).select_related("lead_bureau")
    found = CampaignFilter(request.GET, campaigns, request=request)
    table = arrange(CampaignTable(found.qs), request)
    template = "campaigns/list.html#rows" if request.htmx else "campaigns/list.html"
    may_create = can(request.user, "create", Campaign)
    return render(request, template, {"filter": found, "table": table, "may_create": may_create})


def detail(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk, "stages", "issuers__bureau", "basis_documents", "sources__bureau")
    is_planned = campaign.state in {CampaignState.DRAFT, CampaignState.NEGOTIATING}
    shows_preview = is_planned and can(request.user, "see_preview", campaign)
    blueprint = BLUEPRINTS.get(campaign.blueprint) if can(request.user, "see_result", campaign) else None
    context = {
        "campaign": campaign,
        "tabs": tabs(request, campaign, "plan"),
        "rail": queries.rail(campaign),
        "lines": campaign.lines.select_related("lead_bureau"),
        "preview": planning.preview_plan(campaign) if shows_preview else None,
        "progress": [] if is_planned else queries.progress_by_line(campaign),
        "agreements": _agreements(request, campaign),
        "parts": PARTS.values(),
        "blueprint": blueprint,
        "duties": duties_in(blueprint, campaign) if blueprint else [],
        "freeze_job": queries.latest_job(campaign, _first_work(campaign)) if is_planned else None,
        "waiting": waiting_approvals(request, campaign),
        "may": {action: can(request.user, action, campaign) for action in STEPS},
    }
    return render(request, "campaigns/detail.html", context)


def _first_work(campaign: Campaign) -> str:
    """The kind of job by which the plan becomes a draw, or tasks at once."""
    return "campaigns.freeze" if campaign.draws_lots else "campaigns.list"


def waiting_approvals(request: Request, campaign: Campaign) -> list[tuple[Approval, bool]]:
    """What waits for a second person, with whether this user decides it; for the lead and those who watch."""
    if not can(request.user, "oversee", campaign):
        return []
    rows = campaign.approvals.waiting().select_related("campaign", "proposed_by")
    return [(row, can(request.user, "decide", row)) for row in rows]


STEPS = (
    "edit",
    "propose",
    "withdraw",
    "rehearse",
    "freeze",
    "list",
    "draw",
    "dispatch",
    "receive_allotment",
    "see_result",
    "download",
)


def _agreements(request: Request, campaign: Campaign) -> list[tuple[LineAgreement, bool]]:
    """Every agreement with whether this user is the one who answers it."""
    rows = LineAgreement.objects.filter(line__campaign=campaign).select_related(
        "line__campaign", "bureau", "decided_by"
    )
    return [(row, can(request.user, "answer", row)) for row in rows.order_by("line__position", "bureau__name")]


@require_http_methods(["GET", "POST"])
def create(request: Request) -> HttpResponse:
    require(request.user, "create", Campaign)
    form = CampaignForm(request.POST or None, user=request.user, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        campaign = services.create_campaign(by=request.user, **form.cleaned_data)
        messages.success(request, "活动已建立，请继续填写发文机关、实施阶段、随机数来源和计划条目。")
        return redirect(campaign)
    return render(request, "campaigns/form.html", {"form": form, "title": "新建抽查活动"})


def _initial(request: Request) -> dict[str, object]:
    year = timezone.localdate().year
    return {"year": year, "number": f"{request.user.region.code if request.user.region else ''}-{year}-"}


@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    require(request.user, "edit", campaign)
    form = CampaignForm(request.POST or None, instance=campaign, user=request.user)
    if request.method == "POST" and form.is_valid():
        services.edit_campaign(campaign, by=request.user, **form.cleaned_data)
        messages.success(request, "活动信息已保存。")
        return redirect(campaign)
    return render(request, "campaigns/form.html", {"form": form, "title": "修改活动信息", "campaign": campaign})


@require_http_methods(["GET", "POST"])
def edit_part(request: Request, pk: int, part: str) -> HttpResponse:
    """One of the lists that belong to a campaign: issuers, basis documents, stages, sources of randomness."""
    campaign = get_campaign(request, pk)
    require(request.user, "edit", campaign)
    if part not in PARTS:
        raise Http404
    chosen = PARTS[part]
    formset = chosen.formset(campaign, request.POST or None)
    if request.method == "POST" and formset.is_valid():
        try:
            chosen.replace(campaign, chosen.rows(formset), by=request.user)
        except CampaignError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{chosen.title}已保存。")
            return redirect(campaign)
    return render(request, "campaigns/part.html", {"campaign": campaign, "part": chosen, "formset": formset})


def documents(request: Request, pk: int) -> HttpResponse:
    """Every list and document that the campaign gives, for this user, each made by one button."""
    campaign = get_campaign(request, pk)
    may_download = can(request.user, "download", campaign) and campaign.has_tasks
    context = {
        "campaign": campaign,
        "tabs": tabs(request, campaign, "documents"),
        "counties": queries.tasks_by_county(campaign, request.user) if may_download else [],
        "may_download": may_download,
        "is_lead": can(request.user, "see_result", campaign),
    }
    return render(request, "campaigns/documents.html", context)


def log(request: Request, pk: int) -> HttpResponse:
    """Everything that was done to the campaign, newest first."""
    campaign = get_campaign(request, pk)
    events = history_of(campaign, sees_all=can(request.user, "oversee", campaign))
    context = {"campaign": campaign, "tabs": tabs(request, campaign, "log"), "events": events}
    return render(request, "campaigns/log.html", context)


def people(request: Request, pk: int) -> HttpResponse:
    """Who is in the teams, and how the tasks are spread over them."""
    campaign = get_campaign(request, pk)
    sees_result = can(request.user, "see_result", campaign)
    context = {
        "campaign": campaign,
        "tabs": tabs(request, campaign, "people"),
        "loads": queries.load_by_person(campaign) if sees_result else [],
        "may_withdraw": can(request.user, "replace", campaign),
        "shares": queries.replaced_by_bureau(campaign) if sees_result else [],
    }
    return render(request, "campaigns/people.html", context)


def get_campaign(request: Request, pk: int, *parts: str) -> Campaign:
    """The campaign if this user sees it; `parts` are relations the page will read."""
    campaigns = Campaign.objects.visible_to(request.user).select_related("lead_bureau__region", "parent")
    return get_object_or_404(campaigns.prefetch_related(*parts), pk=pk)


def tabs(request: Request, campaign: Campaign, active: str) -> list[dict[str, object]]:
    """The campaign's pages; those that show nothing yet are left out."""
    pages = [("plan", "计划", "campaigns:detail", True)]
    pages += [(page.key, page.label, page.route, True) for page in pages_of(request.user, campaign)]
    pages.append(("draw", "冻结与抽取", "campaigns:draw", campaign.frozen_at is not None or campaign.draws.exists()))
    shows_listing = not campaign.draws_lots and campaign.has_tasks and can(request.user, "see_result", campaign)
    pages.append(("listing", "列入名单", "campaigns:listing", shows_listing))
    pages.append(("tasks", "检查任务", "campaigns:campaign_tasks", campaign.has_tasks))
    pages.append(("people", "人员", "campaigns:people", campaign.has_tasks))
    pages.append(("documents", "文书与名单", "campaigns:documents", True))
    pages.append(("log", "记录", "campaigns:log", True))
    return [
        {"label": label, "url": reverse(route, args=[campaign.pk]), "active": key == active}
        for key, label, route, is_shown in pages
        if is_shown
    ]
