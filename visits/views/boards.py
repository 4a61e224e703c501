"""工作看板 of a bureau, the funnel of a campaign, the workload of officers; each number opens its rows."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.http import Request
from accounts.lists import arrange
from accounts.models import Bureau, Role
from accounts.models.users import LEADS
from campaigns.models import Campaign, Task
from campaigns.views.campaigns import get_campaign, tabs
from inspectors.models import Inspector
from visits import boards
from visits.board_rows import RowTable, rows
from visits.boards import Wait
from visits.models import Visit

GROUPS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    ("现场检查", (("tasks_due", "待检查的任务", ""), ("tasks_late", "逾期未检查", "overdue"))),
    ("线索移送", (("referrals_to_answer", "待反馈的线索", "waiting"), ("referrals_late", "逾期未反馈", "overdue"))),
    (
        "检查结果",
        (
            ("results_to_write", "待填写的结果", "waiting"),
            ("results_to_review", "待审核的结果", "waiting"),
            ("to_conclude", "待联合研判", "waiting"),
        ),
    ),
    (
        "处理与整改",
        (
            ("measures_to_decide", "待决定的处理措施", "waiting"),
            ("to_verify", "待复查的整改", "waiting"),
            ("rectifications_late", "逾期未完成的整改", "overdue"),
        ),
    ),
)
TITLES = {key: label for _, numbers in GROUPS for key, label, _ in numbers}


def bureaus_for(request: Request) -> QuerySet[Bureau]:
    """The own one; for leads and supervisors also those of the own department below."""
    own = request.user.bureau
    if own is None:
        return Bureau.objects.none()
    if not request.user.has_role(*LEADS, Role.SUPERVISOR):
        return Bureau.objects.filter(pk=own.pk)
    return Bureau.objects.filter(department=own.department_id, region__code__startswith=own.region.scope)


def _bureau(request: Request) -> Bureau:
    """The one that is asked for, the own one otherwise; 404 for one that the user has no business with."""
    code = request.GET.get("bureau") or request.user.bureau_id
    return get_object_or_404(bureaus_for(request).select_related("region"), pk=code)


def _choice(request: Request, chosen: Bureau) -> dict[str, Any]:
    return {"bureau": chosen, "bureaus": list(bureaus_for(request).order_by("region_id"))}


def _query(request: Request, bureau: Bureau, **more: str) -> str:
    asked = {"bureau": bureau.pk} if bureau.pk != request.user.bureau_id else {}
    found = urlencode(asked | more)
    return f"?{found}" if found else ""


@require_GET
def board(request: Request) -> HttpResponse:
    bureau, today = _bureau(request), timezone.localdate()
    figures = asdict(boards.board_of(bureau, today, request.user))
    query = _query(request, bureau)
    groups = [
        (title, [_stat(key, label, tone, figures[key], query) for key, label, tone in numbers])
        for title, numbers in GROUPS
    ]
    waits = [(wait, boards.AWAITED[wait.what], _awaited_url(request, bureau, wait)) for wait in _waits(request, bureau)]
    return render(request, "visits/board.html", _choice(request, bureau) | {
        "groups": groups, "waits": waits, "workload_url": reverse("visits:workload") + query, "active": "board",
    })  # fmt: skip


def _stat(key: str, label: str, tone: str, value: int, query: str) -> dict[str, Any]:
    url = reverse("visits:board_rows", args=[key]) + query
    return {"label": label, "value": value, "unit": "项", "tone": tone if value else "", "url": url}


def _waits(request: Request, bureau: Bureau) -> list[Wait]:
    return boards.waits_of(bureau, timezone.localdate(), request.user)


def _awaited_url(request: Request, bureau: Bureau, wait: Wait) -> str:
    more = {"whom": wait.whom} if wait.whom else {}
    return reverse("visits:awaited_rows", args=[wait.what]) + _query(request, bureau, **more)


@require_GET
def board_rows(request: Request, key: str) -> HttpResponse:
    """The rows of one number."""
    bureau = _bureau(request)
    if key not in TITLES:
        raise Http404
    found = boards.rows_of(bureau, timezone.localdate(), request.user)[key]
    return _rows_page(request, bureau, TITLES[key], found)


@require_GET
def awaited_rows(request: Request, key: str) -> HttpResponse:
    """What one other bureau, or the institutions, owe this one."""
    bureau, whom = _bureau(request), request.GET.get("whom", "")
    if key not in boards.AWAITED:
        raise Http404
    found = boards.awaited_rows(bureau, request.user)[key]
    if whom and key == "referrals":
        found = found.filter(receiver=whom) if found.filter(receiver=whom).exists() else found.filter(outside=whom)
    elif whom:
        found = found.filter(bureau=whom)
    return _rows_page(request, bureau, f"等待{boards.AWAITED[key]}", found)


def _rows_page(request: Request, bureau: Bureau, title: str, found: boards.Rows) -> HttpResponse:
    table = arrange(RowTable(rows(found)), request)
    table.swap_target = ""
    context = {"title": title, "table": table, "back_url": reverse("visits:board") + _query(request, bureau)}
    return render(request, "visits/board_rows.html", context | {"bureau": bureau})


@require_GET
def workload(request: Request) -> HttpResponse:
    """Visits of each officer of the bureau in the campaigns of one year."""
    bureau = _bureau(request)
    years = sorted(
        set(Campaign.objects.visible_to(request.user).order_by().values_list("year", flat=True)), reverse=True
    )
    year = _year(request, (years or [timezone.localdate().year])[0])
    loads = boards.loads_of(bureau, year)
    chart = {
        "kind": "stacked", "category_label": "检查人员", "unit": "次",
        "categories": [name for _, name, *_ in loads],
        "urls": [f"{reverse('visits:workload_rows', args=[pk])}?{urlencode({'year': year})}" for pk, *_ in loads],
        "series": [
            {"name": "已完成", "values": [ended for *_, ended, _ in loads]},
            {"name": "已安排", "values": [planned for *_, planned in loads]},
        ],
    }  # fmt: skip
    return render(request, "visits/workload.html", _choice(request, bureau) | {
        "year": year, "years": years or [year], "chart": chart, "loads": loads,
        "board_url": reverse("visits:board") + _query(request, bureau), "active": "workload",
    })  # fmt: skip


def _year(request: Request, otherwise: int) -> int:
    asked = request.GET.get("year", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else otherwise


@require_GET
def workload_rows(request: Request, pk: int) -> HttpResponse:
    """The visits behind an officer's two numbers, as far as the user may see them."""
    officers = Inspector.objects.filter(bureau__in=bureaus_for(request)).select_related("bureau")
    officer = get_object_or_404(officers, pk=pk)
    year = _year(request, timezone.localdate().year)
    seen = Visit.objects.visible_to(request.user)
    found = boards.visits_of(officer, year).filter(pk__in=seen.order_by().values("pk"))
    table = arrange(RowTable(rows(found), exclude=("due_on", "whom")), request)
    table.swap_target = ""
    back_url = reverse("visits:workload") + _query(request, officer.bureau, year=str(year))
    return render(request, "visits/board_rows.html", {
        "title": f"{officer.name}：{year} 年的现场检查", "table": table, "back_url": back_url, "bureau": officer.bureau,
        "back_words": "检查人员工作量",
    })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """part: of the tasks drawn, in per cent."""

    label: str
    count: int
    part: int
    url: str


@require_GET
def campaign_progress(request: Request, pk: int) -> HttpResponse:
    """From drawn to closed: of all tasks that the user sees, and bureau by bureau."""
    campaign = get_campaign(request, pk)
    tasks = _tasks(request, campaign)
    stages = list(_stages(campaign, boards.funnel_of(campaign, tasks)))
    chart = {
        "kind": "bar", "category_label": "阶段", "unit": "项", "categories": [stage.label for stage in stages],
        "series": [{"name": "任务", "values": [stage.count for stage in stages]}], "urls": [stage.url for stage in stages],
    }  # fmt: skip
    context = {
        "campaign": campaign, "tabs": tabs(request, campaign, "progress"), "stages": stages, "chart": chart,
        "bureaus": list(_by_bureau(campaign, tasks)),
    }  # fmt: skip
    return render(request, "visits/campaign_progress.html", context)


def _tasks(request: Request, campaign: Campaign) -> QuerySet[Task]:
    return Task.objects.visible_to(request.user).live().filter(campaign=campaign)


def _stages(campaign: Campaign, funnel: list[tuple[str, str, int]]) -> Iterator[Stage]:
    drawn = funnel[0][2]
    for stage, label, count in funnel:
        url = reverse("visits:progress_rows", args=[campaign.pk, stage])
        yield Stage(label, count, 100 * count // drawn if drawn else 0, url)


def _by_bureau(campaign: Campaign, tasks: QuerySet[Task]) -> Iterator[dict[str, Any]]:
    for code, name, counts in boards.funnels_by_bureau(tasks):
        cells = [
            (count, f"{reverse('visits:progress_rows', args=[campaign.pk, stage])}?{urlencode({'bureau': code})}")
            for stage, count in counts.items()
        ]
        drawn = counts["drawn"]
        yield {"name": name, "cells": cells, "part": 100 * counts["closed"] // drawn if drawn else 0}


@require_GET
def progress_rows(request: Request, pk: int, stage: str) -> HttpResponse:
    campaign = get_campaign(request, pk)
    reached = {key: (label, states) for key, label, states in boards.FUNNEL}
    if stage not in reached:
        raise Http404
    label, states = reached[stage]
    found = _tasks(request, campaign).filter(state__in=states)
    if code := request.GET.get("bureau"):
        found = found.filter(bureau=code)
    table = arrange(RowTable(rows(found), exclude=("whom",)), request)
    table.swap_target = ""
    back_url = reverse("visits:campaign_progress", args=[campaign.pk])
    return render(request, "visits/board_rows.html", {
        "title": f"{campaign.title}：{boards.label_of(stage, label, campaign)}", "table": table, "back_url": back_url, "bureau": None,
    })  # fmt: skip
