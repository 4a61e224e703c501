"""The list handed down by the upper level, as a workbook: which institutions it drew, and who inspects each."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from campaigns.models import Campaign
from institutions.models import Institution
from workbooks.columns import Column, Fault, ParsedRow, Problem, TableSpec
from workbooks.guard import WorkbookRefused
from workbooks.tables import TableReading, read_table
from workbooks.template import write_template

HANDED_DOWN, KEPT = "按属地分配", "上级检查"

SPEC = TableSpec(
    "上级分配名单",
    (
        Column("code", "统一社会信用代码", "code", required=True, aliases=("组织机构代码", "社会信用代码"), example="91140200MA0EXAMPLE"),
        Column("name", "机构名称", "name", aliases=("单位名称", "法人单位名称"), max_length=120, example="（示例）某某检测有限公司"),
        Column("who", "检查单位", "choice", choices={HANDED_DOWN: True, KEPT: False},
               synonyms={"省局检查": KEPT, "省级": KEPT, "属地": HANDED_DOWN, "市级": HANDED_DOWN}, default=True),
    ),
)  # fmt: skip


def write_allotment_template() -> bytes:
    return write_template(SPEC)


def read_allotment(upload: UploadedFile[Any], campaign: Campaign) -> tuple[dict[int, bool], list[str]]:
    """Institution pk → handed to us, and the faults in words; with any fault the list must not be used."""
    known = _known_codes(campaign)
    received: dict[int, bool] = {}
    faults: list[str] = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "allotment.xlsx"
        path.write_bytes(upload.read())
        try:
            with read_table(path, SPEC) as table:
                for row in table:
                    faults += [_words(fault) for fault in _faults_of(row, table, known, received)]
                faults += [_words(fault) for fault in table.notices if fault.level == "error"]
        except WorkbookRefused as refusal:
            return {}, [refusal.message]
    if not received and not faults:
        faults.append("名单中没有机构。")
    return received, faults


def _known_codes(campaign: Campaign) -> dict[str, int]:
    rows = Institution.objects.in_scope(campaign.scope).values_list("pk", "uscc", "organisation_code")
    return {code: pk for pk, *codes in rows for code in codes if code}


def _faults_of(row: ParsedRow, table: TableReading, known: dict[str, int], received: dict[int, bool]) -> list[Fault]:
    faults = [fault for fault in row.faults if fault.level == "error"]
    code = row.values["code"]
    if faults or code is None:
        return faults
    pk = known.get(code)
    if pk is None:
        words = f"名录库中本地区没有代码为 {code} 的机构，请先在检查对象名录库中补录。"
        return [table.fault(row, "code", Problem("unknown", words))]
    if pk in received:
        return [table.fault(row, "code", Problem("duplicate", f"代码 {code} 在名单中重复。"))]
    received[pk] = bool(row.values["who"])
    return []


def _words(fault: Fault) -> str:
    return f"{fault.place}：{fault.message}"
