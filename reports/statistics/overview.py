"""Plan, progress, completion and publication: of the whole, by region, by domain and by campaign."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from accounts.models import Region
from campaigns.models import Campaign
from institutions.models import Domain
from reports.statistics.asked import REST, Asked
from reports.statistics.counting import RATES, Counts, counts_by, counts_of_part, known_figures, percentage, total
from reports.statistics.grids import Cell, Grid, Row, chart, number, shown_columns, task_cells
from reports.statistics.pictures import Chart

MOST_CAMPAIGNS_SHOWN = 30
TILES = (("due", ""), ("inspected", "completion"), ("late", ""), ("concluded", ""), ("troubled", "trouble"),
         ("published", "publication"), ("closed", ""), ("finished", "finish"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """`stated`: 家 that lines name themselves; `unstated`: lines by ratio or all of a domain, sized by the freeze."""

    campaigns: int
    lines: int
    stated: int
    unstated: int


@dataclass(frozen=True, slots=True)
class Overview:
    stats: list[dict[str, Any]]
    charts: list[Chart]
    grids: list[Grid]
    plan_words: str


def overview_of(asked: Asked) -> Overview:
    counts = counts_by(asked.tasks(), "institution__county", "line__domain", "campaign")
    by_county, by_domain, by_campaign = (counts_of_part(counts, place) for place in range(3))
    whole = total(by_county.values())
    plan = plan_of(asked)
    shares = shares_of_parts(asked, by_county)
    grids = [*_by_region(asked, shares, whole), _by_domain(asked, by_domain, whole), _by_campaign(asked, by_campaign)]
    return Overview(
        [*_plan_stats(plan, asked), *_stats(whole, asked)], list(_charts(asked, shares)), grids, _words(plan)
    )


def plan_of(asked: Asked) -> Plan:
    size = Coalesce("count", "stated_count")
    lines = asked.lines().order_by().aggregate(
        lines=Count("pk"), stated=Sum(size, default=0), unstated=Count("pk", filter=Q(count=None, stated_count=None))
    )  # fmt: skip
    return Plan(asked.campaigns().count(), lines["lines"], lines["stated"], lines["unstated"])


def _words(plan: Plan) -> str:
    words = f"计划条目中，写明数量的合计 {plan.stated} 家"
    return f"{words}，按比例或全部检查的 {plan.unstated} 条在冻结时算出数量。" if plan.unstated else f"{words}。"


def _plan_stats(plan: Plan, asked: Asked) -> Iterator[dict[str, Any]]:
    yield {"label": "抽查活动", "value": plan.campaigns, "unit": "项", "url": asked.rows_url("campaigns")}
    yield {
        "label": "计划条目", "value": plan.lines, "unit": "条", "url": asked.rows_url("lines"),
        "note": f"写明数量 {plan.stated} 家",
    }  # fmt: skip


def _stats(whole: Counts, asked: Asked) -> Iterator[dict[str, Any]]:
    figures = known_figures()
    for key, of in TILES:
        if key not in figures:
            continue
        tone = "overdue" if key == "late" and whole[key] else ""
        yield {
            "label": figures[key].label, "value": whole[key], "unit": "项", "url": asked.rows_url(key), "tone": tone,
            "note": _rate_words(whole, of) if of else "",
        }  # fmt: skip


def _rate_words(counts: Counts, rate: str) -> str:
    found = percentage(counts, rate)
    label, above, below = RATES[rate]
    return f"{label} {found:.1f}%（{counts[above]}/{counts[below]}）" if found is not None else f"{label} —"


def shares_of_parts(asked: Asked, by_county: dict[str, Counts]) -> list[tuple[Region, Counts]]:
    """Each region one level below with what its counties have together; those without anything as well."""
    return [
        (part, total(counts for county, counts in by_county.items() if county.startswith(part.scope)))
        for part in asked.parts
    ]


def _by_region(asked: Asked, shares: list[tuple[Region, Counts]], whole: Counts) -> Iterator[Grid]:
    if not shares:
        return
    rows = [Row(part.name, task_cells(counts, asked, region=part.pk)) for part, counts in shares]
    elsewhere = whole.copy()
    elsewhere.subtract(total(counts for _, counts in shares))
    if elsewhere["due"]:
        rows.append(Row("辖区以外", [replace(cell, url="") for cell in task_cells(elsewhere, asked)]))
    rows.append(Row("合计", task_cells(whole, asked), is_total=True))
    note = "没有任务的地区也列出。每个数字都可以打开它的明细；比率旁边是它的分子和分母。"
    yield Grid("各地区的进展有什么不同？", "地区", shown_columns(), rows, note)


def _by_domain(asked: Asked, counts: dict[str | None, Counts], whole: Counts) -> Grid:
    tree = {domain.pk: domain for domain in Domain.objects.all()}
    tops: dict[str | None, list[Counts]] = {pk: [] for pk, domain in tree.items() if domain.parent_id is None}
    for code, found in counts.items():
        tops.setdefault(_top(code, tree), []).append(found)
    rows = [
        Row(tree[code].name if code else "其他各领域", task_cells(total(found), asked, domain=code or REST))
        for code, found in tops.items()
    ]
    rows.append(Row("合计", task_cells(whole, asked), is_total=True))
    note = "按任务所属计划条目的领域计，一项任务只计一次。机构还有其他领域的，不重复计。"
    return Grid("各领域检查了多少？", "领域", shown_columns(), rows, note)


def _top(code: str | None, tree: dict[str, Domain]) -> str | None:
    while code and tree[code].parent_id:
        code = tree[code].parent_id
    return code


def _by_campaign(asked: Asked, counts: dict[int, Counts]) -> Grid:
    campaigns = asked.campaigns().annotate(line_count=Count("lines", distinct=True)).select_related("lead_bureau")
    listed = list(campaigns[: MOST_CAMPAIGNS_SHOWN + 1])
    rows = [
        _campaign_row(campaign, counts.get(campaign.pk) or Counts(), asked)
        for campaign in listed[:MOST_CAMPAIGNS_SHOWN]
    ]
    note = (
        f"只列最近 {MOST_CAMPAIGNS_SHOWN} 项活动，其余请选择年度或活动。" if len(listed) > MOST_CAMPAIGNS_SHOWN else ""
    )
    return Grid("各项活动进行到哪一步？", "抽查活动", ["阶段", "计划条目", *shown_columns()], rows, note)


def _campaign_row(campaign: Campaign, counts: Counts, asked: Asked) -> Row:
    key = str(campaign.pk)
    plan = [
        Cell(campaign.get_state_display()),
        number(campaign.line_count, asked.rows_url("lines", campaign=key)),  # type: ignore[attr-defined]
    ]
    return Row(campaign.title, plan + task_cells(counts, asked, campaign=key), url=campaign.get_absolute_url())


def _charts(asked: Asked, shares: list[tuple[Region, Counts]]) -> Iterator[Chart]:
    busy = [(part, counts) for part, counts in shares if counts["due"]]
    if not busy:
        return
    names = [part.name for part, _ in busy]
    series = [
        {
            "name": label, "values": [counts[key] for _, counts in busy],
            "urls": [asked.rows_url(key, region=part.pk) for part, _ in busy],
        }
        for key, label in (("due", "应检查"), ("inspected", "已检查"))
    ]  # fmt: skip
    note = "只画有任务的地区，全部地区见下表。"
    yield Chart(
        "哪些地区还差得多？", "by-region", chart("bar", "地区", "项", names, series), asked.rows_url("due"), note
    )
