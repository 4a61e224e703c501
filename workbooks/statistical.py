"""Official tables: title, headers of several merged rows, units, sums as live formulas with their values, notes.

columns = (Field("领域", …), Group("违法违规行为", (Field("不实（家）", …, "integer", is_summed=True), …)))
write_statistics(stream, [StatisticalSheet("汇总表", "…检查信息汇总表", columns, rows, total="总数", notes=("…",))])
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from workbooks.formulas import save
from workbooks.writing import (
    HEADER_FONT,
    LINE_HEIGHT,
    PREPARE,
    ExportColumn,
    body_cell,
    header_code,
    put_text,
    row_height,
    sheet_name,
    wrapped_lines,
)

LINE = Side(style="thin", color="000000")
BORDER = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
TITLE_FONT = Font(name="宋体", size=18, bold=True)
ANNEX_FONT = Font(name="黑体", size=14)
SMALL_FONT = Font(name="宋体", size=10)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
HEADER_HEIGHT = 24
LEAST_HEIGHT = 22
A3, A4 = 8, 9
WIDEST_ON_A4 = 200  # characters, at about half of their size

Number = int | float | Decimal


@dataclass(frozen=True, slots=True)
class Field(ExportColumn):
    """A column. `key` names it where the table is shown elsewhere; figures that are summed stand in the last row."""

    key: str = ""
    is_summed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Columns under one heading, which spans them."""

    header: str
    columns: "tuple[Field | Group, ...]"


@dataclass(frozen=True, slots=True)
class StatisticalSheet:
    """total: the word before the sums; without it there is no such row. Lines above stand between title and header."""

    name: str
    title: str
    columns: Sequence[Field | Group]
    items: Iterable[Any]  # read once, while writing
    total: str = ""
    annex: str = ""
    lines_above: Sequence[str] = ()
    notes: Sequence[str] = ()
    frozen_columns: int = 0
    fits_rows: bool = True  # rows as high as their text; costs a third of the time of a long table


@dataclass(slots=True)
class Header:
    """The cells of a header of several rows: (row, column) from 0 → text, and (first row, last row, first column, last
    column) of what is merged."""

    depth: int
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def write_statistics(stream: IO[bytes], sheets: Sequence[StatisticalSheet]) -> None:
    """Holds one row in memory at a time."""
    book = Workbook(write_only=True)
    book.iso_dates = False
    names: set[str] = set()
    results = [Writer(book.create_sheet(sheet_name(sheet.name, names)), sheet).write() for sheet in sheets]
    save(book, stream, results)


def leaves(columns: Iterable[Field | Group]) -> list[Field]:
    """The columns under all headings, from left to right."""
    return [leaf for each in columns for leaf in (leaves(each.columns) if isinstance(each, Group) else [each])]


def depth(columns: Iterable[Field | Group]) -> int:
    return max(1 + (depth(each.columns) if isinstance(each, Group) else 0) for each in columns)


def header_of(columns: Sequence[Field | Group]) -> Header:
    header = Header(depth(columns))
    _place(header, columns, 0, 0)
    return header


def _place(header: Header, columns: Sequence[Field | Group], row: int, column: int) -> None:
    for each in columns:
        header.texts[row, column] = each.header
        wide = len(leaves(each.columns)) if isinstance(each, Group) else 1
        last = row if isinstance(each, Group) else header.depth - 1
        if wide > 1 or last > row:
            header.merged.append((row, last, column, column + wide - 1))
        if isinstance(each, Group):
            _place(header, each.columns, row + 1, column)
        column += wide


class Writer:
    """One sheet, row after row from above."""

    def __init__(self, page: Any, sheet: StatisticalSheet) -> None:
        self.page, self.sheet = page, sheet
        self.columns = leaves(sheet.columns)
        self.header = header_of(sheet.columns)
        self.width = sum(column.width for column in self.columns)
        self.row = 0
        self.results: dict[str, Number] = {}

    def write(self) -> Mapping[str, Number]:
        """Cell → value of each formula."""
        self._set_up()
        for text, font, alignment in self._lines_above():
            self._line(text, font, alignment)
        self._append_header()
        first = self.row + 1
        sums = self._append_items()
        if self.sheet.total:
            self._append_sums(first, sums)
        elif self.header.depth == 1:
            self.page.auto_filter.ref = f"A{first - 1}:{self._letter(-1)}{max(self.row, first)}"
        for note in self.sheet.notes:
            self._line(note, SMALL_FONT, LEFT)
        self.page.print_area = f"A1:{self._letter(-1)}{self.row}"
        return self.results

    def _letter(self, index: int) -> str:
        return str(get_column_letter(index % len(self.columns) + 1))

    def _lines_above(self) -> Iterator[tuple[str, Font, Alignment]]:
        if self.sheet.annex:
            yield self.sheet.annex, ANNEX_FONT, LEFT
        yield self.sheet.title, TITLE_FONT, CENTRED
        for line in self.sheet.lines_above:
            yield line, SMALL_FONT, LEFT

    def _set_up(self) -> None:
        page, above = self.page, len(list(self._lines_above()))
        for index, column in enumerate(self.columns):
            page.column_dimensions[self._letter(index)].width = column.width
        last_header = above + self.header.depth
        page.freeze_panes = f"{self._letter(self.sheet.frozen_columns)}{last_header + 1}"
        page.print_title_rows = f"{above + 1}:{last_header}"
        page.page_setup.orientation = "landscape"
        page.page_setup.paperSize = A3 if self.width > WIDEST_ON_A4 else A4
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
        page.sheet_properties.pageSetUpPr.fitToPage = True
        page.page_margins.left = page.page_margins.right = 0.5
        page.page_margins.top, page.page_margins.bottom = 0.8, 0.7
        page.print_options.horizontalCentered = True
        page.oddFooter.right.text = "第 &P 页，共 &N 页"
        page.oddFooter.left.text = header_code(self.sheet.title)

    def _line(self, text: str, font: Font, alignment: Alignment) -> None:
        """Text over all columns."""
        cell = WriteOnlyCell(self.page)
        put_text(cell, text)
        cell.font, cell.alignment = font, alignment
        lines = wrapped_lines(text, self.width * 10 / font.size)
        self._append([cell], (font.size * 1.5) * lines + 4)
        if len(self.columns) > 1:
            self.page.merged_cells.add(f"A{self.row}:{self._letter(-1)}{self.row}")

    def _append(self, cells: list[Any], height: float | None = None) -> None:
        self.row += 1
        if height:
            self.page.row_dimensions[self.row].height = height
        self.page.append(cells)

    def _append_header(self) -> None:
        first = self.row + 1
        for row in range(self.header.depth):
            texts = [self.header.texts.get((row, column), "") for column in range(len(self.columns))]
            self._append([self._header_cell(text) for text in texts], self._header_height(row))
        for top, bottom, left, right in self.header.merged:
            self.page.merged_cells.add(f"{self._letter(left)}{first + top}:{self._letter(right)}{first + bottom}")

    def _header_cell(self, text: str) -> Any:
        cell = WriteOnlyCell(self.page)
        put_text(cell, text)
        cell.font, cell.alignment, cell.border = HEADER_FONT, CENTRED, BORDER
        return cell

    def _header_height(self, row: int) -> float:
        """What the columns of the last row need in it; a heading above has one line."""
        if row < self.header.depth - 1:
            return HEADER_HEIGHT
        above = HEADER_HEIGHT * row
        needs = [HEADER_HEIGHT]
        for index, column in enumerate(self.columns):
            spans = (row, index) not in self.header.texts
            needs.append(LINE_HEIGHT * wrapped_lines(column.header, column.width) + 8 - (above if spans else 0))
        return max(needs)

    def _append_items(self) -> list[Number]:
        """One styled cell per column is used again for every row. Gives the sum of each column, 0 of what is not summed."""
        makers = [(column.value, PREPARE[column.kind], self.body_cell(column)) for column in self.columns]
        cells = [cell for _, _, cell in makers]
        styles = [(cell, cell._style) for cell in cells]  # noqa: SLF001
        summed = [index for index, column in enumerate(self.columns) if column.is_summed]
        sums: list[Number] = [0] * len(cells)
        for item in self.sheet.items:
            for value, prepare, cell in makers:
                prepare(cell, value(item))
            for cell, style in styles:
                cell._style = style  # noqa: SLF001 - a date changes the number format of its cell
            for index in summed:
                sums[index] += cells[index].value or 0
            self._append(cells, max(LEAST_HEIGHT, row_height(self.columns, cells)) if self.sheet.fits_rows else None)
        return sums

    def body_cell(self, column: Field) -> Any:
        cell = body_cell(self.page, column.kind)
        cell.border = BORDER
        if column.kind == "integer":
            cell.alignment = CENTRED
        return cell

    def _append_sums(self, first: int, sums: Sequence[Number]) -> None:
        last = self.row
        cells = [self._sum_cell(index, first, last, value) for index, value in enumerate(sums)]
        self._append(cells, HEADER_HEIGHT)

    def _sum_cell(self, index: int, first: int, last: int, value: Number) -> Any:
        column, letter = self.columns[index], self._letter(index)
        cell = self.body_cell(column)
        cell.font = HEADER_FONT
        if index == 0:
            put_text(cell, self.sheet.total)
        elif column.is_summed and last >= first:
            cell.value = f"=SUM({letter}{first}:{letter}{last})"
            self.results[f"{letter}{last + 1}"] = value
        elif column.is_summed:
            cell.value = 0
        if not column.is_summed:
            cell.alignment = CENTRED
        return cell
