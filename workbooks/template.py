"""The .xlsx template that people fill in: header, one example row, drop-downs, and a sheet that explains."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from workbooks.columns import Column, TableSpec
from workbooks.writing import BODY_FONT, BORDER, HEADER_FILL, HEADER_FONT, TITLE_FONT, put_text

ROWS = 5_000  # rows that have drop-downs
NOTES_SHEET, LISTS_SHEET = "填写说明", "参数表"
REQUIRED_MARK = "＊"
REQUIRED_FONT = Font(name="宋体", size=11, bold=True, color="B3261E")
EXAMPLE_FONT = Font(name="宋体", size=11, italic=True, color="5A6472")
EXAMPLE_FILL = PatternFill("solid", fgColor="F4F6F9")
TEXT_KINDS = {"text", "note", "name", "code", "phone", "date", "list"}  # as text, Excel changes nothing in them
INLINE_LIST = 200  # characters; Excel allows 255 in a list written into the rule itself

WHAT_TO_WRITE = {
    "text": "文字",
    "note": "文字，可以换行",
    "name": "名称，与证照一致",
    "code": "号码，按文本填写，不带空格",
    "phone": "手机或固定电话，固定电话带区号；多个用“、”隔开",
    "date": "日期，如 2025-09-01",
    "choice": "从下拉框中选择",
    "list": "多项用“、”隔开",
    "boolean": "是 或 否",
    "integer": "整数，不带单位",
    "decimal": "数字，不带单位",
}
GENERAL_NOTES = (
    f"带 {REQUIRED_MARK} 的列必须填写；其他列可以空着，也可以整列删去。列的先后次序可以调整，表头文字请不要改。",
    "从别处复制数据时，请用“选择性粘贴—数值”，以免带入公式、格式和合并单元格。",
    "统一社会信用代码、证书编号、电话等号码请保持“文本”格式。变成 9.11E+17 的号码末位已经丢失，系统会拒绝，不会替您猜。",
    "第一行示例（标有“示例”）不会被导入，可以保留，也可以删去。",
    "上传后先试运行：列出将新增、变更、不变的行和每一处问题，确认后才真正导入；有一处错误就一行也不导入。",
)


def write_template(spec: TableSpec) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(spec.title[:31])
    lists = book.create_sheet(LISTS_SHEET)
    lists.sheet_state = "hidden"
    write_data_sheet(sheet, lists, spec)
    write_notes_sheet(book.create_sheet(NOTES_SHEET, 1), spec)
    if lists.max_column == 1 and lists["A1"].value is None:
        book.remove(lists)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_data_sheet(sheet: Worksheet, lists: Worksheet, spec: TableSpec) -> None:
    for index, column in enumerate(spec.columns, start=1):
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = max(column.width, 2.2 * len(column.title) + 2)
        if column.kind in TEXT_KINDS:
            sheet.column_dimensions[letter].number_format = "@"
        write_header_cell(sheet.cell(1, index), column)
        write_example_cell(sheet.cell(2, index), column, is_first=index == 1)
        rule = validation(column, lists)
        if rule is not None:
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{ROWS + 1}")
    sheet.row_dimensions[1].height = 28
    sheet.freeze_panes = "B2"
    set_up_page(sheet)


def write_header_cell(cell: Cell | MergedCell, column: Column) -> None:
    put_text(cell, (REQUIRED_MARK if column.required else "") + column.title)
    cell.font = REQUIRED_FONT if column.required else HEADER_FONT
    cell.fill, cell.border = HEADER_FILL, BORDER
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def write_example_cell(cell: Cell | MergedCell, column: Column, *, is_first: bool) -> None:
    put_text(cell, f"示例：{column.example}" if is_first else column.example)
    cell.font, cell.fill, cell.border = EXAMPLE_FONT, EXAMPLE_FILL, BORDER
    cell.number_format = "@" if column.kind in TEXT_KINDS else "General"


def validation(column: Column, lists: Worksheet) -> DataValidation | None:
    """The rule for one column. A list column has several values in a cell: its drop-down would be in the way."""
    labels = ["是", "否"] if column.kind == "boolean" else list(column.choices)
    if column.kind == "list" or not labels:
        return None
    rule = DataValidation(type="list", formula1=list_formula(column, labels, lists), allow_blank=True)
    rule.showErrorMessage = True
    rule.errorTitle, rule.error = column.title[:30], "请从下拉框中选择。"
    rule.promptTitle, rule.prompt = column.title[:30], (column.note or "请从下拉框中选择。")[:250]
    rule.showInputMessage = bool(column.note)
    return rule


def list_formula(column: Column, labels: Sequence[str], lists: Worksheet) -> str:
    joined = ",".join(labels)
    if len(joined) <= INLINE_LIST and not any(sign in label for label in labels for sign in ',"'):
        return f'"{joined}"'
    index = 1 if lists["A1"].value is None else lists.max_column + 1
    for row, text in enumerate([column.title, *labels], start=1):
        put_text(lists.cell(row, index), text)
    letter = get_column_letter(index)
    return f"{quote_sheetname(LISTS_SHEET)}!${letter}$2:${letter}${len(labels) + 1}"


def write_notes_sheet(sheet: Worksheet, spec: TableSpec) -> None:
    put_text(sheet["A1"], f"{spec.title}填写说明")
    sheet["A1"].font = TITLE_FONT
    sheet.row_dimensions[1].height = 30
    lines = (*spec.notes, *GENERAL_NOTES)
    for row, line in enumerate(lines, start=2):
        write_note(sheet, row, f"{row - 1}. {line}")
    top = len(lines) + 3
    for index, (title, width) in enumerate(
        (("列名", 24), ("必填", 8), ("怎么填", 44), ("可选值", 60), ("示例", 30)), 1
    ):
        cell = sheet.cell(top, index)
        put_text(cell, title)
        cell.font, cell.fill, cell.border = HEADER_FONT, HEADER_FILL, BORDER
        cell.alignment = Alignment(horizontal="center", vertical="center")
        sheet.column_dimensions[get_column_letter(index)].width = width
    for row, column in enumerate(spec.columns, start=top + 1):
        write_column_note(sheet, row, column)
    sheet.sheet_view.showGridLines = False
    set_up_page(sheet)


def write_note(sheet: Worksheet, row: int, text: str) -> None:
    put_text(sheet.cell(row, 1), text)
    sheet.cell(row, 1).font = BODY_FONT
    sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="center")
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=5)
    sheet.row_dimensions[row].height = 20


def write_column_note(sheet: Worksheet, row: int, column: Column) -> None:
    how = WHAT_TO_WRITE[column.kind] + (f"。{column.note}" if column.note else "")
    texts = (column.title, "必填" if column.required else "", how, allowed_values(column), column.example)
    for index, text in enumerate(texts, start=1):
        cell: Any = sheet.cell(row, index)
        put_text(cell, text)
        cell.font = REQUIRED_FONT if index <= 2 and column.required else BODY_FONT
        cell.border = BORDER
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center" if index == 2 else "left")
        cell.number_format = "@"


def allowed_values(column: Column) -> str:
    labels = list(column.choices)
    if len(labels) > 40:
        return f"共 {len(labels)} 项：{'、'.join(labels[:20])}……（全部见下拉框）"
    return "、".join(labels)


def set_up_page(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_title_rows = "1:1"
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"  # type: ignore[union-attr]
