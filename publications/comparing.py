"""What a version says otherwise than the one before."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from publications.content import Content, content_of
from publications.models import PublicationVersion, PublishedPenalty, PublishedResult

RESULT = {
    "category": "检查结果", "trade_outcome": "处理情况", "inspected_on": "检查完成日期", "departments": "各部门检查结果",
    "problems": "发现的问题", "measures": "处理措施", "is_rectified": "整改", "name": "机构名称",
}  # fmt: skip
PENALTY = {
    "kind": "措施", "decided_on": "决定日期", "document_number": "文号", "amount": "金额", "facts": "违法事实",
    "legal_basis": "依据", "name": "机构名称",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """before or after is empty where something came or went."""

    where: str
    before: str
    after: str


def differences(former: PublicationVersion, version: PublicationVersion) -> list[Difference]:
    return [
        *_of_content(content_of(former.content), content_of(version.content)),
        *_of_rows(former.results.all(), version.results.all(), "task_id", RESULT),
        *_of_rows(former.penalties.all(), version.penalties.all(), "measure_id", PENALTY),
    ]


def _of_content(before: Content, after: Content) -> Iterator[Difference]:
    if before.title != after.title:
        yield Difference("标题", before.title, after.title)
    yield from _of_lists("正文", before.words, after.words)
    facts, now = dict(before.facts), dict(after.facts)
    for label in dict.fromkeys([*facts, *now]):
        if facts.get(label) != now.get(label):
            yield Difference(label, facts.get(label, ""), now.get(label, ""))
    tables = {table.title: [" | ".join(row) for row in table.rows] for table in before.tables}
    tables_now = {table.title: [" | ".join(row) for row in table.rows] for table in after.tables}
    for title in dict.fromkeys([*tables, *tables_now]):
        yield from _of_lists(title, tables.get(title, ()), tables_now.get(title, ()))
    yield from _of_lists("说明", before.notes, after.notes)


def _of_lists(where: str, before: Iterable[str], after: Iterable[str]) -> Iterator[Difference]:
    was, now = list(before), list(after)
    for line in was:
        if line not in now:
            yield Difference(where, line, "")
    for line in now:
        if line not in was:
            yield Difference(where, "", line)


def _of_rows(before: Iterable[Any], after: Iterable[Any], key: str, fields: Mapping[str, str]) -> Iterator[Difference]:
    was = {getattr(row, key): row for row in before}
    now = {getattr(row, key): row for row in after}
    for each, row in was.items():
        if each not in now:
            yield Difference(row.name, "列入公示", "移除")
    for each, row in now.items():
        if each not in was:
            yield Difference(row.name, "", "新列入公示")
            continue
        for name, label in fields.items():
            old, new = said(was[each], name), said(row, name)
            if old != new:
                yield Difference(f"{row.name}：{label}", old, new)


def said(row: PublishedResult | PublishedPenalty, name: str) -> str:
    """A field of a row in words."""
    value = getattr(row, name)
    if isinstance(value, list):
        return "；".join("，".join(str(part) for part in each if part) for each in value)
    if name == "is_rectified":
        return {True: "已整改到位", False: "整改中", None: ""}[value]
    labelled = getattr(row, f"get_{name}_display", None)
    return str(labelled() if labelled else "" if value is None else value)
