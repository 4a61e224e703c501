"""Writes the form of one self-check as a workbook: printed text locked, the answers' cells open."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from selftest.content import Choice, FieldKind, FormContent, Item
from selftest.filling import HEADER, LONGEST_TEXT, is_writable
from selftest.header import LONGEST_VALUE
from selftest.models import Answer, HeaderBlock, SelfCheck
from selftest.workbook.layout import (
    BASIC_LABEL,
    FILLED,
    FIRST_FIELD,
    HEADER_SHEET,
    ITEM_COLUMNS,
    ITEMS_SHEET,
    KEPT_SHEET,
    LAYOUT,
    BlockRow,
    answer_text,
    block_rows,
    field_text,
    field_titles,
    mark,
)
from workbooks.writing import BORDER, HEADER_FILL, NUMBER_FORMATS, put_text, wrapped_lines

TITLE_FONT = Font(name="宋体", size=16, bold=True)
NOTE_FONT = Font(name="宋体", size=10, color="5A6472")
HEAD_FONT = Font(name="宋体", size=10.5, bold=True)
TEXT_FONT = Font(name="宋体", size=10.5)
LOCKED_FILL = PatternFill("solid", fgColor="F4F6F9")
WANTED_FILL = PatternFill("solid", bgColor="FFF2CC")
LINE_POINTS, EDGE_POINTS, HIGHEST_POINTS = 14.5, 8, 409
FIELD_WIDTH = 19
LONG_TEXT = 150
"""Characters from which a text stands at the top of its cell, so that it is read from its beginning."""
FILL_HINT = (
    "白色单元格可以填写，灰色单元格不能修改；不要增删行列。填好后回到网上自查页面，在“用工作簿填报”处上传本文件。"
)
ITEM_HINT = (
    "选“是”须写明问题描述、原因分析、整改措施和整改完成日期；选“不适用”须写明理由。不填的项目可以空着，以后再填。"
)
DATES = {"due_on"}
FIRST_DATE = "1901-01-01"
"""Earlier ones are written as text: Excel counts days from 1900, and wrongly at first."""


@dataclass(frozen=True, slots=True)
class Book:
    """What goes into the workbook. `open_items`: numbers of what can be changed now, 0 for the header."""

    pk: int
    form_digest: str
    content: FormContent
    heading: str
    blocks: Sequence[HeaderBlock]
    answers: Sequence[Answer]
    open_items: frozenset[int]


def write_workbook(self_check: SelfCheck) -> bytes:
    answers = list(self_check.answers.all())
    open_items = {answer.item for answer in answers if is_open(self_check, answer)}
    if is_writable(self_check, HEADER):
        open_items.add(HEADER)
    form, round = self_check.round.form, self_check.round
    heading = f"{self_check.institution.name}　{round.title}　截止日期：{round.deadline.isoformat()}"
    blocks = list(self_check.blocks.all())
    return write_book(Book(self_check.pk, form.digest, form.parsed, heading, blocks, answers, frozenset(open_items)))


def is_open(self_check: SelfCheck, answer: Answer) -> bool:
    return is_writable(self_check, answer.item, carried=answer.carried_from_id is not None)


def write_book(book: Book) -> bytes:
    output = Workbook()
    output.remove(output.worksheets[0])
    rows = block_rows(book.content, book.blocks)
    write_header_sheet(output.create_sheet(HEADER_SHEET), book, rows)
    write_items_sheet(output.create_sheet(ITEMS_SHEET), book)
    kept = output.create_sheet(KEPT_SHEET)
    kept.sheet_state = "veryHidden"
    write_kept_sheet(kept, book, rows)
    stream = io.BytesIO()
    output.save(stream)
    return stream.getvalue()


def write_kept_sheet(sheet: Worksheet, book: Book, rows: Iterable[BlockRow]) -> None:
    lines: list[list[object]] = [[LAYOUT, book.pk, book.form_digest]]
    for row in rows:
        marks = [mark(field_text(field, row.block.values)) for field in row.fields]
        lines.append(["block", row.block.pk, row.block.revision, row.label, *marks])
    lines += [
        ["answer", answer.item, answer.revision, "", *(mark(answer_text(answer, key)) for key in FILLED)]
        for answer in book.answers
    ]
    for number, line in enumerate(lines, 1):
        for column, value in enumerate(line, 1):
            put_text(sheet.cell(number, column), value)
    sheet.protection.sheet = True


def write_header_sheet(sheet: Worksheet, book: Book, rows: Sequence[BlockRow]) -> None:
    last = FIRST_FIELD + max(len(book.content.basic), len(book.content.certificate))
    for column in range(2, last + 1):
        sheet.column_dimensions[get_column_letter(column)].width = FIELD_WIDTH
    sheet.column_dimensions["A"].width = 7
    write_head(sheet, book, last, FILL_HINT)
    number = 3
    for row in rows:
        if row.label in (BASIC_LABEL, "1"):
            write_section(sheet, number, row, last)
            number += 2
        write_block(sheet, number, row, is_open=HEADER in book.open_items)
        number += 1
    finish_page(sheet, "1:2")


def write_head(sheet: Worksheet, book: Book, last: int, hint: str) -> None:
    """The title over all columns, and one line that says whose form it is and how to fill it."""
    width = sum(sheet.column_dimensions[get_column_letter(column)].width for column in range(1, last + 1))
    for number, (text, font) in enumerate(
        ((book.content.title, TITLE_FONT), (f"{book.heading}\n{hint}", NOTE_FONT)), 1
    ):
        cell: Any = sheet.cell(number, 1)
        put_text(cell, text)
        cell.font = font
        cell.alignment = Alignment(horizontal="center" if number == 1 else "left", vertical="center", wrap_text=True)
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=last)
        sheet.row_dimensions[number].height = 30 if number == 1 else LINE_POINTS * wrapped_lines(text, width) + 6


def write_section(sheet: Worksheet, number: int, row: BlockRow, last: int) -> None:
    """The name of a part of the header, and the columns of its rows."""
    name: Any = sheet.cell(number, 1)
    put_text(name, row.block.get_kind_display())
    name.font, name.alignment = HEAD_FONT, Alignment(vertical="center")
    sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=last)
    sheet.row_dimensions[number].height = 26
    titles = field_titles(row.fields)
    for column, title in enumerate(titles, 1):
        write_title(sheet.cell(number + 1, column), title)
    fit_row(sheet, number + 1, titles)


def write_block(sheet: Worksheet, number: int, row: BlockRow, *, is_open: bool) -> None:
    write_printed(sheet.cell(number, 1), row.label, horizontal="center")
    texts = [row.label]
    for column, field in enumerate(row.fields, FIRST_FIELD + 1):
        texts.append(field_text(field, row.block.values))
        cell = sheet.cell(number, column)
        write_answer(cell, texts[-1], is_date=field.kind == FieldKind.DATE, is_open=is_open)
        if field.kind not in (FieldKind.DATE, FieldKind.NAMES):
            limit_length(sheet, cell.coordinate, field.label, LONGEST_VALUE)
        elif field.kind == FieldKind.DATE:
            ask_for_date(sheet, cell.coordinate)
    fit_row(sheet, number, texts)


def write_items_sheet(sheet: Worksheet, book: Book) -> None:
    for index, column in enumerate(ITEM_COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    write_head(sheet, book, len(ITEM_COLUMNS), f"{FILL_HINT}{ITEM_HINT}")
    for index, column in enumerate(ITEM_COLUMNS, 1):
        write_title(sheet.cell(3, index), column.title)
    fit_row(sheet, 3, [column.title for column in ITEM_COLUMNS])
    answers = {answer.item: answer for answer in book.answers}
    for number, item in enumerate(book.content.items, 4):
        answer = answers.get(item.number) or Answer(item=item.number)
        write_item(sheet, number, item, answer, is_open=item.number in book.open_items)
    highlight_gaps(sheet, 4, 3 + len(book.content.items))
    sheet.freeze_panes = "C4"
    finish_page(sheet, "3:3")


def write_item(sheet: Worksheet, number: int, item: Item, answer: Answer, *, is_open: bool) -> None:
    method = "\n".join([*([item.method] if item.method else []), *(point.label + point.text for point in item.points)])
    texts = [str(item.number), item.title, method, *(answer_text(answer, key) for key in FILLED)]
    for column, text in enumerate(texts[:3], 1):
        write_printed(sheet.cell(number, column), text, horizontal="center" if column == 1 else "left")
    for key, index in FILLED.items():
        cell = sheet.cell(number, index + 1)
        write_answer(cell, texts[index], is_date=key in DATES, is_open=is_open, is_centred=key == "choice")
        if key in DATES:
            ask_for_date(sheet, cell.coordinate)
        elif key != "choice":
            limit_length(sheet, cell.coordinate, ITEM_COLUMNS[index].title, LONGEST_TEXT)
    offer_choices(sheet, sheet.cell(number, FILLED["choice"] + 1).coordinate, item)
    fit_row(sheet, number, texts)


def write_title(cell: Any, text: str) -> None:
    put_text(cell, text)
    cell.font, cell.fill, cell.border = HEAD_FONT, HEADER_FILL, BORDER
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def write_printed(cell: Any, text: str, *, horizontal: str) -> None:
    put_text(cell, text)
    cell.font, cell.fill, cell.border = TEXT_FONT, LOCKED_FILL, BORDER
    cell.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=True)


def write_answer(cell: Any, text: str, *, is_date: bool, is_open: bool, is_centred: bool = False) -> None:
    """As text, so that Excel takes nothing in it for a formula or a number."""
    if is_date and text >= FIRST_DATE:
        cell.value = dt.date.fromisoformat(text)
    else:
        put_text(cell, text)
    cell.number_format = NUMBER_FORMATS["date" if is_date else "text"]
    cell.font, cell.border, cell.protection = TEXT_FONT, BORDER, Protection(locked=not is_open)
    if not is_open:
        cell.fill = LOCKED_FILL
    horizontal = "center" if is_date or is_centred else "left"
    vertical = "top" if len(text) > LONG_TEXT else "center"
    cell.alignment = Alignment(horizontal=horizontal, vertical=vertical, wrap_text=True)


def offer_choices(sheet: Worksheet, place: str, item: Item) -> None:
    labels = "、".join(Choice(option).label for option in item.options)
    rule = DataValidation(type="list", formula1=f'"{labels.replace("、", ",")}"', allow_blank=True)
    rule.showErrorMessage = True
    rule.errorTitle, rule.error = "请选择", f"请从下拉框中选择：{labels}。"
    add_rule(sheet, rule, place)


def limit_length(sheet: Worksheet, place: str, title: str, longest: int) -> None:
    rule = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(longest), allow_blank=True)
    rule.showErrorMessage = True
    rule.errorTitle, rule.error = title[:30], f"不能超过 {longest} 字，请精简。"
    add_rule(sheet, rule, place)


def ask_for_date(sheet: Worksheet, place: str) -> None:
    rule = DataValidation(type="date", operator="greaterThan", formula1="1", allow_blank=True)
    rule.showErrorMessage, rule.errorStyle = True, "warning"
    rule.errorTitle, rule.error = "日期", "请写成 2025-09-01 的样子。"
    add_rule(sheet, rule, place)


def add_rule(sheet: Worksheet, rule: DataValidation, place: str) -> None:
    """The same rule for all cells that need it."""
    for known in sheet.data_validations.dataValidation:
        if (known.type, known.formula1, known.errorTitle) == (rule.type, rule.formula1, rule.errorTitle):
            known.add(place)
            return
    sheet.add_data_validation(rule)
    rule.add(place)


def highlight_gaps(sheet: Worksheet, first: int, last: int) -> None:
    """What the choice in the row asks for is yellow until it is filled."""
    letter = {key: get_column_letter(index + 1) for key, index in FILLED.items()}
    for choice, begin, end in ((Choice.YES, "description", "due_on"), (Choice.NOT_APPLICABLE, "reason", "reason")):
        wanted = f'AND(${letter["choice"]}{first}="{choice.label}",{letter[begin]}{first}="")'
        place = f"{letter[begin]}{first}:{letter[end]}{last}"
        rule = FormulaRule(formula=[wanted], fill=WANTED_FILL)  # type: ignore[no-untyped-call]
        sheet.conditional_formatting.add(place, rule)


def fit_row(sheet: Worksheet, number: int, texts: Sequence[str]) -> None:
    """As high as the fullest cell needs, with one line to write in."""
    widths = (sheet.column_dimensions[get_column_letter(column)].width for column in range(1, len(texts) + 1))
    lines = max(wrapped_lines(text, width) for text, width in zip(texts, widths, strict=True))
    sheet.row_dimensions[number].height = min(HIGHEST_POINTS, LINE_POINTS * max(lines, 2) + EDGE_POINTS)


def finish_page(sheet: Worksheet, repeated: str) -> None:
    """A4 across, like the annex; rows and columns can be made larger in spite of the lock."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_title_rows = repeated
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.5, 0.75, 0.35
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"  # type: ignore[union-attr]
    sheet.sheet_view.showGridLines = False
    sheet.protection.sheet = True
    sheet.protection.formatRows = sheet.protection.formatColumns = sheet.protection.formatCells = False
