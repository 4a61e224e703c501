"""The figures behind the pictures: each answers one question, from rows that the user may see."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from accounts.rules import can
from campaigns.models import ADDED_MODES, Campaign, Task, TeamMember
from institutions.models import Certificate, Domain, Institution, InstitutionState

MOST_PEOPLE_SHOWN = 15
ADDED = "重点、全覆盖和延伸检查"


@dataclass(frozen=True, slots=True)
class Chart:
    """What templates/components/chart.html needs; `title` is the question, `data` as its comment says."""

    title: str
    chart_id: str
    data: dict[str, Any]
    url: str = ""
    note: str = ""


def charts_of_pool(user: User) -> list[Chart]:
    return _worth_a_look(_of_the_pool(user))


def charts_of_campaign(user: User, campaign: Campaign | None) -> list[Chart]:
    """A constant number of queries for any number of tasks."""
    return _worth_a_look(_of_the_campaign(user, campaign)) if campaign else []


def _worth_a_look(found: Iterable[Chart]) -> list[Chart]:
    return [chart for chart in found if chart.data["categories"]]


def _of_the_pool(user: User) -> Iterator[Chart]:
    rows = institutions_by_domain(user)
    data = {
        "kind": "bar",
        "category_label": "领域",
        "unit": "家",
        "categories": [name for _, name, _ in rows],
        "series": [{"name": "在营机构", "values": [count for *_, count in rows]}],
        "urls": [_institutions(domain=code) for code, *_ in rows],
    }
    note = "一家机构有几个领域的，各计一次。"
    yield Chart("各领域有多少家检验检测机构？", "pool-by-domain", data, _institutions(), note)


def _institutions(**filters: str) -> str:
    return f"{reverse('institutions:list')}?{urlencode({'state': InstitutionState.OPERATING, **filters})}"


def institutions_by_domain(user: User) -> list[tuple[str, str, int]]:
    """(code, name, operating institutions) of each top domain, most first; a sub-domain counts for the one above it."""
    institutions = Institution.objects.visible_to(user).filter(state=InstitutionState.OPERATING)
    top = Coalesce("domains__parent__parent_id", "domains__parent_id", "domains__code")
    certificates = Certificate.objects.filter(institution__in=institutions, domains__isnull=False).order_by()
    counted = certificates.values_list(top).annotate(Count("institution", distinct=True))
    names = dict(Domain.objects.values_list("code", "name"))
    rows = [(code, names[code], count) for code, count in counted]
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def _of_the_campaign(user: User, campaign: Campaign) -> Iterator[Chart]:
    tasks = Task.objects.visible_to(user).live().filter(campaign=campaign).order_by()
    counted = {
        "drawn": Count("pk", filter=Q(mode="drawn")),
        "allotted": Count("pk", filter=Q(mode="allotted")),
        "added": Count("pk", filter=Q(mode__in=ADDED_MODES)),
    }
    counties = tasks.values_list("institution__county_id", "institution__county__name")
    by_county = counties.annotate(**counted).order_by("institution__county_id")
    yield Chart(
        "各县区分到多少检查任务？", "tasks-by-county", _by_mode("县区", by_county, campaign, "county"), _tasks(campaign)
    )
    lines = tasks.values_list("line__code", "line__title").annotate(**counted).order_by("line__position")
    yield Chart("各领域抽了多少家？", "tasks-by-line", _by_mode("计划条目", lines, campaign), _tasks(campaign))
    yield from _loads(tasks, user, campaign)


def _tasks(campaign: Campaign, **filters: str) -> str:
    query = f"?{urlencode(filters)}" if filters else ""
    return reverse("campaigns:campaign_tasks", args=[campaign.pk]) + query


def _by_mode(label: str, rows: Iterable[Any], campaign: Campaign, parameter: str = "") -> dict[str, Any]:
    """Stacked bars of drawn, allotted and, where there are any, added tasks; rows: (code, name, drawn, allotted, added)."""
    found = list(rows)
    return {
        "kind": "stacked",
        "category_label": label,
        "unit": "项",
        "categories": [name for _, name, *_ in found],
        "series": [
            {"name": "随机抽取", "values": [drawn for *_, drawn, _, _ in found]},
            {"name": "上级分配", "values": [allotted for *_, allotted, _ in found]},
            *([{"name": ADDED, "values": [added for *_, added in found]}] if any(row[-1] for row in found) else []),
        ],
        "urls": [_tasks(campaign, **{parameter: code}) for code, *_ in found] if parameter else [],
    }


def loads_of_people(tasks: QuerySet[Task]) -> list[tuple[str, str, int]]:
    """(name, bureau, tasks) of everyone in a team of these tasks, most first; experts are of the 专家库."""
    members = TeamMember.objects.filter(task__in=tasks).order_by()
    people = members.values_list(
        "inspector_id", "inspector__name", "inspector__bureau__short_name", "expert_id", "expert__name"
    ).annotate(Count("pk"))
    loads = [(name or expert, bureau or "专家库", count) for _, name, bureau, _, expert, count in people]
    return sorted(loads, key=lambda load: (-load[2], load[1], load[0]))


def _loads(tasks: QuerySet[Task], user: User, campaign: Campaign) -> Iterator[Chart]:
    loads = loads_of_people(tasks)
    may_see_all = can(user, "see_result", campaign)
    url = reverse("campaigns:people", args=[campaign.pk]) if may_see_all else ""
    yield _spread(loads, campaign, url)
    yield _most_loaded(loads, url)


def _spread(loads: list[tuple[str, str, int]], campaign: Campaign, url: str) -> Chart:
    spread = sorted(Counter(count for *_, count in loads).items())
    data = {
        "kind": "column",
        "category_label": "每人任务数",
        "unit": "人",
        "categories": [f"{tasks} 项" for tasks, _ in spread],
        "series": [{"name": "检查人员", "values": [people for _, people in spread]}],
    }
    note = f"共 {len(loads)} 人分到任务，每人最多 {campaign.tasks_per_inspector} 项。"
    return Chart("任务在检查人员之间分得均匀吗？", "load-spread", data, url, note)


def _most_loaded(loads: list[tuple[str, str, int]], url: str) -> Chart:
    most = loads[:MOST_PEOPLE_SHOWN]
    data = {
        "kind": "bar",
        "category_label": "检查人员",
        "unit": "项",
        "categories": [f"{name}（{bureau}）" for name, bureau, _ in most],
        "series": [{"name": "任务", "values": [count for *_, count in most]}],
    }
    return Chart(
        "谁承担的任务最多？", "load-most", data, url, f"只列前 {len(most)} 人。" if len(loads) > len(most) else ""
    )
