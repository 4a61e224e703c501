"""A sheet as a table on a page, its figures leading to their rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from reports.sheets.kinds import SheetKind
from reports.sheets.wanted import Wanted
from workbooks.statistical import Field, StatisticalSheet, header_of, leaves
from workbooks.writing import NUMERIC

MOST_ROWS = 100
WIDE, MIDDLING = 24, 14  # characters


@dataclass(frozen=True, slots=True)
class HeaderCell:
    text: str
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Cell:
    """css: how wide its column is, and whether it holds figures."""

    text: str
    css: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of one worksheet; `sums` is empty where nothing is summed."""

    name: str
    title: str
    header: list[list[HeaderCell]]
    rows: list[list[Cell]]
    sums: list[Cell]
    notes: Sequence[str]
    left_out: int


def preview(kind: SheetKind, wanted: Wanted, sheet: StatisticalSheet) -> Preview:
    columns, items = leaves(sheet.columns), list(sheet.items)
    return Preview(
        name=sheet.name,
        title=sheet.title,
        header=list(_header(sheet)),
        rows=[[_cell(kind, wanted, column, item) for column in columns] for item in islice(items, MOST_ROWS)],
        sums=list(_sums(kind, wanted, columns, items, sheet.total)) if sheet.total else [],
        notes=sheet.notes,
        left_out=max(0, len(items) - MOST_ROWS),
    )


def _header(sheet: StatisticalSheet) -> Iterator[list[HeaderCell]]:
    header = header_of(sheet.columns)
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, bottom, left, right in header.merged}
    for row in range(header.depth):
        places = sorted(place for place in header.texts if place[0] == row)
        yield [HeaderCell(header.texts[at], spans.get(at, (1, 1))[1], spans.get(at, (1, 1))[0]) for at in places]


def _cell(kind: SheetKind, wanted: Wanted, column: Field, item: Any) -> Cell:
    value = column.value(item)
    url = rows_url(kind, wanted, column, getattr(item, "code", "")) if value else ""
    return Cell(shown(value, column), css_of(column), url)


def _sums(
    kind: SheetKind, wanted: Wanted, columns: Sequence[Field], items: Sequence[Any], total: str
) -> Iterator[Cell]:
    for place, column in enumerate(columns):
        if place == 0:
            yield Cell(total, "")
        elif column.is_summed:
            value = sum((column.value(item) or 0 for item in items), 0)
            url = rows_url(kind, wanted, column, "") if value else ""
            yield Cell(shown(value, column), css_of(column), url)
        else:
            yield Cell("", "")


def rows_url(kind: SheetKind, wanted: Wanted, column: Field, line: str) -> str:
    if kind.rows_of is None or not column.key:
        return ""
    url = reverse("reports:sheet_rows", args=[wanted.campaign.pk, kind.key, column.key])
    return f"{url}?{urlencode({'line': line})}" if line else url


def css_of(column: Field) -> str:
    if column.kind in NUMERIC:
        return "figures"
    return "is-wide" if column.width >= WIDE else "is-middling" if column.width >= MIDDLING else ""


def plain_header(column: Field) -> str:
    return column.header.replace("\n", "")


def shown(value: Any, column: Field) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if column.kind == "money":
        return money(value)
    if column.kind == "integer" and column.is_summed:
        return f"{value:,}"
    return str(value)


def money(value: Decimal | int) -> str:
    """Two decimals, up to six where there are more, as the workbook shows them."""
    whole, _, rest = f"{value:,.6f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"
