"""The task list as a sheet of paper: fewer columns than the workbook, so that A4 landscape stays readable."""

from collections.abc import Sequence

from reports.datasets import ListHead, TaskRow
from reports.documents import Column, TaskListSheet

COLUMNS = (
    Column("序号", 0.4, "center", unbroken=True),
    Column("机构名称、代码", 2.4),
    Column("证书编号", 1.1),
    Column("抽查领域", 1.0),
    Column("地址、联系人", 2.0),
    Column("组织和协助单位", 1.6),
    Column("检查组", 2.2),
    Column("抽查事项", 1.8),
    Column("完成期限", 1.0),
)


def task_list_sheet(head: ListHead, rows: Sequence[TaskRow]) -> TaskListSheet:
    lead = ("牵头单位", head.lead)
    facts = (lead, ("文号", head.document_number), ("完成时限", head.deadline))
    return TaskListSheet(
        title=f"{head.campaign}任务清单",
        area=head.area,
        columns=COLUMNS,
        rows=tuple(_cells(row) for row in rows),
        facts=tuple((label, value) for label, value in facts if value),
        notes=(f"注：告知时限：{head.notice_window}。检查人员不得少于两人，并应当主动出示执法证件。",),
        made=head.made,
    )


def _cells(row: TaskRow) -> tuple[str, ...]:
    bureaus = row.bureau + (f"；协助：{row.assisting_bureau}" if row.assisting_bureau else "")
    return (
        str(row.sequence),
        f"{row.institution} {row.code}",
        "、".join(row.certificates),
        row.line,
        " ".join(part for part in (row.county, row.address, row.contact, row.phone) if part),
        f"{bureaus}（{row.mode}）",
        "、".join((*row.officers, *row.cooperating, *row.experts)) or "由组织检查单位确定",
        "、".join(row.matters),
        row.deadline,
    )
