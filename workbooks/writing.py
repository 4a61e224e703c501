"""Writes tables: .xlsx streamed row by row, and CSV. Text stays text, whatever it begins with.

columns = (ExportColumn("机构名称", lambda task: task.name, width=30), ExportColumn("期限", …, kind="date"))
write_table(stream, [ExportSheet("任务清单", columns, tasks, title="…任务清单", subtitle="…")])
"""

import codecs
import csv
import datetime as dt
import io
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

ExportKind = Literal["text", "date", "datetime", "integer", "decimal", "money", "share", "boolean"]
NUMBER_FORMATS = {
    "text": "@", "date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "integer": "0", "decimal": "0.00",
    "money": "#,##0.00####", "share": "0.0%",
}  # fmt: skip
"""Money has at least two decimals and shows more where it has them: 1 分 is 0.000001 万元."""
NUMERIC = frozenset({"integer", "decimal", "money", "share"})
MAX_TEXT = 32_767
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML cannot hold."""
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Text that Excel would show as the character it names: “_x0041_” as A."""
LINE_HEIGHT = 16  # points, of the body's font
LAST_NARROW = 0x2E7F  # wide letters begin with the CJK radicals
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

LINE = Side(style="thin", color="B7C0CD")
BORDER = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
TITLE_FONT = Font(name="宋体", size=16, bold=True)
SUBTITLE_FONT = Font(name="宋体", size=10, color="5A6472")
HEADER_FONT = Font(name="宋体", size=11, bold=True)
BODY_FONT = Font(name="宋体", size=11)
HEADER_FILL = PatternFill("solid", fgColor="E8EEF7")


@dataclass(frozen=True, slots=True)
class ExportColumn:
    header: str
    value: Callable[[Any], Any]  # of one item of the sheet; None leaves the cell empty
    kind: ExportKind = "text"
    width: float = 16  # characters


@dataclass(frozen=True, slots=True)
class ExportSheet:
    name: str  # shown on the tab; at most 31 characters, /\\?*[]: are replaced
    columns: Sequence[ExportColumn]
    items: Iterable[Any]  # read once, while writing
    title: str = ""  # first line, over all columns
    subtitle: str = ""  # second line: who made it, when, from which state
    footer_lines: Sequence[str] = ()  # under the table
    fits_rows: bool = False  # rows as high as their text: Excel does so itself, LibreOffice and previews do not


def write_table(stream: IO[bytes], sheets: Sequence[ExportSheet]) -> None:
    """Write a workbook to `stream`. Holds one row in memory at a time."""
    book = Workbook(write_only=True)
    book.iso_dates = False
    names: set[str] = set()
    for sheet in sheets:
        write_sheet(book.create_sheet(sheet_name(sheet.name, names)), sheet)
    book.save(stream)


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that Excel allows, unlike any of `taken`, to which it is added."""
    base = "".join("·" if letter in "/\\?*[]:" else letter for letter in clean_text(wanted)).strip("'")[:31] or "表"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base[:27]} ({number})", number + 1
    taken.add(name.casefold())
    return name


def write_sheet(sheet: Any, export: ExportSheet) -> None:
    lead = [line for line in ((export.title, TITLE_FONT), (export.subtitle, SUBTITLE_FONT)) if line[0]]
    header_row = len(lead) + 1
    set_up_page(sheet, export, header_row)
    for number, (text, font) in enumerate(lead, start=1):
        sheet.append([text_cell(sheet, text, font, border=None)])
        if len(export.columns) > 1:
            sheet.merged_cells.add(f"A{number}:{get_column_letter(len(export.columns))}{number}")
    sheet.append([header_cell(sheet, column.header) for column in export.columns])
    rows = append_items(sheet, export, header_row)
    sheet.auto_filter.ref = f"A{header_row}:{get_column_letter(len(export.columns))}{header_row + max(rows, 1)}"
    for line in export.footer_lines:
        sheet.append([text_cell(sheet, line, SUBTITLE_FONT, border=None)])


def set_up_page(sheet: Any, export: ExportSheet, header_row: int) -> None:
    for index, column in enumerate(export.columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    for row, height in zip(range(1, header_row + 1), (30, 20, 26)[-header_row:], strict=False):
        sheet.row_dimensions[row].height = height
    sheet.freeze_panes = f"A{header_row + 1}"
    sheet.print_title_rows = f"{header_row}:{header_row}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.7
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    sheet.oddFooter.left.text = header_code(export.title)


def header_code(text: str) -> str:
    return clean_text(text).replace("&", "&&")[:120]


def append_items(sheet: Any, export: ExportSheet, header_row: int) -> int:
    """One styled cell per column is used again for every row; openpyxl writes a row as soon as it is appended."""
    makers = [(column.value, PREPARE[column.kind], body_cell(sheet, column.kind)) for column in export.columns]
    cells = [cell for _, _, cell in makers]
    styles = [(cell, cell._style) for cell in cells]  # noqa: SLF001
    count = 0
    for item in export.items:
        for value, prepare, cell in makers:
            prepare(cell, value(item))
        for cell, style in styles:
            cell._style = style  # noqa: SLF001 - a date changes the number format of its cell
        count += 1
        if export.fits_rows:
            sheet.row_dimensions[header_row + count].height = row_height(export.columns, cells)
        sheet.append(cells)
    return count


def row_height(columns: Sequence[ExportColumn], cells: Sequence[Any]) -> float:
    """Points that the fullest cell of a row needs, its text wrapped at the column's width."""
    lines = max(wrapped_lines(cell.value, column.width) for column, cell in zip(columns, cells, strict=True))
    return LINE_HEIGHT * lines + 4


def wrapped_lines(value: object, width: float) -> int:
    """A Chinese letter is as wide as two digits; one digit's width is lost to the cell's edges."""
    if not isinstance(value, str):
        return 1
    widths = [sum(2 if ord(letter) > LAST_NARROW else 1 for letter in line) for line in value.split("\n")]
    return sum(max(1, math.ceil(text / max(1, width - 1))) for text in widths)


def body_cell(sheet: Any, kind: ExportKind) -> Any:
    cell = WriteOnlyCell(sheet)
    cell.font, cell.border = BODY_FONT, BORDER
    centred = kind in ("date", "datetime", "boolean")
    horizontal = "right" if kind in NUMERIC else "center" if centred else "left"
    cell.alignment = Alignment(vertical="center", wrap_text=kind == "text", horizontal=horizontal)
    cell.number_format = NUMBER_FORMATS.get(kind, "@")
    return cell


def header_cell(sheet: Any, text: str) -> Any:
    cell = text_cell(sheet, text, HEADER_FONT, border=BORDER)
    cell.fill = HEADER_FILL
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    return cell


def text_cell(sheet: Any, text: str, font: Font, *, border: Border | None) -> Any:
    cell = WriteOnlyCell(sheet)
    put_text(cell, text)
    cell.font = font
    if border is not None:
        cell.border = border
    cell.alignment = Alignment(
        horizontal="left" if border is None and font is SUBTITLE_FONT else "center", vertical="center"
    )
    return cell


def clean_text(value: object) -> str:
    """Without characters that no workbook may hold, and no longer than a cell."""
    text = str(value)
    if not text.isprintable():
        text = ILLEGAL.sub("", text).encode("utf-8", "ignore").decode()
    return text[:MAX_TEXT]


def put_text(cell: Any, value: object) -> None:
    if value is None or value == "":
        cell.value = None
        return
    cell.value = LOOKS_ESCAPED.sub("_x005F_", clean_text(value))
    cell.data_type = "s"  # openpyxl takes text that begins with = for a formula, #N/A for an error


def put_date(cell: Any, value: object) -> None:
    if isinstance(value, dt.datetime):
        value = local(value).date()
    if isinstance(value, dt.date):
        cell.value = value
    else:
        put_text(cell, value)


def put_datetime(cell: Any, value: object) -> None:
    if isinstance(value, dt.datetime):
        cell.value = local(value).replace(second=0, microsecond=0)
    else:
        put_date(cell, value)


def local(value: dt.datetime) -> dt.datetime:
    """Beijing time without zone: Excel knows no zones. Naive values are taken as they are."""
    return value if value.tzinfo is None else value.astimezone(BEIJING).replace(tzinfo=None)


BEIJING = dt.timezone(dt.timedelta(hours=8))


def put_number(cell: Any, value: object) -> None:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        cell.value = value
    else:
        put_text(cell, value)


def put_boolean(cell: Any, value: object) -> None:
    put_text(cell, value if not isinstance(value, bool) else "是" if value else "否")


PREPARE: dict[str, Callable[[Any, object], None]] = {
    "text": put_text,
    "date": put_date,
    "datetime": put_datetime,
    "integer": put_number,
    "decimal": put_number,
    "money": put_number,
    "share": put_number,
    "boolean": put_boolean,
}


def write_csv(stream: IO[bytes], columns: Sequence[ExportColumn], items: Iterable[Any]) -> None:
    """CSV that Excel opens with Chinese intact (UTF-8 with mark) and without running anything in it."""
    stream.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow([csv_text(column.header, "text") for column in columns])
        for item in items:
            writer.writerow([csv_text(column.value(item), column.kind) for column in columns])
    finally:
        text.detach()


def csv_text(value: object, kind: ExportKind) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        return local(value).strftime("%Y-%m-%d" if kind == "date" else "%Y-%m-%d %H:%M")
    text = clean_text(value)
    return "'" + text if text.lstrip(" ").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text
