"""The task list as a sheet of paper: fewer columns than the workbook, so that A4 landscape stays readable."""

from collections.abc import Sequence

from reports.datasets import ListHead, TaskRow
from reports.documents import Column, TaskListSheet

COLUMNS = (
    Column("序号", 0.5, "center", unbroken=True),
    Column("任务编号", 1.3, unbroken=True),
    Column("机构名称", 2.2),
    Column("统一社会信用代码", 1.9, unbroken=True),
    Column("证书编号", 1.7),
    Column("抽查领域", 1.3),
    Column("地址、联系人", 2.4),
    Column("组织和协助单位", 2.0),
    Column("检查组", 2.8),
)


def task_list_sheet(head: ListHead, rows: Sequence[TaskRow]) -> TaskListSheet:
    facts = (("牵头单位", head.lead), ("文号", head.document_number), ("完成时限", head.deadline))
    return TaskListSheet(
        title=f"{head.campaign}任务清单",
        area=head.area,
        columns=COLUMNS,
        rows=tuple(_cells(row) for row in rows),
        facts=tuple((label, value) for label, value in facts if value),
        notes=(*_matters(rows), f"告知时限：{head.notice_window}。检查人员不得少于两人，并应当主动出示执法证件。"),
        made=head.made,
    )


def _matters(rows: Sequence[TaskRow]) -> list[str]:
    """What is checked, once for each plan line instead of in every row."""
    by_line = {row.line: row.matters for row in rows if row.matters}
    return [f"{line}的抽查事项：{'、'.join(matters)}。" for line, matters in by_line.items()]


def _cells(row: TaskRow) -> tuple[str, ...]:
    address = row.address if row.county in row.address else f"{row.county}{row.address}"
    assisting = f"，{row.assisting_bureau}协助" if row.assisting_bureau else ""
    return (
        str(row.sequence),
        row.number,
        row.institution,
        row.code,
        " ".join(row.certificates),
        row.line,
        " ".join(part for part in (address, row.contact, row.phone) if part),
        f"{row.bureau}{assisting}（{row.mode}）",
        "、".join((*row.officers, *row.cooperating, *row.experts)) or "由组织检查单位确定",
    )
