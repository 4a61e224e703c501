"""统计: four dashboards of what somebody may see, the pictures of one campaign, and the rows behind every number."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.http import Request
from accounts.lists import arrange
from campaigns.models import Campaign
from reports.forms import CampaignChoice
from reports.statistics.asked import Asked, Choice
from reports.statistics.counting import FIGURES, definitions, known_figures
from reports.statistics.handling import handling_of
from reports.statistics.overview import overview_of
from reports.statistics.pictures import charts_of_campaign, charts_of_pool
from reports.statistics.problems import problems_of
from reports.statistics.rows import ROW_SETS, more_of, words_of
from reports.statistics.trends import trends_of

TABS = (
    ("statistics", "总览"),
    ("statistics_problems", "问题"),
    ("statistics_handling", "处理"),
    ("statistics_trends", "趋势"),
    ("statistics_pictures", "活动与名录库"),
)


def _tabs(current: str, asked: Asked | None = None) -> list[dict[str, Any]]:
    """From one to the other the filters stay."""
    return [
        {"label": label, "url": asked.url(name) if asked else reverse(f"reports:{name}"), "active": name == current}
        for name, label in TABS
    ]


def _frame(request: Request, current: str) -> tuple[Asked, dict[str, Any]]:
    choice = Choice(request.GET, request.user)
    asked = choice.asked()
    place = asked.place.name if asked.place else "本单位"
    return asked, {"choice": choice, "tabs": _tabs(current, asked), "place": place, "definitions": definitions()}


@require_GET
def overview(request: Request) -> HttpResponse:
    asked, context = _frame(request, "statistics")
    found = overview_of(asked)
    return render(request, "reports/statistics.html", context | {"found": found, "note": found.plan_words})


@require_GET
def problems(request: Request) -> HttpResponse:
    asked, context = _frame(request, "statistics_problems")
    found = problems_of(asked)
    stats = [
        {"label": "问题", "value": found.total[0], "unit": "个", "url": asked.rows_url("findings")},
        {"label": "涉及任务", "value": found.total[1], "unit": "项", "url": asked.rows_url("finding-tasks")},
    ]
    note = "只计已认定结果中的问题；更正期间的结果和已撤销的问题不计。"
    return render(request, "reports/statistics.html", context | {"found": found, "stats": stats, "note": note})


@require_GET
def handling(request: Request) -> HttpResponse:
    asked, context = _frame(request, "statistics_handling")
    return render(request, "reports/statistics.html", context | {"found": handling_of(asked)})


@require_GET
def trend(request: Request) -> HttpResponse:
    asked, context = _frame(request, "statistics_trends")
    return render(request, "reports/statistics.html", context | {"found": trends_of(asked)})


@require_GET
def pictures(request: Request) -> HttpResponse:
    """For whoever would rather look than read: one campaign and the first pool."""
    campaigns = Campaign.objects.visible_to(request.user).with_tasks()
    form = CampaignChoice(request.GET, campaigns=campaigns)
    campaign = form.chosen()
    context = {
        "tabs": _tabs("statistics_pictures"),
        "form": form,
        "campaign": campaign,
        "charts": charts_of_campaign(request.user, campaign),
        "pool": charts_of_pool(request.user),
    }
    return render(request, "reports/statistics_pictures.html", context)


@require_GET
def rows(request: Request, key: str) -> HttpResponse:
    """What one number counts."""
    row_set = ROW_SETS.get(key)
    asked, context = _frame(request, "")
    if row_set is None or (key in FIGURES and key not in known_figures()):
        raise Http404
    more = more_of(request.GET)
    table = arrange(row_set.table(row_set.rows(asked, more)), request)
    table.swap_target = ""
    return render(request, "reports/statistics_rows.html", context | {
        "title": row_set.title, "unit": row_set.unit, "table": table, "narrowed": words_of(more),
        "chosen": [str(label) for label in _chosen(context["choice"])], "back_url": asked.url("statistics"),
    })  # fmt: skip


def _chosen(choice: Choice) -> list[str]:
    """The filters in words."""
    given = choice.cleaned_data
    return [
        str(dict(choice.fields[name].choices)[given[name]]).strip()  # type: ignore[attr-defined]
        for name in choice.fields
        if given.get(name)
    ]
