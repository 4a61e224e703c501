"""What was found: by item of the self-check form, by matter, by domain, by severity."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from campaigns.models import InspectionMatter
from institutions.models import Domain
from reports.statistics.asked import REST, Asked
from reports.statistics.grids import Grid, Row, chart, number
from reports.statistics.pictures import Chart
from selftest.content import Choice
from selftest.models import Answer, FormTemplate
from selftest.states import FormState
from visits.codes import Severity
from visits.sheet import BLOCK, BLOCKS, ITEM, MATTER

COLUMNS = ["问题（个）", "涉及任务（项）"]
OTHER_LINE = "none"
"""The line of a finding that was written down beside the check sheet."""
LEAST_ITEMS = 18
LONGEST_LABEL = 18

ALL = "all"
PARTS = {ALL: Q(), ITEM: Q(line__startswith=f"{ITEM}:")} | {each.value: Q(severity=each) for each in Severity}

Pair = tuple[int, int]
"""Findings, and tasks that have some."""


@dataclass(frozen=True, slots=True)
class Problems:
    total: Pair
    charts: list[Chart]
    grids: list[Grid]


def problems_of(asked: Asked) -> Problems:
    """Three grouping queries, whatever the number of findings."""
    by_line, by_domain = _by_line_of_sheet(asked), _by_domain_and_part(asked)
    whole = {part: _sum(pairs[part] for pairs in by_domain.values()) for part in PARTS}
    titles, told = item_titles(asked), _told(asked)
    grids = [
        _by_item(asked, by_line, titles, told), _by_matter(asked, by_line, whole[ITEM]),
        _by_domain(asked, {code: pairs[ALL] for code, pairs in by_domain.items()}, whole[ALL]), _by_severity(asked, whole),
    ]  # fmt: skip
    return Problems(whole[ALL], list(_charts(asked, by_line, titles, told)), grids)


def _by_line_of_sheet(asked: Asked) -> dict[str, Pair]:
    counted = asked.findings().order_by().values_list("line")
    return {
        line: (count, tasks)
        for line, count, tasks in counted.annotate(Count("pk"), Count("result__task", distinct=True))
    }


def _by_domain_and_part(asked: Asked) -> dict[str | None, dict[str, Pair]]:
    """A task is of one domain, so that the domains add up."""
    counted = {f"{part}_findings": Count("pk", filter=condition) for part, condition in PARTS.items()}
    counted |= {
        f"{part}_tasks": Count("result__task", distinct=True, filter=condition) for part, condition in PARTS.items()
    }
    rows: Any = asked.findings().order_by().values("result__task__line__domain").annotate(**counted)
    return {
        row["result__task__line__domain"]: {part: (row[f"{part}_findings"], row[f"{part}_tasks"]) for part in PARTS}
        for row in rows
    }


def _sum(pairs: Iterable[Pair]) -> Pair:
    """Of parts that have no task in common."""
    found = list(pairs)
    return sum(count for count, _ in found), sum(tasks for _, tasks in found)


def item_titles(asked: Asked) -> dict[int, str]:
    """Of the newest published form that has all items."""
    forms = FormTemplate.objects.visible_to(asked.user).filter(state=FormState.PUBLISHED).order_by("-year", "-pk")
    for form in forms[:5]:
        items = form.parsed.items
        if len(items) >= LEAST_ITEMS:
            return {item.number: item.title for item in items}
    return dict.fromkeys(range(1, LEAST_ITEMS + 1), "")


def _row(title: str, pair: Pair, asked: Asked, **changes: str) -> Row:
    count, tasks = pair
    return Row(title, [
        number(count, asked.rows_url("findings", **changes)), number(tasks, asked.rows_url("finding-tasks", **changes)),
    ])  # fmt: skip


def _total(pair: Pair, asked: Asked) -> Row:
    row = _row("合计", pair, asked)
    return Row(row.title, row.cells, is_total=True)


def answers_with_problems(asked: Asked) -> QuerySet[Answer]:
    """“是”: the institution itself found a problem."""
    return Answer.objects.filter(self_check__in=asked.self_checks().order_by().values("pk"), choice=Choice.YES)


def _told(asked: Asked) -> dict[int, int]:
    return dict(answers_with_problems(asked).order_by().values_list("item").annotate(Count("pk")))


def _by_item(asked: Asked, by_line: dict[str, Pair], titles: dict[int, str], told: dict[int, int]) -> Grid:
    rows = [_item_row(asked, item, f"{item}. {title}", by_line, told) for item, title in titles.items()]
    note = (
        "机构自查只计已报送、未被退回的自查表中答“是”的；现场检查只计对照自查表项目记录的问题。没有问题的项目也列出。"
        "同一家机构可以在几项中各计一次，“涉及任务”不能相加。"
    )
    return Grid("自查表 18 项中，哪几项问题最多？", "自查项目", ["机构自查发现（家）", *COLUMNS], rows, note)


def _item_row(asked: Asked, item: int, title: str, by_line: dict[str, Pair], told: dict[int, int]) -> Row:
    line = f"{ITEM}:{item}"
    found = _row(title, by_line.get(line, (0, 0)), asked, line=line)
    own = number(told.get(item, 0), asked.rows_url("self-checks", line=line))
    return Row(title, [own, *found.cells])


def _by_matter(asked: Asked, by_line: dict[str, Pair], items: Pair) -> Grid:
    rows = [_row(title, by_line.get(line, (0, 0)), asked, line=line) for line, title in _matter_lines(asked, by_line)]
    rows.append(_row("自查表项目（见上表）", items, asked, line=ITEM))
    rows.append(_row("检查表以外记录的问题", by_line.get("", (0, 0)), asked, line=OTHER_LINE))
    return Grid("哪些检查事项发现了问题？", "检查事项", COLUMNS, rows, "各行问题数相加等于问题总数。")


def _matter_lines(asked: Asked, by_line: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The matters of the plan lines with those that something was found under, then the blocks of the accreditation check."""
    found = {line.partition(":")[2] for line in by_line if line.startswith(f"{MATTER}:")}
    planned = set(asked.lines().order_by().values_list("matters", flat=True)) - {None}
    names = dict(InspectionMatter.objects.filter(pk__in=found | planned).values_list("code", "name"))
    for code in sorted(found | planned):
        yield f"{MATTER}:{code}", names.get(code, code)
    for code, title, _ in BLOCKS:
        yield f"{BLOCK}:{code}", f"资质认定条件：{title}"


def _by_domain(asked: Asked, counted: dict[str | None, Pair], total: Pair) -> Grid:
    parents = dict(Domain.objects.values_list("code", "parent"))
    names = dict(Domain.objects.values_list("code", "name"))
    tops: dict[str | None, Pair] = {code: (0, 0) for code, parent in parents.items() if parent is None}
    for code, pair in counted.items():
        top = _top(code, parents)
        tops[top] = _sum([tops.get(top, (0, 0)), pair])
    rows = [
        _row(names[code] if code else "其他各领域", pair, asked, domain=code or REST) for code, pair in tops.items()
    ]
    note = "按任务所属计划条目的领域计，每项任务只属于一个条目，各行相加等于合计。"
    return Grid("问题出在哪些领域？", "领域", COLUMNS, [*rows, _total(total, asked)], note)


def _top(code: str | None, parents: dict[str, str | None]) -> str | None:
    while code and parents[code]:
        code = parents[code]
    return code


def _by_severity(asked: Asked, whole: dict[str, Pair]) -> Grid:
    rows = [_row(severity.label, whole[severity.value], asked, severity=severity.value) for severity in Severity]
    note = "一项任务可以有几种性质的问题，“涉及任务”不能相加，合计为去重后的数量。"
    return Grid("问题有多严重？", "性质", COLUMNS, [*rows, _total(whole[ALL], asked)], note)


def _charts(asked: Asked, by_line: dict[str, Pair], titles: dict[int, str], told: dict[int, int]) -> Iterator[Chart]:
    """The items with something, most first."""
    found = {item: (told.get(item, 0), by_line.get(f"{ITEM}:{item}", (0, 0))[0]) for item in titles}
    order = sorted((item for item in found if any(found[item])), key=lambda item: (-sum(found[item]), item))
    if not order:
        return
    series = [
        {
            "name": label, "values": [found[item][column] for item in order],
            "urls": [asked.rows_url(key, line=f"{ITEM}:{item}") for item in order],
        }
        for column, (key, label) in enumerate((("self-checks", "机构自查发现"), ("findings", "现场检查发现")))
    ]  # fmt: skip
    data = chart("bar", "自查项目", "", [f"{item}. {titles[item]}"[:LONGEST_LABEL] for item in order], series)
    yield Chart("哪几项机构自己查出来的多，哪几项检查人员查出来的多？", "by-item", data)
