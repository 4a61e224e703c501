"""Lists as workbooks for Excel and WPS."""

import io
from collections import Counter
from collections.abc import Sequence
from operator import itemgetter

from campaigns.models import ADDED_MODES, TaskMode
from reports.datasets import DrawnRow, ListHead, TaskRow
from workbooks.writing import ExportColumn, ExportSheet, write_table

TASK_COLUMNS = (
    ExportColumn("序号", lambda row: row.sequence, "integer", 5),
    ExportColumn("任务编号", lambda row: row.number, width=13),
    ExportColumn("机构名称", lambda row: row.institution, width=24),
    ExportColumn("统一社会信用代码", lambda row: row.code, width=21),
    ExportColumn("证书编号", lambda row: "\n".join(row.certificates), width=15),
    ExportColumn("抽查领域", lambda row: row.line, width=13),
    ExportColumn("县区", lambda row: row.county, width=9),
    ExportColumn("地址", lambda row: row.address, width=22),
    ExportColumn("联系人", lambda row: row.contact, width=8),
    ExportColumn("联系电话", lambda row: row.phone, width=14),
    ExportColumn("组织检查单位", lambda row: row.bureau, width=17),
    ExportColumn("检查组", lambda row: "\n".join(team(row)), width=30),
    ExportColumn("完成期限", lambda row: row.deadline, width=15),
)
"""What goes with the officers on paper: A4 landscape at about seven tenths."""

DETAIL_COLUMNS = (
    ExportColumn("序号", lambda row: row.sequence, "integer", 6),
    ExportColumn("任务编号", lambda row: row.number, width=21),
    ExportColumn("机构名称", lambda row: row.institution, width=32),
    ExportColumn("统一社会信用代码", lambda row: row.code, width=21),
    ExportColumn("证书编号", lambda row: "、".join(row.certificates), width=16),
    ExportColumn("资质认定级别", lambda row: "、".join(row.levels), width=13),
    ExportColumn("资质认定领域", lambda row: "、".join(row.domains), width=24),
    ExportColumn("法定代表人", lambda row: row.legal_representative, width=12),
    ExportColumn("方式", lambda row: row.mode, width=11),
    ExportColumn("协助单位", lambda row: row.assisting_bureau, width=26),
    ExportColumn("执法检查人员", lambda row: "、".join(row.officers), width=44),
    ExportColumn("配合人员", lambda row: "、".join(row.cooperating), width=26),
    ExportColumn("专家", lambda row: "、".join(row.experts), width=26),
    ExportColumn("抽查事项", lambda row: "、".join(row.matters), width=60),
    ExportColumn("状态", lambda row: row.state, width=9),
)
"""The rest, for work at the screen, one row a task in the same order."""

COUNTED = {
    "随机抽取": {TaskMode.DRAWN.label},
    "上级分配": {TaskMode.ALLOTTED.label},
    "增列": {mode.label for mode in ADDED_MODES},
}
COUNTED_WITHOUT_LOTS = {
    "列入": {TaskMode.KEY.label, TaskMode.FULL.label},
    "延伸检查": {TaskMode.EXTENDED.label},
}
"""Columns of the counties' sheet with the modes counted in each, of campaigns that draw and of those that list all."""

DRAWN_COLUMNS = (
    ExportColumn("序号", lambda row: row.sequence, "integer", 6),
    ExportColumn("抽查领域", lambda row: row.line, width=22),
    ExportColumn("组", lambda row: row.cell, width=12),
    ExportColumn("名次", lambda row: row.rank, "integer", 7),
    ExportColumn("机构名称", lambda row: row.institution, width=36),
    ExportColumn("统一社会信用代码", lambda row: row.code, width=22),
    ExportColumn("县区", lambda row: row.county, width=12),
    ExportColumn("签（SHA-256）", lambda row: row.ticket, width=36),
)


def task_list_workbook(head: ListHead, rows: Sequence[TaskRow], *, by_county: bool = False) -> bytes:
    """by_county: with a third sheet of how many tasks lie in each county."""
    title = f"{head.campaign}任务清单（{head.area}）"
    words = subtitle(head, len(rows))
    sheets = [
        ExportSheet("任务清单", TASK_COLUMNS, rows, title, words, footer_lines(head), fits_rows=True),
        ExportSheet("明细", DETAIL_COLUMNS, rows, title, words, fits_rows=True),
    ]
    if by_county:
        counted = COUNTED if head.draws_lots else COUNTED_WITHOUT_LOTS
        per_county = tasks_per_county(rows, list(counted.values()))
        sheets.append(ExportSheet("各县区任务数", _county_columns(list(counted)), per_county, title, made_words(head)))
    return workbook(sheets)


def team(row: TaskRow) -> tuple[str, ...]:
    """Everyone who goes, each with their bureau."""
    return (*row.officers, *row.cooperating, *row.experts) or ("由组织检查单位确定",)


def _county_columns(titles: Sequence[str]) -> tuple[ExportColumn, ...]:
    numbers = [
        ExportColumn(title, itemgetter(place), "integer", 12) for place, title in enumerate((*titles, "合计"), start=1)
    ]
    return (ExportColumn("县区", itemgetter(0), width=20), *numbers)


def tasks_per_county(rows: Sequence[TaskRow], groups: Sequence[set[str]]) -> list[tuple[str | int, ...]]:
    """(county, tasks of each group of modes, their sum) in the order in which counties appear."""
    counted = Counter((row.county, row.mode) for row in rows)
    found: list[tuple[str | int, ...]] = []
    for county in dict.fromkeys(row.county for row in rows):
        numbers = [sum(counted[county, mode] for mode in group) for group in groups]
        found.append((county, *numbers, sum(numbers)))
    return found


def drawn_list_workbook(head: ListHead, rows: Sequence[DrawnRow]) -> bytes:
    title = f"{head.campaign}抽取名单"
    return workbook(
        [ExportSheet("抽取名单", DRAWN_COLUMNS, rows, title, subtitle(head, len(rows), "家"), fits_rows=True)]
    )


def subtitle(head: ListHead, count: int, unit: str = "项") -> str:
    number = f"{head.document_number}；" if head.document_number else ""
    return f"{number}牵头单位：{head.lead}；共 {count} {unit}；{made_words(head)}"


def made_words(head: ListHead) -> str:
    made = head.made
    return f"由 {made.made_by} 于 {made.made_at:%Y-%m-%d %H:%M} 生成；数据截至：{made.data_state}"


def footer_lines(head: ListHead) -> tuple[str, ...]:
    until = (f"完成时限：{head.deadline}",) if head.deadline else ()
    return (*until, f"告知时限：{head.notice_window}")


def workbook(sheets: Sequence[ExportSheet]) -> bytes:
    stream = io.BytesIO()
    write_table(stream, sheets)
    return stream.getvalue()
