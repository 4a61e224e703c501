"""Reads the parts of an .xlsx package as streams of plain values: sheet names, strings, date formats, rows.

The structure is found with openpyxl; rows, strings and styles are streamed with lxml, because openpyxl's own
reader, made safe with defusedxml, parses in pure Python (three to five times slower) and fails on style sheets
that Excel opens. Runs only in the child process, after the guard.
"""

import datetime as dt
import math
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from lxml import etree
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.utils.escape import unescape

MAX_TEXT = 32_767
# Built-in formats that are dates in Chinese Excel and that openpyxl does not know (ECMA-376 part 1, 18.8.30).
CHINESE_DATE_FORMATS = {27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58}
STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
STRINGS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"

Cell = str | int | float | bool | None
Row = list[Any]  # [number, cells] or [number, cells, marks]; see workbooks.child


@dataclass(frozen=True, slots=True)
class SheetPart:
    name: str
    part: str
    hidden: bool


class Package:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        reader = structure_reader(archive)
        self.epoch: dt.datetime = reader.wb.epoch
        names = set(archive.namelist())
        self.sheets = [
            SheetPart(str(sheet.name), relation.target, sheet.state not in (None, "visible"))
            for sheet, relation in reader.parser.find_sheets()
            if relation.target in names and "chartsheet" not in relation.Type
        ]
        self.strings = self.read_part(reader, STRINGS_TYPE, read_strings)
        self.date_styles = set(self.read_part(reader, STYLES_TYPE, read_date_styles))

    def read_part(self, reader: Any, content_type: str, read: Callable[[IO[bytes]], list[Any]]) -> list[Any]:
        part = reader.package.find(content_type)
        if part is None or part.PartName[1:] not in self.archive.NameToInfo:
            return []
        with self.archive.open(part.PartName[1:]) as source:
            return read(source)

    def rows(self, sheet: SheetPart) -> Iterator[Row]:
        with self.archive.open(sheet.part) as source:
            yield from RowReader(self.strings, self.date_styles, self.epoch).rows(source)


def structure_reader(archive: Any) -> Any:
    """openpyxl's reader after its first steps only: no properties, themes, names or links."""
    reader = ExcelReader(archive.fp, read_only=True, data_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    return reader


def stream(source: IO[bytes], *tags: str) -> Iterator[etree._Element]:
    """Elements of these names as they end, each dropped from memory when the next is asked for."""
    wanted = tuple("{*}" + tag for tag in tags)
    for _, element in etree.iterparse(source, tag=wanted, resolve_entities=False, no_network=True, load_dtd=False):
        yield element
        element.clear()
        parent = element.getparent()
        if parent is not None:
            while element.getprevious() is not None:
                del parent[0]


def read_strings(source: IO[bytes]) -> list[str]:
    return [text_of(item) for item in stream(source, "si")]


def text_of(item: etree._Element) -> str:
    """The text of a string item without its phonetic guides."""
    if len(item) == 1 and len(item[0]) == 0:
        text = item[0].text or ""
    else:
        text = "".join(node.text or "" for node in item.iter("{*}t") if not inside_guide(node))
    return clean(text)


def inside_guide(node: etree._Element) -> bool:
    parent = node.getparent()
    return parent is not None and str(parent.tag).endswith("}rPh")


def clean(text: str) -> str:
    if "_x" in text:
        text = unescape(text)
    return text[:MAX_TEXT]


def read_date_styles(source: IO[bytes]) -> list[int]:
    """Indexes of the cell formats that show a number as a date or time."""
    formats: dict[str, str] = {}
    dates: list[int] = []
    for element in stream(source, "numFmt", "cellXfs"):
        if str(element.tag).endswith("}numFmt"):
            formats.setdefault(element.get("numFmtId") or "", element.get("formatCode") or "")
            continue
        for index, style in enumerate(element):
            if is_date_number(style.get("numFmtId") or "0", formats):
                dates.append(index)
    return dates


def is_date_number(number: str, formats: dict[str, str]) -> bool:
    if number in formats:
        return bool(is_date_format(formats[number]))
    return int(number) in CHINESE_DATE_FORMATS or bool(is_date_format(BUILTIN_FORMATS.get(int(number), "General")))


class RowReader:
    def __init__(self, strings: list[str], date_styles: set[int], epoch: dt.datetime) -> None:
        self.strings = strings
        self.date_styles = {str(style) for style in date_styles}
        self.epoch = epoch
        self.dates: dict[str, tuple[Cell, str | None]] = {}
        self.columns: dict[str, int] = {}

    def rows(self, source: IO[bytes]) -> Iterator[Row]:
        """Rows with any content; cells up to the last one with content."""
        number = 0
        for element in stream(source, "row"):
            given = element.get("r")
            number = int(given) if given else number + 1
            row = self.row(number, element)
            if row[1]:
                yield row

    def row(self, number: int, element: etree._Element) -> Row:
        cells: list[Cell] = []
        marks: list[list[Any]] = []
        position, strings = -1, self.strings
        for cell in element:
            reference = cell.get("r")
            position = self.column(reference) if reference else position + 1
            if not len(cell):
                continue
            kind = cell.get("t")
            if kind == "s":
                content = cell[-1].text
                value: Cell = strings[int(content)] if content else None
                tag = None
            else:
                value, tag = self.value(cell, kind)
            if value is None or value == "":
                continue
            at = len(cells)
            if position > at:
                cells.extend([None] * (position - at))
            elif position < at:
                raise ValueError("cells out of order")
            cells.append(value)
            if tag:
                marks.append([position, tag])
        return [number, cells, marks] if marks else [number, cells]

    def column(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        found = self.columns.get(letters)
        if found is None:
            found = 0
            for letter in letters.upper():
                found = found * 26 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1
            if not 0 < found <= 16_384:
                raise ValueError("no such column")
            found = self.columns[letters] = found - 1
        return found

    def value(self, cell: etree._Element, kind: str | None) -> tuple[Cell, str | None]:
        """The value and its mark. Formulas count with their stored value."""
        last = cell[-1]
        name = str(last.tag).rpartition("}")[2]
        if name == "is":
            return text_of(last), None
        content = last.text if name == "v" else cell.findtext("{*}v")
        if not content:
            return ("=", "f") if cell.find("{*}f") is not None and kind != "str" else (None, None)
        if kind is None or kind == "n":
            return self.number(content, cell.get("s"))
        return READ[kind](content)

    def number(self, content: str, style: str | None) -> tuple[Cell, str | None]:
        if style in self.date_styles:
            found = self.dates.get(content)
            if found is None:
                found = self.dates[content] = self.date(content)
            return found
        if content.isdecimal() and len(content) < 300:
            return int(content), None
        value = float(content)
        if not math.isfinite(value):
            return content[:40], "e"
        return (int(content), None) if content.lstrip("-").isdecimal() else (value, None)

    def date(self, content: str) -> tuple[Cell, str | None]:
        try:
            return date_value(from_excel(float(content), self.epoch))
        except (OverflowError, ValueError):
            return "#VALUE!", "e"


def iso_date(content: str) -> tuple[Cell, str | None]:
    return date_value(from_ISO8601(content))  # type: ignore[no-untyped-call]


def date_value(value: object) -> tuple[Cell, str | None]:
    if isinstance(value, dt.datetime):
        if value.time() == dt.time():
            return value.date().isoformat(), "d"
        return value.replace(microsecond=0).isoformat(), "t"
    if isinstance(value, dt.date):
        return value.isoformat(), "d"
    return str(value), None


READ: dict[str, Callable[[str], tuple[Cell, str | None]]] = {
    "str": lambda content: (clean(content), None),
    "b": lambda content: (content.strip() in ("1", "true"), None),
    "e": lambda content: (content[:40], "e"),
    "d": iso_date,
}
