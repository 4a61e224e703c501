"""Beginning a publication: what is ready for it, and why something is not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.models import Bureau
from accounts.rules import require
from campaigns.models import Campaign, Draw
from publications import publishing, tracks
from publications.errors import PublicationError
from publications.forms import MeasuresForm, TasksForm, WrittenForm, YearForm
from publications.models import Publication, PublicationKind
from publications.views.frame import get_campaign, get_draw, own_campaigns

MOST = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """Something of a campaign that can be published; `refused` says why it cannot."""

    label: str
    url: str
    refused: str
    is_form: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    campaign: Campaign
    choices: list[Choice]


def own_bureau(request: Request) -> Bureau:
    """For which this person may prepare publications."""
    bureau = request.user.bureau
    if bureau is None:
        raise PermissionDenied
    require(request.user, "prepare", Publication(bureau=bureau))
    return bureau


@require_GET
def prepare(request: Request) -> HttpResponse:
    bureau = own_bureau(request)
    campaigns = list(own_campaigns(request).order_by("-year", "-pk")[:MOST])
    context = {
        "rows": [Row(campaign, choices) for campaign, choices in zip(campaigns, choices_of(campaigns), strict=True)],
        "year_form": YearForm(), "penalties": tracks.publishable_penalties(bureau).count(),
    }  # fmt: skip
    return render(request, "publications/prepare.html", context)


def choices_of(campaigns: Sequence[Campaign]) -> list[list[Choice]]:
    """Of each; a handful of queries for all of them."""
    standing = Draw.objects.exclude(drawn_at=None).exclude(state="void").defer("manifest")
    prefetch_related_objects(campaigns, "lines", "publications", Prefetch("draws", standing, to_attr="standing_draws"))
    ready = tracks.count_publishable([campaign for campaign in campaigns if tracks.tells_results(campaign)])
    return [_choices(campaign, ready.get(campaign.pk, 0)) for campaign in campaigns]


def _choices(campaign: Campaign, number: int) -> list[Choice]:
    """`number`: of the results that can be published."""
    found = [
        Choice("抽查计划", reverse("publications:prepare_plan", args=[campaign.pk]), _why_not(_check_plan, campaign))
    ]
    draws: list[Draw] = campaign.standing_draws  # type: ignore[attr-defined]
    for draw in draws:
        url = reverse("publications:prepare_drawn_list", args=[draw.pk])
        found.append(Choice("抽取名单", url, _why_not(_check_list, draw)))
    refused = _why_not(tracks.check_results, campaign)
    why = refused or ("" if number else "没有已认定、未公示的检查结果")
    url = reverse("publications:prepare_results", args=[campaign.pk])
    return [*found, Choice(f"检查结果（{number} 家）" if number else "检查结果", url, why, is_form=False)]


def _check_plan(campaign: Campaign) -> None:
    tracks.check_plan(campaign)
    if any(each.kind == PublicationKind.PLAN for each in campaign.publications.all()):
        raise publishing.there_is_one(PublicationKind.PLAN)


def _check_list(draw: Draw) -> None:
    tracks.check_drawn_list(draw)
    code = publishing.code_of_list(draw)
    if any(each.code == code for each in draw.campaign.publications.all()):
        raise publishing.there_is_one(PublicationKind.DRAWN_LIST)


def _why_not(check: Callable[..., None], thing: Campaign | Draw) -> str:
    try:
        check(thing)
    except PublicationError as refused:
        return str(refused)
    return ""


def _begin(request: Request, act: Callable[[], Publication]) -> HttpResponse:
    try:
        found = act()
    except PublicationError as refused:
        messages.error(request, str(refused))
        return redirect("publications:prepare")
    messages.success(request, "已起草，请核对预览后提请审批。")
    return redirect(found)


@require_POST
def annual_plan(request: Request) -> HttpResponse:
    bureau = own_bureau(request)
    form = YearForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写年度，如 2026。")
        return redirect("publications:prepare")
    return _begin(request, lambda: publishing.prepare_annual_plan(bureau, form.cleaned_data["year"], by=request.user))


@require_POST
def plan(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    return _begin(request, lambda: publishing.prepare_plan(campaign, by=request.user))


@require_POST
def drawn_list(request: Request, pk: int) -> HttpResponse:
    draw = get_draw(request, pk)
    return _begin(request, lambda: publishing.prepare_drawn_list(draw, by=request.user))


@require_http_methods(["GET", "POST"])
def results(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    try:
        tracks.check_results(campaign)
    except PublicationError as refused:
        messages.error(request, str(refused))
        return redirect("publications:prepare")
    tasks = tracks.publishable_tasks(campaign).select_related("institution").order_by("number")
    form = TasksForm(request.POST or None, tasks=tasks)
    if form.is_valid():
        chosen = list(form.cleaned_data["tasks"])
        return _begin(request, lambda: publishing.prepare_results(campaign, tasks=chosen, by=request.user))
    context = {
        "form": form, "title": "公示检查结果", "note": campaign.title, "count": tasks.count(), "button": "起草公示",
        "empty": "没有已认定、未公示的检查结果。联合研判认定以后，任务会列在这里。", "back": reverse("publications:prepare"),
    }  # fmt: skip
    return render(request, "publications/choose.html", context)


@require_http_methods(["GET", "POST"])
def penalties(request: Request) -> HttpResponse:
    bureau = own_bureau(request)
    measures = tracks.publishable_penalties(bureau).select_related("task__institution", "bureau").order_by("decided_on")
    form = MeasuresForm(request.POST or None, measures=measures)
    if form.is_valid():
        chosen = list(form.cleaned_data["measures"])
        return _begin(request, lambda: publishing.prepare_penalties(bureau, measures=chosen, by=request.user))
    context = {
        "form": form, "title": "公示行政处罚", "note": "自然人的姓名不公示", "count": measures.count(), "button": "起草公示",
        "empty": "没有已决定、未公示的行政处罚。", "back": reverse("publications:prepare"),
    }  # fmt: skip
    return render(request, "publications/choose.html", context)


@require_http_methods(["GET", "POST"])
def written(request: Request) -> HttpResponse:
    bureau = own_bureau(request)
    form = WrittenForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        if given["kind"] == PublicationKind.CASES:
            return _begin(
                request,
                lambda: publishing.prepare_cases(bureau, title=given["title"], text=given["text"], by=request.user),
            )
        return _begin(
            request,
            lambda: publishing.prepare_bulletin(
                bureau, title=given["title"], text=given["text"], figures=given["figures"], by=request.user
            ),
        )
    context = {
        "form": form,
        "title": "典型案例和通报",
        "note": "",
        "button": "起草公示",
        "back": reverse("publications:prepare"),
    }
    return render(request, "publications/form.html", context)
