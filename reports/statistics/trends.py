"""Years beside each other, and the months of the chosen year."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from reports.statistics.asked import Asked
from reports.statistics.counting import Counts, counts_by
from reports.statistics.grids import Grid, Row, chart, money, number, rate
from reports.statistics.handling import TAKEN
from reports.statistics.pictures import Chart

MONTHLY = (("visits", "现场检查", "次"), ("findings", "登记的问题", "个"), ("decisions", "作出的处理决定", "项"))
"""Row set, label, unit."""

FIGURES_OF_YEARS = ("due", "inspected", "concluded")


@dataclass(frozen=True, slots=True)
class Trends:
    charts: list[Chart]
    grids: list[Grid]


def trends_of(asked: Asked) -> Trends:
    """Three grouping queries for all years, three for the months."""
    everything = replace(asked, year=None, campaign=None)
    years = counts_by(everything.tasks(), "campaign__year", only=FIGURES_OF_YEARS)
    findings = _findings_by_year(everything)
    for year, (_, tasks) in findings.items():
        years[year]["troubled"] = tasks
    by_year = Grid(
        "各年度相比怎样？", "年度", ["应检查", "已检查", "抽查完成率", "发现问题", "问题发现率", "问题（个）", "已决定的措施（项）", "罚没款（万元）"],
        list(_years(everything, years, findings)), "按抽查活动的年度计，不受所选年度和活动限制；所选地区和领域仍然有效。",
    )  # fmt: skip
    months = {key: _months(rows, moment) for key, rows, moment in _dated(asked)}
    return Trends(list(_charts(everything, years, asked, months)), [by_year, _by_month(asked, months)])


def _findings_by_year(asked: Asked) -> dict[int, tuple[int, int]]:
    """Year → findings, and tasks that have some: those in trouble."""
    counted = _by_year(asked.findings(), "result__task__campaign__year")
    counted = counted.annotate(Count("pk"), Count("result__task", distinct=True))
    return {year: (count, tasks) for year, count, tasks in counted}


def _years(asked: Asked, years: dict[int, Counts], findings: dict[int, tuple[int, int]]) -> Iterator[Row]:
    taken = asked.measures().filter(state__in=TAKEN)
    measures = {
        year: (count, amount)
        for year, count, amount in _by_year(taken, "task__campaign__year").annotate(Count("pk"), Sum("amount"))
    }
    for year in sorted(years, reverse=True):
        yield _year(asked, year, years[year], findings.get(year, (0, 0))[0], measures.get(year, (0, None)))


def _by_year(rows: QuerySet[Any], field: str) -> QuerySet[Any, Any]:
    return rows.order_by().values_list(field)


def _year(asked: Asked, year: int, counts: Counts, findings: int, measures: tuple[int, Decimal | None]) -> Row:
    of = {"year": str(year)}
    count, amount = measures
    return Row(f"{year} 年", [
        *(number(counts[key], asked.rows_url(key, **of)) for key in ("due", "inspected")), rate(counts, "completion"),
        number(counts["troubled"], asked.rows_url("troubled", **of)), rate(counts, "trouble"),
        number(findings, asked.rows_url("findings", **of)),
        number(count, asked.rows_url("measures", stage="taken", **of)),
        money(amount, asked.rows_url("measures", stage="taken", kind="money", **of)),
    ])  # fmt: skip


def _dated(asked: Asked) -> Iterator[tuple[str, QuerySet[Any], str]]:
    yield "visits", asked.visits(), "ended_at"
    yield "findings", asked.findings(), "found_at"
    yield "decisions", asked.measures().filter(state__in=TAKEN), "decided_on"


def in_month(rows: QuerySet[Any], moment: str, month: str) -> QuerySet[Any]:
    """month: 2025-09."""
    year, _, number = month.partition("-")
    return rows.filter(**{f"{moment}__year": int(year), f"{moment}__month": int(number)})


def rows_of_month(asked: Asked, key: str, month: str) -> QuerySet[Any]:
    found, moment = next((rows, moment) for name, rows, moment in _dated(asked) if name == key)
    return in_month(found, moment, month) if month else found


def _months(rows: QuerySet[Any], moment: str) -> dict[str, int]:
    counted = rows.filter(Q(**{f"{moment}__isnull": False})).order_by().annotate(month=TruncMonth(moment))
    return {f"{month:%Y-%m}": count for month, count in counted.values_list("month").annotate(Count("pk"))}


def _span(months: dict[str, dict[str, int]]) -> list[str]:
    """All months from the first with something to the last, so that an empty one shows as empty."""
    found = sorted({month for counts in months.values() for month in counts})
    if not found:
        return []
    first, last = (date.fromisoformat(f"{month}-01") for month in (found[0], found[-1]))
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [
        f"{first.year + (first.month - 1 + step) // 12}-{(first.month - 1 + step) % 12 + 1:02d}"
        for step in range(count)
    ]


def _by_month(asked: Asked, months: dict[str, dict[str, int]]) -> Grid:
    rows = [
        Row(month, [number(months[key].get(month, 0), asked.rows_url(key, month=month)) for key, *_ in MONTHLY])
        for month in _span(months)
    ]
    columns = [f"{label}（{unit}）" for _, label, unit in MONTHLY]
    note = "现场检查按结束时间计，问题按登记时间计，处理决定按决定日期计；都是所选年度和活动的任务，日期可能在下一年。"
    return Grid("各月做了多少？", "月份", columns, rows, note)


def _charts(
    everything: Asked, years: dict[int, Counts], asked: Asked, months: dict[str, dict[str, int]]
) -> Iterator[Chart]:
    if len(years) > 1:
        order = sorted(years)
        series = [
            {
                "name": label, "values": [years[year][key] for year in order],
                "urls": [everything.rows_url(key, year=str(year)) for year in order],
            }
            for key, label in (("due", "应检查"), ("inspected", "已检查"), ("troubled", "发现问题"))
        ]  # fmt: skip
        data = chart("column", "年度", "项", [f"{year} 年" for year in order], series)
        yield Chart("一年比一年检查得多吗，问题在减少吗？", "by-year", data)
    span = _span(months)
    if len(span) > 1:
        series = [
            {
                "name": label, "values": [months[key].get(month, 0) for month in span],
                "urls": [asked.rows_url(key, month=month) for month in span],
            }
            for key, label, _ in MONTHLY
        ]  # fmt: skip
        yield Chart("检查和处理集中在哪几个月？", "by-month", chart("line", "月份", "", span, series))
