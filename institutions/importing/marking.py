"""The uploaded rows that need mending, as a workbook: faulty cells coloured, what is wrong written beside them."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import PatternFill
from openpyxl.utils import column_index_from_string

from institutions.models import ImportFault, ImportRun
from workbooks.reading import RawRow, Unreadable, open_workbook
from workbooks.writing import BODY_FONT, HEADER_FILL, HEADER_FONT, put_text

FILLS = {
    ImportFault.Level.ERROR: PatternFill("solid", fgColor="F8C9CC"),
    ImportFault.Level.WARNING: PatternFill("solid", fgColor="FBE7C2"),
}
LIST_TITLES = ("工作表", "行", "列", "列名", "级别", "说明")


def marked_workbook(run: ImportRun) -> bytes:
    """Two sheets: all faults, and the rows they stand in as they were uploaded (header rows included)."""
    faults = list(run.faults.order_by("row", "pk"))
    book = Workbook(write_only=True)
    _write_faults(book.create_sheet("问题清单"), faults)
    _write_rows(book.create_sheet("待改正的行"), run, faults)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_faults(sheet: Any, faults: list[ImportFault]) -> None:
    for letter, width in zip("ABCDEF", (18, 8, 6, 20, 8, 80), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, title, HEADER_FONT, HEADER_FILL) for title in LIST_TITLES])
    for fault in faults:
        level = fault.get_level_display()
        values = (fault.sheet, fault.row, fault.column, fault.title, level, fault.message)
        sheet.append([_text(sheet, value, BODY_FONT) for value in values])


def _write_rows(sheet: Any, run: ImportRun, faults: list[ImportFault]) -> None:
    by_row: dict[int, list[ImportFault]] = {}
    for fault in faults:
        if fault.row is not None:
            by_row.setdefault(fault.row, []).append(fault)
    if not by_row:
        return
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 8, 60
    name = faults[0].sheet
    for row in _rows(Path(run.file.path), name):
        found = by_row.get(row.number, [])
        if found or (row.number < min(by_row) and row.number <= HEAD_ROWS):
            sheet.append(_marked(sheet, row, found))


HEAD_ROWS = 10
"""Rows at the top that are repeated so that the header is there too."""


def _rows(path: Path, name: str) -> Iterator[RawRow]:
    with open_workbook(path) as workbook:
        index = next((head.index for head in workbook.sheets if head.name == name), 0)
        yield from workbook.rows(index)


def _marked(sheet: Any, row: RawRow, faults: list[ImportFault]) -> list[Any]:
    fills = {
        column_index_from_string(fault.column) - 1: FILLS[ImportFault.Level(fault.level)]
        for fault in faults
        if fault.column
    }
    words = "\n".join(f"{fault.title}：{fault.message}" if fault.title else fault.message for fault in faults)
    cells = [_text(sheet, row.number, BODY_FONT), _text(sheet, words or None, BODY_FONT)]
    length = max([len(row.cells), *(index + 1 for index in fills)])
    values = [*row.cells, *[None] * (length - len(row.cells))]
    return cells + [_text(sheet, _shown(value), BODY_FONT, fills.get(index)) for index, value in enumerate(values)]


def _shown(value: Any) -> Any:
    return value.text if isinstance(value, Unreadable) else value


def _text(sheet: Any, value: Any, font: Any, fill: Any = None) -> Any:
    cell = WriteOnlyCell(sheet)
    put_text(cell, value)
    cell.font = font
    if fill is not None:
        cell.fill = fill
    return cell
