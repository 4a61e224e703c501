"""The rows behind each figure: exactly those that were counted, for the same person and the same filters."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.lists import ListTable
from campaigns.models import Task
from campaigns.tables import CampaignTable, TaskTable
from reports.statistics import handling, trends
from reports.statistics.asked import Asked
from reports.statistics.counting import FIGURES
from reports.statistics.problems import OTHER_LINE, answers_with_problems
from reports.statistics.row_tables import FindingTable, LineTable, OwnFindingTable, VisitTable
from selftest.models import SelfCheck
from visits.codes import WITH_AMOUNT, MeasureKind, Severity
from visits.following_lists import MeasureTable, RectificationTable, measures_for_lists, rectifications_for_lists
from visits.models import Finding, Measure
from visits.sheet import ITEM

LINE = re.compile(r"item|none|(item|matter|block):[A-Za-z0-9_-]{1,40}")
MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
MONEY = "money"

More = Mapping[str, str]
"""What the address says beside the filters; a value that is none of the known ones counts as not given."""


@dataclass(frozen=True, slots=True)
class RowSet:
    title: str
    unit: str
    rows: Callable[[Asked, More], QuerySet[Any]]
    table: Callable[[QuerySet[Any]], ListTable]


def more_of(given: Mapping[str, Any]) -> dict[str, str]:
    allowed: dict[str, Callable[[str], Any]] = {
        "line": LINE.fullmatch,
        "month": MONTH.fullmatch,
        "severity": Severity.values.__contains__,
        "kind": [*MeasureKind.values, MONEY].__contains__,
        "stage": {*handling.COUNTED, *handling.rectification_conditions()}.__contains__,
    }
    return {
        name: str(given[name]) for name, is_known in allowed.items() if name in given and is_known(str(given[name]))
    }


def words_of(more: More) -> list[str]:
    """What narrows the rows beside the filters, in words."""
    words = []
    if "kind" in more:
        words.append("罚没款" if more["kind"] == MONEY else MeasureKind(more["kind"]).label)
    if "severity" in more:
        words.append(Severity(more["severity"]).label)
    if "line" in more:
        words.append(_line_words(more["line"]))
    if "month" in more:
        words.append(more["month"])
    return words


def _line_words(line: str) -> str:
    kind, _, code = line.partition(":")
    named = {ITEM: f"自查表第 {code} 项" if code else "自查表项目", OTHER_LINE: "检查表以外"}
    return named.get(kind, f"检查事项 {code}")


def _tasks(key: str) -> Callable[[Asked, More], QuerySet[Task]]:
    return lambda asked, more: FIGURES[key].tasks(asked.tasks())


def findings(asked: Asked, more: More) -> QuerySet[Finding]:
    found = trends.rows_of_month(asked, "findings", more.get("month", ""))
    if severity := more.get("severity"):
        found = found.filter(severity=severity)
    line = more.get("line")
    if line == ITEM:
        return found.filter(line__startswith=f"{ITEM}:")
    if line:
        return found.filter(line="" if line == OTHER_LINE else line)
    return found


def measures(asked: Asked, more: More) -> QuerySet[Measure]:
    found = asked.measures().filter(handling.COUNTED.get(more.get("stage", ""), Q()))
    return found.filter(_of_kind(more))


def _of_kind(more: More) -> Q:
    kind = more.get("kind")
    if kind == MONEY:
        return Q(kind__in=WITH_AMOUNT, amount__isnull=False)
    return Q(kind=kind) if kind else Q()


def _tasks_with_findings(asked: Asked, more: More) -> QuerySet[Task]:
    return asked.tasks().filter(pk__in=findings(asked, more).order_by().values("result__task"))


def _tasks_with_measures(asked: Asked, more: More) -> QuerySet[Task]:
    return asked.tasks().filter(pk__in=measures(asked, {**more, "stage": "taken"}).order_by().values("task"))


def _self_checks(asked: Asked, more: More) -> QuerySet[SelfCheck]:
    answers = answers_with_problems(asked)
    item = more.get("line", "").partition(":")[2]
    answers = answers.filter(item=int(item)) if item.isdecimal() else answers
    return asked.self_checks().filter(pk__in=answers.order_by().values("self_check"))


def _task_table(found: QuerySet[Any]) -> ListTable:
    return TaskTable(found.for_lists(), exclude=("chosen",))  # type: ignore[attr-defined]


def _self_check_table(found: QuerySet[Any]) -> ListTable:
    return OwnFindingTable(found.select_related("institution", "county", "round__campaign"))


def _finding_table(found: QuerySet[Any]) -> ListTable:
    return FindingTable(found.select_related("result__task__institution", "result__bureau", "legal_basis"))


def _order_table(found: QuerySet[Any]) -> ListTable:
    return RectificationTable(rectifications_for_lists(found))


ROW_SETS: dict[str, RowSet] = {
    **{key: RowSet(f"{figure.label}的任务", "项", _tasks(key), _task_table) for key, figure in FIGURES.items()},
    "campaigns": RowSet(
        "抽查活动", "项", lambda asked, more: asked.campaigns(),
        lambda found: CampaignTable(found.select_related("lead_bureau")),
    ),
    "lines": RowSet(
        "计划条目", "条", lambda asked, more: asked.lines(),
        lambda found: LineTable(found.select_related("campaign", "domain", "lead_bureau").order_by("-campaign__year", "campaign", "position", "pk")),
    ),
    "findings": RowSet("问题", "个", findings, _finding_table),
    "finding-tasks": RowSet("涉及问题的任务", "项", _tasks_with_findings, _task_table),
    "measures": RowSet("处理措施", "项", measures, lambda found: MeasureTable(measures_for_lists(found))),
    "measure-tasks": RowSet("采取了措施的任务", "项", _tasks_with_measures, _task_table),
    "rectifications": RowSet(
        "责令整改", "项", lambda asked, more: handling.orders_of(asked, _order_stage(more)), _order_table
    ),
    "self-checks": RowSet("自查发现问题的机构自查", "家", _self_checks, _self_check_table),
    "visits": RowSet(
        "结束的现场检查", "次", lambda asked, more: trends.rows_of_month(asked, "visits", more.get("month", "")),
        lambda found: VisitTable(found.select_related("task__institution", "task__bureau")),
    ),
    "decisions": RowSet(
        "作出的处理决定", "项", lambda asked, more: trends.rows_of_month(asked, "decisions", more.get("month", "")),
        lambda found: MeasureTable(measures_for_lists(found)),
    ),
}  # fmt: skip


def _order_stage(more: More) -> str:
    stage = more.get("stage", "")
    return stage if stage in handling.rectification_conditions() else "ordered"
