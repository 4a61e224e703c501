"""自查轮次: planned for a campaign, opened for all its institutions by a worker, closed."""

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import can, require
from campaigns.views.campaigns import get_campaign, tabs
from jobs.models import Job
from selftest import rounds
from selftest.asked import CountyCount, counts_by_county, newcomers
from selftest.errors import SelfCheckError
from selftest.forms.rounds import CarryForm, RoundForm, earlier_rounds
from selftest.lists import RoundFilter, RoundTable
from selftest.models import Population, Round, SelfCheck
from selftest.opening import ask_to_open, job_key, latest_job, why_not_open
from selftest.states import RoundState, SelfCheckState
from selftest.views.round_frame import get_round, round_page


@require_GET
def round_list(request: Request) -> HttpResponse:
    found = RoundFilter(request.GET, _rows(request), request=request)
    table = arrange(RoundTable(found.qs), request)
    template = "selftest/rounds.html#rows" if request.htmx else "selftest/rounds.html"
    return render(request, template, {"filter": found, "table": table})


@require_GET
def campaign_rounds(request: Request, pk: int) -> HttpResponse:
    """The rounds of one campaign, among its tabs."""
    campaign = get_campaign(request, pk)
    table = arrange(RoundTable(_rows(request).filter(campaign=campaign), exclude=("campaign",)), request)
    table.swap_target = ""
    context = {
        "campaign": campaign,
        "tabs": tabs(request, campaign, "self_checks"),
        "table": table,
        "may_create": not campaign.is_practice and can(request.user, "edit", Round(campaign=campaign)),
    }
    return render(request, "selftest/campaign_rounds.html", context)


def _rows(request: Request) -> QuerySet[Round]:
    seen = Round.objects.visible_to(request.user).select_related("campaign", "form").defer("form__content")
    mine = Q(self_checks__county__code__startswith=request.user.scope or "")
    return seen.annotate(asked=Count("self_checks", filter=mine))


@require_http_methods(["GET", "POST"])
def round_create(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    require(request.user, "edit", Round(campaign=campaign))
    form = RoundForm(request.POST or None, user=request.user, initial={"title": f"{campaign.year}年度机构自查"})
    if request.method == "POST" and form.is_valid():
        try:
            made = rounds.create_round(campaign, by=request.user, **form.cleaned_data)
        except SelfCheckError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已保存为筹备中的轮次。请核对将要自查的机构，再启动。")
            return redirect(made)
    return _edit_page(request, form, Round(campaign=campaign, scope=campaign.scope), "新建自查轮次")


@require_http_methods(["GET", "POST"])
def round_edit(request: Request, pk: int) -> HttpResponse:
    round = get_round(request, pk)
    require(request.user, "edit", round)
    form = RoundForm(request.POST or None, instance=get_round(request, pk), user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            rounds.edit_round(round, by=request.user, **form.cleaned_data, **_carried_after(round, form.cleaned_data))
        except SelfCheckError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已保存。")
            return redirect(round)
    return _edit_page(request, form, round, "修改自查轮次")


def _carried_after(round: Round, values: dict[str, object]) -> dict[str, object]:
    """With another form the chosen items may ask something else: they have to be chosen anew."""
    return {} if values["form"] == round.form else {"carries_from": None, "carried_items": []}


def _edit_page(request: Request, form: RoundForm, round: Round, title: str) -> HttpResponse:
    sizes = [
        (label, rounds.population(Round(campaign=round.campaign, scope=round.scope, population=value)).count())
        for value, label in Population.choices
    ]
    context = {"form": form, "round": round, "campaign": round.campaign, "title": title, "sizes": sizes}
    return render(request, "selftest/round_form.html", context)


@require_GET
def round(request: Request, pk: int) -> HttpResponse:
    """What is asked of whom until when, and the step that comes next."""
    begun = latest_job(pk)  # before the round: a worker that ends between the two shows its job and no stale round
    found = get_round(request, pk)
    may_run = can(request.user, "run", found)
    job = begun if may_run else None
    counties = counts_by_county(found, request.user)
    context = round_page(request, found, "round") | _sizes(counties) | {
        "may_edit": can(request.user, "edit", found) and not (job and job.is_open),
        "may_run": may_run,
        "newcomers": newcomers(found) if may_run and found.state == RoundState.OPEN else 0,
        "job": job,
        "carried": found.carried_items,
    }  # fmt: skip
    return render(request, "selftest/round.html", context)


def _sizes(counties: list[CountyCount]) -> dict[str, object]:
    return {"counties": counties, "total": sum(county.institutions for county in counties)}


@require_http_methods(["GET", "POST"])
def round_carry(request: Request, pk: int) -> HttpResponse:
    """Which items are not asked again: the titles of both forms stand side by side."""
    found = get_round(request, pk)
    require(request.user, "edit", found)
    choices = earlier_rounds(found, request.user)
    earlier = next((each for each in choices if str(each.pk) == request.GET.get("earlier")), found.carries_from)
    form = CarryForm(request.POST or None, round=found, earlier=earlier) if earlier else None
    if request.method == "POST" and (form is None or form.is_valid()):
        items = form.cleaned_data["items"] if form else []
        return _carry(request, found, earlier if items else None, items)
    context = round_page(request, found, "") | {
        "choices": choices, "earlier": earlier, "form": form,
        "accepted": _accepted(earlier, found) if earlier else 0,
    }  # fmt: skip
    return render(request, "selftest/round_carry.html", context)


def _accepted(earlier: Round, round: Round) -> int:
    """How many of those whom the round would ask have accepted answers in the earlier one."""
    accepted = SelfCheck.objects.filter(round=earlier, state=SelfCheckState.ACCEPTED)
    return accepted.filter(institution__in=rounds.population(round)).count()


def _carry(request: Request, round: Round, earlier: Round | None, items: list[int]) -> HttpResponse:
    try:
        rounds.edit_round(round, by=request.user, carries_from=earlier, carried_items=items)
    except SelfCheckError as refused:
        messages.error(request, str(refused))
        return redirect("selftest:round_carry", round.pk)
    messages.success(request, f"{len(items)} 个项目不再重复自查。" if items else "各项目都重新自查。")
    return redirect(round)


@require_http_methods(["GET", "POST"])
def round_open(request: Request, pk: int) -> HttpResponse:
    """Says how many institutions will be asked and that this cannot be taken back; a worker does it."""
    found = get_round(request, pk)
    require(request.user, "run", found)
    problem = why_not_open(found)
    if request.method == "POST" and not problem:
        ask_to_open(found, by=request.user)
        return redirect(found)
    counties = counts_by_county(found, request.user) if found.state == RoundState.DRAFT else []
    context = round_page(request, found, "") | _sizes(counties) | {"problem": problem, "newcomers": newcomers(found)}
    return render(request, "selftest/round_open.html", context)


@require_http_methods(["GET", "POST"])
def round_close(request: Request, pk: int) -> HttpResponse:
    found = get_round(request, pk)
    require(request.user, "run", found)
    if request.method == "POST":
        try:
            rounds.close_round(found, by=request.user)
        except SelfCheckError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "本轮自查已结束，机构不能再填报；已报送的仍可审核。")
        return redirect(found)
    unfinished = found.self_checks.filter(handed_in_at=None).count()
    return render(request, "selftest/round_close.html", round_page(request, found, "") | {"unfinished": unfinished})


@require_GET
def round_job(request: Request, pk: int, job_pk: int) -> HttpResponse:
    """How far the opening is, for everyone who may run the round."""
    found = get_round(request, pk)
    require(request.user, "run", found)
    job = get_object_or_404(Job, pk=job_pk, key=job_key(found.pk))
    response = render(request, "selftest/_round_job.html", {"job": job, "round": found})
    if not job.is_open and request.htmx:
        response["HX-Refresh"] = "true"
    return response
