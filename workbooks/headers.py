"""Finding the header of a table among title rows, merged cells and columns in any order."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from workbooks.columns import TableSpec, column_letter
from workbooks.reading import CellValue, RawRow

SPACES_AND_MARKS = re.compile(r"[\s\u3000\u200b-\u200f\ufeff*★☆:#'\"“”]+")
HINTS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>")
BRACKETS = re.compile(r"[()\[\]【】〔〕<>]")
IGNORED_TITLES = {"序号", "编号", "行号", "NO", "NO."}


@dataclass(frozen=True, slots=True)
class Header:
    first_row: int
    last_row: int
    columns: dict[str, int]  # key → index of the cell
    titles: dict[int, str]  # index of the cell → text of the header as found
    unknown: tuple[int, ...]  # columns with a header that the spec does not know
    repeated: tuple[int, ...]  # columns whose header was already found further left

    def missing(self, spec: TableSpec) -> list[str]:
        return [column.title for column in spec.columns if column.required and column.key not in self.columns]


def find_header(rows: Sequence[RawRow], spec: TableSpec) -> Header | None:
    """The row (or pair of rows) that names most columns; None when no row names two of them."""
    best: Header | None = None
    for position, row in enumerate(rows):
        candidates = [read_titles(row.number, row.number, own_titles(row), spec)]
        if position + 1 < len(rows) and rows[position + 1].number == row.number + 1:
            under = rows[position + 1]
            candidates.append(read_titles(row.number, under.number, joined_titles(row, under), spec))
        for candidate in candidates:
            if best is None or len(candidate.columns) > len(best.columns):
                best = candidate
    needed = min(2, len(spec.columns))
    return best if best and len(best.columns) >= needed else None


def own_titles(row: RawRow) -> dict[int, tuple[str, ...]]:
    return {index: (text,) for index, cell in enumerate(row.cells) if (text := title_text(cell))}


def joined_titles(upper: RawRow, lower: RawRow) -> dict[int, tuple[str, ...]]:
    """Titles of a two-row header: 证书信息 over 编号 is both 证书信息编号 and 编号."""
    titles: dict[int, tuple[str, ...]] = {}
    group = ""
    for index in range(max(len(upper.cells), len(lower.cells))):
        above = title_text(upper.cells[index]) if index < len(upper.cells) else ""
        below = title_text(lower.cells[index]) if index < len(lower.cells) else ""
        repeats = index in lower.merged
        group = above or group
        if below and not repeats:
            titles[index] = (group + below, below)
        elif above:
            titles[index] = (above,)
    return titles


def title_text(cell: CellValue) -> str:
    return cell.strip() if isinstance(cell, str) and len(cell) <= 120 else ""


def title_keys(text: str) -> tuple[str, str]:
    """The header with its hints, and without: 有效期(起) gives 有效期起 and 有效期."""
    text = SPACES_AND_MARKS.sub("", unicodedata.normalize("NFKC", text)).upper()
    return BRACKETS.sub("", text), BRACKETS.sub("", HINTS.sub("", text))


def read_titles(first: int, last: int, titles: dict[int, tuple[str, ...]], spec: TableSpec) -> Header:
    words = known_titles(spec)
    columns: dict[str, int] = {}
    unknown: list[int] = []
    repeated: list[int] = []
    for with_hint in (0, 1):  # headers that match to the letter take their column first
        for index in sorted(titles):
            key = next((words[w] for text in titles[index] if (w := title_keys(text)[with_hint]) in words), None)
            if index in columns.values():
                continue
            if key is None:
                if with_hint == 1:
                    unknown.append(index)
            elif key not in columns:
                columns[key] = index
            elif with_hint == 1:
                repeated.append(index)
    shown = {index: texts[-1].replace("\n", "") for index, texts in titles.items()}
    unknown = [index for index in unknown if title_keys(shown[index])[0] not in IGNORED_TITLES]
    return Header(first, last, columns, shown, tuple(unknown), tuple(repeated))


def known_titles(spec: TableSpec) -> dict[str, str]:
    words: dict[str, str] = {}
    for column in spec.columns:
        words[title_keys(column.title)[0]] = column.key
    for column in spec.columns:
        for alias in column.aliases:
            words.setdefault(title_keys(alias)[0], column.key)
    for column in spec.columns:
        words.setdefault(title_keys(column.title)[1], column.key)
    return words


def listed(header: Header, indexes: Sequence[int]) -> str:
    return "、".join(f"{column_letter(index)} 列“{header.titles[index]}”" for index in indexes)
