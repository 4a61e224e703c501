"""Reads a table described by a TableSpec from an uploaded workbook: faults are told cell by cell, rows as they come."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import pairwise
from os import PathLike
from types import TracebackType
from typing import Any, Self

from workbooks.columns import Column, Fault, ParsedRow, Problem, TableSpec, column_letter
from workbooks.guard import WorkbookRefused
from workbooks.headers import Header, find_header, listed, title_keys
from workbooks.reading import DEFAULT_LIMITS, Limits, OpenWorkbook, RawRow, SheetHead, Unreadable, open_workbook
from workbooks.values import CellFault, CellWarning, parser_for

HEADER_WITHIN = 30  # rows from the top of a sheet
REMEMBERED = 20_000  # different texts per column whose value is kept
KINDS_THAT_REPEAT = {"date", "choice", "list", "boolean", "phone", "integer", "decimal"}
EXAMPLE = re.compile(r"[【（(\[]\s*(?:填写)?(?:示例|样例)\s*\d*[】）)\]]|(?:填写)?(?:示例|样例)\s*\d*\s*(?:[:：]|$)")
FOOT = re.compile(
    r"(?:合计|总计|小计|填表人|填报人|制表|审核人|负责人签|联系人[:：]|填报单位|填报日期|备注[:：]|注[:：1１]|说明[:：])"
)
TOTALS = {"合计", "总计", "小计"}
MARKED_STARTS = frozenset("合总小【（([示样填 \t\n\u3000\xa0＊*★☆:#'\"“”")  # of examples, totals, headers with marks
UNREADABLE = {
    "error_cell": "单元格是错误值 {text}，请改为实际内容。",
    "formula_without_value": "单元格是公式，但文件里没有保存计算结果。请在 Excel 中打开并保存一次，或改为“只粘贴值”。",
}

Parse = Callable[[Any, Column], Any]
Reading = tuple[Any, list[Problem]]  # the value, None when there is none, and what is wrong with it


def read_table(path: str | PathLike[str], spec: TableSpec, *, limits: Limits = DEFAULT_LIMITS) -> "TableReading":
    """Find the table in the workbook. Raises WorkbookRefused: unsafe file, no header, required columns missing.

    with read_table(path, spec) as table:
        for row in table: ...            # ParsedRow, in the order of the sheet, while the file is still being read
    table.notices                        # complete only after the loop
    """
    workbook = open_workbook(path, limits=limits)
    try:
        return TableReading(workbook, spec)
    except BaseException:
        workbook.close()
        raise


class TableReading:
    """A table being read: iterate over it once."""

    def __init__(self, workbook: OpenWorkbook, spec: TableSpec) -> None:
        self.workbook = workbook
        self.spec = spec
        found = [(sheet, header) for sheet in workbook.sheets if (header := header_of(sheet, spec))]
        if not found:
            raise no_header(workbook, spec)
        complete = [pair for pair in found if not pair[1].missing(spec)]
        chosen, self.header = (complete or found)[0]
        self.sheet: str = chosen.name
        self.index = chosen.index
        if missing := self.header.missing(spec):
            raise missing_columns(self.sheet, self.header, missing)
        self.notices = header_notices(self.sheet, self.header)
        self.notices += [unread_sheet(sheet) for sheet, _ in complete if sheet is not chosen]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.workbook.close()

    def fault(self, row: ParsedRow, key: str, problem: Problem) -> Fault:
        """A fault found outside this package, at its cell; about the whole row when key is "" or not in the sheet."""
        index = self.header.columns.get(key)
        title = next((column.title for column in self.spec.columns if column.key == key), "")
        letter = "" if index is None else column_letter(index)
        return Fault(
            self.sheet, row.number, letter, title if letter else "", problem.code, problem.message, problem.level
        )

    def __iter__(self) -> Iterator[ParsedRow]:
        try:
            yield from parse_rows(self.workbook.rows(self.index), self.spec, self.header, self.sheet, self.notices)
            if self.workbook.after_gap is not None:
                self.notices.append(after_gap(self.sheet, self.workbook.after_gap))
        finally:
            self.workbook.close()


def header_of(sheet: SheetHead, spec: TableSpec) -> Header | None:
    if sheet.hidden:
        return None
    return find_header([row for row in sheet.rows if row.number <= HEADER_WITHIN], spec)


def no_header(workbook: OpenWorkbook, spec: TableSpec) -> WorkbookRefused:
    names = "、".join(f"“{sheet.name}”" for sheet in workbook.sheets if not sheet.hidden)
    wanted = "、".join(column.title for column in spec.columns if column.required)
    return WorkbookRefused(
        "no_header",
        f"在工作表{names}的前 {HEADER_WITHIN} 行里没有找到表头。表头应含有：{wanted}。请下载“{spec.title}”模板，按模板的表头填写。",
    )


def missing_columns(sheet: str, header: Header, missing: list[str]) -> WorkbookRefused:
    return WorkbookRefused(
        "missing_columns",
        f"“{sheet}”第 {header.last_row} 行的表头缺少必需的列：{'、'.join(missing)}。请补上这些列，或下载模板填写。",
        missing=missing,
    )


def header_notices(sheet: str, header: Header) -> list[Fault]:
    notices: list[Fault] = []
    if header.unknown:
        text = f"这些列不在模板中，没有读取：{listed(header, header.unknown)}。"
        notices.append(Fault(sheet, header.last_row, "", "", "unknown_columns", text, "warning"))
    if header.repeated:
        text = f"这些列的表头与前面的列重复，没有读取：{listed(header, header.repeated)}。"
        notices.append(Fault(sheet, header.last_row, "", "", "repeated_columns", text, "warning"))
    return notices


def unread_sheet(sheet: SheetHead) -> Fault:
    text = "这张工作表也有同样的表头，本次没有读取。每次只读取第一张，请合并到一张表或分文件上传。"
    return Fault(sheet.name, None, "", "", "unread_sheet", text, "warning")


def after_gap(sheet: str, row: int) -> Fault:
    text = f"第 {row} 行起还有内容，但与前面的数据隔着很多空行，没有读取。请删去中间的空行，或删去多余的内容。"
    return Fault(sheet, row, "", "", "after_gap", text)


def parse_rows(
    rows: Iterable[RawRow], spec: TableSpec, header: Header, sheet: str, notices: list[Fault]
) -> Iterator[ParsedRow]:
    """Data rows under the header. Rows left out (examples, totals, repeated headers) are told in `notices`."""
    reader = RowParser(spec, header, sheet)
    for row in rows:
        if row.number <= header.last_row:
            continue
        reason = reader.reason_to_skip(row)
        if reason is not None:
            if reason[0] != "blank":
                notices.append(Fault(sheet, row.number, "", "", reason[0], reason[1], "warning"))
            continue
        yield reader.parse(row)


class RowParser:
    def __init__(self, spec: TableSpec, header: Header, sheet: str) -> None:
        self.header, self.sheet = header, sheet
        self.blank = {column.key: column.default for column in spec.columns}
        self.plan: list[tuple[str, int, Column, Parse, dict[str, Reading] | None]] = [
            (column.key, header.columns[column.key], column, parser_for(column), {} if keeps(column) else None)
            for column in spec.columns
            if column.key in header.columns
        ]
        self.required = sorted(header.columns[column.key] for column in spec.columns if column.required)
        self.title_starts = {text[:1] for text in header.titles.values()}
        self.used = sorted(header.columns.values())
        self.title_keys = {index: title_keys(text) for index, text in header.titles.items()}

    def parse(self, row: RawRow) -> ParsedRow:
        values = self.blank.copy()
        faults: list[Fault] = []
        cells, length = row.cells, len(row.cells)
        for key, index, column, parse, memory in self.plan:
            cell = cells[index] if index < length else None
            if cell is None:
                if column.required:
                    faults.append(self.fault(row, index, column, REQUIRED))
                continue
            found = memory.get(cell) if memory is not None and type(cell) is str else None
            if found is None:
                found = read_cell(cell, column, parse)
                if memory is not None and type(cell) is str and len(memory) < REMEMBERED:
                    memory[cell] = found
            values[key] = found[0]
            if found[1]:
                faults += [self.fault(row, index, column, problem) for problem in found[1]]
        if row.merged:
            faults += self.merged_faults(row)
        return ParsedRow(row.number, values, faults)

    def fault(self, row: RawRow, index: int, column: Column, problem: Problem) -> Fault:
        letter = column_letter(index)
        return Fault(self.sheet, row.number, letter, column.title, problem.code, problem.message, problem.level)

    def merged_faults(self, row: RawRow) -> list[Fault]:
        by_index = {index: column for _, index, column, _, _ in self.plan}
        return [self.fault(row, index, by_index[index], MERGED) for index in row.merged if index in by_index]

    def reason_to_skip(self, row: RawRow) -> tuple[str, str] | None:
        """Code and words for a row that is no data; ("blank", "") for one without content in our columns."""
        if self.is_plain_data(row):
            return None
        cells, length = row.cells, len(row.cells)
        filled = [index for index in self.used if index < length and has_content(cells[index], index, row)]
        if not filled:
            return "blank", ""
        first = next((cell for cell in cells if cell is not None), None)
        text = first.strip() if isinstance(first, str) else ""
        if text and EXAMPLE.match(text):
            return "example_row", "这是示例行，没有导入。"
        if "".join(text.split()) in TOTALS or (FOOT.match(text) and self.lacks_required(filled)):
            return "foot_row", f"这一行以“{text[:10]}”开头，像合计或落款，没有导入。"
        if len(filled) > 1 and all(self.repeats_title(index, cells[index]) for index in filled):
            return "repeated_header", "这一行重复了表头，没有导入。"
        if row.number == self.header.last_row + 1 and is_numbering([cells[index] for index in filled]):
            return "numbering_row", "这一行是列号，没有导入。"
        return None

    def is_plain_data(self, row: RawRow) -> bool:
        """Most rows: settled without a closer look because they can be no example, total, header or numbering."""
        cells, length = row.cells, len(row.cells)
        first = cells[0]
        if row.number == self.header.last_row + 1 or row.merged or not self.required or self.required[-1] >= length:
            return False
        if type(first) is not str or first[:1] in MARKED_STARTS or first[:1] in self.title_starts:
            return False
        return all(type(cells[index]) is str and cells[index] for index in self.required)

    def lacks_required(self, filled: list[int]) -> bool:
        present = sum(index in filled for index in self.required)
        return present < max(2, len(self.required))

    def repeats_title(self, index: int, cell: Any) -> bool:
        return isinstance(cell, str) and title_keys(cell) == self.title_keys.get(index)


def has_content(cell: Any, index: int, row: RawRow) -> bool:
    if cell is None or index in row.merged:
        return False
    return type(cell) is not str or not cell.isspace()


def is_numbering(cells: list[Any]) -> bool:
    """1 2 3 … (or 甲 乙 1 2 …) under the header."""
    numbers: list[int] = []
    for cell in cells:
        with suppress(ValueError, TypeError):
            numbers.append(int(str(cell).strip("()（）栏")))
    letters = sum(isinstance(cell, str) and cell.strip() in "甲乙丙丁戊" for cell in cells)
    steps = all(after - before == 1 for before, after in pairwise(numbers))
    return len(numbers) >= 2 and len(numbers) + letters == len(cells) and steps and numbers[0] <= 2


def keeps(column: Column) -> bool:
    return column.kind in KINDS_THAT_REPEAT


def read_cell(cell: Any, column: Column, parse: Parse) -> Reading:
    problems: list[Problem] = []
    if type(cell) is Unreadable:
        return None, [Problem(cell.code, UNREADABLE[cell.code].format(text=cell.text))]
    try:
        value = parse(cell, column)
    except CellFault as fault:
        return None, [fault.problem]
    except CellWarning as warning:
        value = warning.value
        problems.append(warning.problem)
    if value is None:
        return column.default, [REQUIRED] if column.required else []
    if column.check is not None:
        found = column.check(value)
        if found is not None:
            problems.append(found)
            if found.level == "error":
                value = None
    return value, problems


REQUIRED = Problem("required", "这一格必须填写。")
MERGED = Problem("merged_cell", "这是合并单元格的一部分，按合并区域第一行的内容读取，请核对。", "warning")
