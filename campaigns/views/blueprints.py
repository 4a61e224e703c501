"""从通知新建: choose one of the notices, confirm what differs, and go on with a draft."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.models import Bureau
from accounts.rules import require
from campaigns.blueprints import BLUEPRINTS, Blueprint, create_from_blueprint, place
from campaigns.blueprints.creating import in_given_year
from campaigns.errors import CampaignError
from campaigns.forms.blueprint import BlueprintForm, year_in
from campaigns.models import Campaign


@require_GET
def choose(request: Request) -> HttpResponse:
    """The notices as cards, those of the user's own level marked, and the blank campaign."""
    require(request.user, "create", Campaign)
    level = request.user.region.level if request.user.region else ""
    cards = [(each, each.level == level) for each in BLUEPRINTS.values()]
    return render(request, "campaigns/blueprints.html", {"cards": cards})


@require_http_methods(["GET", "POST"])
def create(request: Request, key: str) -> HttpResponse:
    """Confirm lead, year, numbers and dates. The button "again" moves the dates into the year typed."""
    require(request.user, "create", Campaign)
    blueprint, lead = BLUEPRINTS.get(key), request.user.bureau
    if blueprint is None or lead is None:
        raise Http404
    is_again = "again" in request.POST
    data, year = (None, year_in(request.POST.get("year", ""))) if is_again else (request.POST or None, None)
    form = BlueprintForm(data, blueprint=blueprint, lead=lead, user=request.user, year=year)
    if form.is_valid():
        try:
            campaign = create_from_blueprint(blueprint, lead_bureau=lead, by=request.user, wishes=form.wishes)
        except CampaignError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "草稿已按通知建立。请核对条目、检查组和日期，改好后提请协商。")
            if missing := place(blueprint, lead).missing:
                names = "、".join(department.name for department in missing)
                messages.warning(request, f"本地区没有登记{names}部门的单位，草稿中没有列入，请核对相应条目。")
            return redirect(campaign)
    return render(request, "campaigns/blueprint.html", _context(blueprint, lead, form))


def _context(blueprint: Blueprint, lead: Bureau, form: BlueprintForm) -> dict[str, object]:
    placed = place(blueprint, lead)
    lines = [(line, placed.initiator(line), placed.partners(line)) for line in blueprint.lines]
    return {
        "blueprint": blueprint,
        "form": form,
        "placed": placed,
        "lines": lines,
        "bureaus": list(placed.bureaus.values()),
        "days": _days(blueprint, form.shown_year),
        "year": form.shown_year,
    }


@dataclass(frozen=True, slots=True)
class PrintedStage:
    """A stage with its days as the notice prints them and as they fall in the year that was asked for."""

    name: str
    is_soft: bool
    printed: tuple[date | None, date | None]
    moved: tuple[date | None, date | None]


def _days(blueprint: Blueprint, year: int) -> list[PrintedStage]:
    def moved(day: date | None) -> date | None:
        return in_given_year(blueprint, day, year) if day else None

    def both(name: str, starts_on: date | None, ends_on: date | None, is_soft: bool = False) -> PrintedStage:
        days = moved(starts_on), moved(ends_on)
        return PrintedStage(name, is_soft, (starts_on, ends_on), days)

    issued = [both("发文日期", None, blueprint.issued_on)] if blueprint.issued_on else []
    return issued + [both(each.name, each.starts_on, each.ends_on, each.is_soft) for each in blueprint.stages]
