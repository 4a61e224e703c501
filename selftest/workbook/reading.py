"""Reads a filled workbook: what was changed in it since it was downloaded, and every cell that cannot be taken."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

from selftest.content import Choice, FieldKind, FormContent, HeaderField, Item
from selftest.errors import SelfCheckError
from selftest.filling import LONGEST_TEXT, TEXTS
from selftest.header import checked_values, tidy
from selftest.models import HeaderBlock, SelfCheck
from selftest.workbook.layout import (
    FILLED,
    FIRST_FIELD,
    HEADER_SHEET,
    ITEM_COLUMNS,
    ITEMS_SHEET,
    KEPT_SHEET,
    LAYOUT,
    NUMBER,
    BlockRow,
    block_rows,
    field_titles,
    mark,
)
from workbooks.columns import Column, Fault, Problem, column_letter
from workbooks.guard import WorkbookRefused
from workbooks.reading import CellValue, Limits, OpenWorkbook, RawRow, Unreadable, open_workbook
from workbooks.tables import UNREADABLE
from workbooks.values import LIST_SEPARATOR, CellFault, match_key, parse_date, plain

ValueOf = Callable[[str, CellValue], Any]

LIMITS = Limits(cpu_seconds=20, waiting_seconds=60)
DATE = Column("date", "日期", "date")
AGAIN = "请在网上自查页面重新下载工作簿，把填好的内容抄到新的工作簿里再上传。"


@dataclass(frozen=True, slots=True)
class Edit:
    """What was changed in one row: values as filling.save_answer and save_header take them, by field."""

    subject: int | HeaderBlock
    """An item's number, or a block."""
    base: int
    values: dict[str, Any]
    sheet: str
    row: int
    columns: Mapping[str, int]
    """Field → index of its column."""
    titles: Mapping[str, str]

    def fault(self, key: str, code: str, message: str) -> Fault:
        """About one cell of the row, or about the whole row with key ""."""
        letter = column_letter(self.columns[key]) if key else ""
        return Fault(self.sheet, self.row, letter, self.titles.get(key, ""), code, message)


@dataclass(slots=True)
class Reading:
    edits: list[Edit] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the hidden sheet knows of one row: revision and marks as of the download."""

    revision: int
    marks: Sequence[str]


def read_workbook(path: str | PathLike[str], self_check: SelfCheck) -> Reading:
    """WorkbookRefused, when the file as a whole is not this self-check's workbook."""
    form = self_check.round.form
    return read_book(path, self_check.pk, form.digest, form.parsed, list(self_check.blocks.all()))


def read_book(
    path: str | PathLike[str], pk: int, form_digest: str, content: FormContent, blocks: Sequence[HeaderBlock]
) -> Reading:
    with open_workbook(path, limits=LIMITS) as workbook:
        kept_rows = rows_of(workbook, KEPT_SHEET)
        kept_blocks, kept_answers = read_kept(kept_rows, pk, form_digest)
        header, items = rows_of(workbook, HEADER_SHEET), rows_of(workbook, ITEMS_SHEET)
    reading = Reading()
    read_header(header, content, blocks, kept_blocks, reading)
    read_items(items, content, kept_answers, reading)
    return reading


def rows_of(workbook: OpenWorkbook, name: str) -> list[RawRow]:
    index = next((sheet.index for sheet in workbook.sheets if sheet.name == name), None)
    if index is None:
        words = "这不是从本系统下载的自查工作簿" if name == KEPT_SHEET else f"工作簿里没有“{name}”这张工作表"
        raise WorkbookRefused("no_sheet", f"{words}。{AGAIN}")
    return list(workbook.rows(index))


def read_kept(rows: Sequence[RawRow], pk: int, form_digest: str) -> tuple[dict[int, tuple[str, Kept]], dict[int, Kept]]:
    """Blocks by pk, with the label of their row; answers by item."""
    lines = [["" if cell is None else str(cell) for cell in row.cells] for row in rows]
    if not lines or lines[0][:1] != [LAYOUT] or len(lines[0]) < 3:
        raise WorkbookRefused("no_layout", f"这不是从本系统下载的自查工作簿，或版本太旧。{AGAIN}")
    if lines[0][1] != str(pk):
        raise WorkbookRefused("other_self_check", f"这个工作簿是另一份自查表的，不能上传到这里。{AGAIN}")
    if lines[0][2] != form_digest:
        raise WorkbookRefused("other_form", f"这个工作簿按另一版自查表生成。{AGAIN}")
    blocks: dict[int, tuple[str, Kept]] = {}
    answers: dict[int, Kept] = {}
    try:
        for kind, key, revision, label, *marks in lines[1:]:
            if kind == "block":
                blocks[int(key)] = label, Kept(int(revision), marks)
            else:
                answers[int(key)] = Kept(int(revision), marks)
    except ValueError as error:
        raise WorkbookRefused("broken_layout", f"工作簿里的系统信息被改动了。{AGAIN}") from error
    return blocks, answers


def read_header(
    rows: Sequence[RawRow],
    content: FormContent,
    blocks: Sequence[HeaderBlock],
    kept: Mapping[int, tuple[str, Kept]],
    reading: Reading,
) -> None:
    """Rows are found by the label that was written before them, whatever blocks there are by now."""
    heads = [row for row in rows if text_at(row, 0) == NUMBER]
    expected = [field_titles(content.basic), field_titles(content.certificate)]
    if not heads or any(titles_of(row, len(wanted)) != wanted for row, wanted in zip(heads, expected, strict=False)):
        reading.faults.append(changed_head(HEADER_SHEET, heads[0] if heads else None))
        return
    found, faults = by_label(rows, HEADER_SHEET)
    reading.faults += faults
    for row in block_rows(content, blocks):
        if row.block.pk not in kept:
            continue  # added online since
        label, base = kept[row.block.pk]
        if label not in found:
            reading.faults.append(missing_row(HEADER_SHEET, f"{NUMBER}为“{label}”"))
            continue
        read_block(found[label], row, base, reading)
    current = {block.pk for block in blocks}
    for pk, (label, _) in kept.items():
        if pk not in current and label in found:
            words = f"{NUMBER}为“{label}”的证书已在网上删除。{AGAIN}"
            reading.faults.append(Fault(HEADER_SHEET, found[label].number, "", "", "block_removed", words))


def read_items(rows: Sequence[RawRow], content: FormContent, kept: Mapping[int, Kept], reading: Reading) -> None:
    head = next((row for row in rows if text_at(row, 0) == NUMBER), None)
    if head is None or titles_of(head, len(ITEM_COLUMNS)) != [column.title for column in ITEM_COLUMNS]:
        reading.faults.append(changed_head(ITEMS_SHEET, head))
        return
    found, faults = by_label(rows, ITEMS_SHEET)
    reading.faults += faults
    for item in content.items:
        if item.number not in kept:
            continue
        if str(item.number) in found:
            read_item(found[str(item.number)], item, kept[item.number], reading)
        else:
            reading.faults.append(missing_row(ITEMS_SHEET, f"第 {item.number} 项"))


def titles_of(row: RawRow, count: int) -> list[str]:
    return [text_at(row, index) for index in range(count)]


def changed_head(sheet: str, row: RawRow | None) -> Fault:
    words = f"表头被改动，列的位置对不上。{AGAIN}"
    return Fault(sheet, row.number if row else None, "", "", "header_changed", words)


def text_at(row: RawRow, index: int) -> str:
    return as_text(row.cells[index]) if index < len(row.cells) else ""


def as_text(cell: CellValue) -> str:
    """The cell as its mark was made; what cannot be read has no text."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if cell is None or isinstance(cell, Unreadable):
        return ""
    try:
        return tidy(plain(cell))
    except CellFault:
        return ""


def by_label(rows: Sequence[RawRow], sheet: str) -> tuple[dict[str, RawRow], list[Fault]]:
    """Rows by what their first cell says, and those that say the same twice."""
    found: dict[str, RawRow] = {}
    faults: list[Fault] = []
    for row in rows:
        label = text_at(row, 0)
        if label in found and label not in ("", NUMBER):
            words = f"{NUMBER}“{label}”与第 {found[label].number} 行重复，请删去多余的一行。"
            faults.append(Fault(sheet, row.number, "A", NUMBER, "repeated_row", words))
        elif not label and row.cells:
            words = f"这一行没有{NUMBER}，不知道是哪一项，请恢复{NUMBER}或清空这一行。"
            faults.append(Fault(sheet, row.number, "A", NUMBER, "no_number", words))
        found.setdefault(label, row)
    return found, faults


def missing_row(sheet: str, which: str) -> Fault:
    return Fault(sheet, None, "", "", "missing_row", f"{which}的一行不见了，请不要删除或改动{NUMBER}。{AGAIN}")


def read_item(row: RawRow, item: Item, kept: Kept, reading: Reading) -> None:
    titles = {column.key: column.title for column in ITEM_COLUMNS}
    edit = Edit(item.number, kept.revision, {}, ITEMS_SHEET, row.number, FILLED, titles)
    read_row(row, edit, kept, lambda key, cell: answer_value(item, key, cell), reading)


def read_block(row: RawRow, block_row: BlockRow, kept: Kept, reading: Reading) -> None:
    fields = {each.key: each for each in block_row.fields}
    columns = {key: index for index, key in enumerate(fields, FIRST_FIELD)}
    titles = {key: each.label for key, each in fields.items()}
    edit = Edit(block_row.block, kept.revision, {}, HEADER_SHEET, row.number, columns, titles)
    read_row(row, edit, kept, lambda key, cell: field_value(fields[key], cell), reading)


def read_row(row: RawRow, edit: Edit, kept: Kept, value_of: ValueOf, reading: Reading) -> None:
    """Take over the cells that no longer have their mark."""
    for key, cell in touched(row, edit, kept):
        try:
            edit.values[key] = value_of(key, readable(cell))
        except CellFault as fault:
            problem: Problem = fault.problem
            reading.faults.append(edit.fault(key, problem.code, problem.message))
    if edit.values:
        reading.edits.append(edit)


def readable(cell: CellValue) -> CellValue:
    if isinstance(cell, Unreadable):
        raise CellFault(cell.code, UNREADABLE[cell.code].format(text=cell.text))
    return cell


def touched(row: RawRow, edit: Edit, kept: Kept) -> Iterator[tuple[str, CellValue]]:
    for (key, index), known in zip(edit.columns.items(), kept.marks, strict=False):
        cell = row.cells[index] if index < len(row.cells) else None
        if isinstance(cell, Unreadable) or mark(as_text(cell)) != known:
            yield key, cell


def answer_value(item: Item, key: str, cell: CellValue) -> Any:
    if key == "choice":
        return choice_value(item, cell)
    if key == "due_on":
        return None if cell is None else parse_date(cell, DATE)
    text = "" if cell is None else tidy(plain_text(cell))
    if len(text) > LONGEST_TEXT:
        raise CellFault("too_long", f"{TEXTS[key]}不能超过 {LONGEST_TEXT} 字，现有 {len(text)} 字，请精简。")
    return text


def choice_value(item: Item, cell: CellValue) -> str:
    text = "" if cell is None else tidy(plain_text(cell))
    choices = {match_key(Choice(option).label): option for option in item.options}
    if text and match_key(text) not in choices:
        labels = "、".join(Choice(option).label for option in item.options)
        raise CellFault("not_a_choice", f"“{text[:20]}”不是本项的选项，请从下拉框中选择：{labels}。")
    return choices[match_key(text)].value if text else ""


def field_value(wanted: HeaderField, cell: CellValue) -> Any:
    if wanted.kind == FieldKind.DATE:
        found = None if cell is None else parse_date(cell, DATE)
        return found.isoformat() if found else ""
    text = "" if cell is None else tidy(plain_text(cell))
    value: Any = [name for name in LIST_SEPARATOR.split(text) if name.strip()]
    if wanted.kind != FieldKind.NAMES:
        value = text
    try:
        return checked_values((wanted,), {wanted.key: value})[wanted.key]
    except SelfCheckError as refused:
        raise CellFault("refused", str(refused)) from refused


def plain_text(cell: CellValue) -> str:
    return cell.isoformat() if isinstance(cell, dt.date | dt.datetime) else plain(cell)
