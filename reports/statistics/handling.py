"""What followed: measures by kind and money, orders of rectification."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from reports.statistics.asked import Asked
from reports.statistics.grids import Cell, Grid, Row, chart, money, number
from reports.statistics.pictures import Chart
from visits.codes import WITH_AMOUNT, MeasureKind
from visits.models import Measure, Rectification
from visits.states import OPEN_RECTIFICATIONS, MeasureState, RectificationState

TAKEN = [MeasureState.DECIDED, MeasureState.DONE]
COUNTED = {
    "planned": Q(state=MeasureState.PLANNED),
    "taken": Q(state__in=TAKEN),
    "done": Q(state=MeasureState.DONE),
    "persons": Q(state__in=TAKEN, target=Measure.Target.PERSON),
}
COLUMNS = ["拟办理（项）", "已决定（项）", "其中已执行（项）", "其中对个人（人次）", "涉及任务（项）", "罚没款（万元）"]


def rectification_conditions() -> dict[str, tuple[str, Q]]:
    """Name → (label, condition)."""
    is_open = Q(state__in=OPEN_RECTIFICATIONS)
    return {
        "ordered": ("责令整改", Q()),
        "open": ("整改中", is_open),
        "overdue": ("逾期", is_open & Q(due_on__lt=timezone.localdate())),
        "verified": ("已整改到位", Q(state=RectificationState.VERIFIED)),
    }


@dataclass(frozen=True, slots=True)
class Handling:
    stats: list[dict[str, Any]]
    charts: list[Chart]
    grids: list[Grid]


def handling_of(asked: Asked) -> Handling:
    """Three queries."""
    by_kind: dict[str, dict[str, Any]] = {
        row["kind"]: {**row} for row in asked.measures().order_by().values("kind").annotate(**_counted())
    }
    whole = asked.measures().order_by().aggregate(**_counted())
    rows = [_row(kind.label, by_kind.get(kind.value, {}), asked, kind=kind) for kind in MeasureKind]
    total = Row("合计", _row("", whole, asked).cells, is_total=True)
    note = (
        "“已决定”包括已执行的；不再办理的不计。罚没款为已决定的罚款和没收违法所得，按元记录、以万元显示。"
        "一项任务可以有几种措施，“涉及任务”不能相加，合计为去重后的数量。"
    )
    grid = Grid("采取了哪些措施，罚没多少？", "处理措施", COLUMNS, [*rows, total], note)
    return Handling(list(_stats(asked, whole)), list(_charts(asked, by_kind)), [grid])


def _counted() -> dict[str, Any]:
    counted: dict[str, Any] = {key: Count("pk", filter=condition) for key, condition in COUNTED.items()}
    counted["tasks"] = Count("task", distinct=True, filter=Q(state__in=TAKEN))
    counted["amount"] = Sum("amount", filter=Q(state__in=TAKEN))
    return counted


def _row(title: str, figures: dict[str, Any], asked: Asked, kind: MeasureKind | None = None) -> Row:
    changes = {"kind": kind.value} if kind else {}
    cells = [number(figures.get(key, 0), asked.rows_url("measures", stage=key, **changes)) for key in COUNTED]
    cells.append(number(figures.get("tasks", 0), asked.rows_url("measure-tasks", **changes)))
    has_money = kind is None or kind in WITH_AMOUNT
    address = asked.rows_url("measures", stage="taken", **(changes or {"kind": "money"}))
    return Row(title, [*cells, money(figures.get("amount"), address) if has_money else Cell("—")])


def _stats(asked: Asked, whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {
        "label": "已决定的措施",
        "value": whole["taken"],
        "unit": "项",
        "url": asked.rows_url("measures", stage="taken"),
    }
    fined = money(whole["amount"], asked.rows_url("measures", stage="taken", kind="money"))
    yield {"label": "罚没款", "value": Decimal(fined.text.replace(",", "")), "unit": "万元", "url": fined.url}
    conditions = rectification_conditions()
    counted = {key: Count("pk", filter=condition) for key, (_, condition) in conditions.items()}
    found = asked.rectifications().order_by().aggregate(**counted)
    for key, (label, _) in conditions.items():
        tone = "overdue" if key == "overdue" and found[key] else ""
        yield {
            "label": label, "value": found[key], "unit": "项", "url": asked.rows_url("rectifications", stage=key),
            "tone": tone,
        }  # fmt: skip


def orders_of(asked: Asked, stage: str) -> QuerySet[Rectification]:
    return asked.rectifications().filter(rectification_conditions()[stage][1])


def _charts(asked: Asked, by_kind: dict[str, dict[str, Any]]) -> Iterator[Chart]:
    found = [(kind, by_kind[kind]["taken"]) for kind in MeasureKind if by_kind.get(kind, {}).get("taken")]
    if not found:
        return
    series = [{
        "name": "已决定", "values": [count for _, count in found],
        "urls": [asked.rows_url("measures", stage="taken", kind=kind.value) for kind, _ in found],
    }]  # fmt: skip
    data = chart("bar", "处理措施", "项", [kind.label for kind, _ in found], series)
    yield Chart("用得最多的是哪几种措施？", "by-kind", data, asked.rows_url("measures", stage="taken"))
