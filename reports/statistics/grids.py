"""Tables of figures as pages show them: each cell is a number with the address of its rows."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts.templatetags.wording import amount
from reports.statistics.asked import Asked
from reports.statistics.counting import FIGURES, RATES, Counts, known_figures, percentage

YUAN_IN_WAN = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Cell:
    """note: the counts behind a rate."""

    text: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    cells: list[Cell]
    url: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """`head`: of the first column."""

    title: str
    head: str
    columns: list[str]
    rows: list[Row] = field(default_factory=list)
    note: str = ""


def number(value: int, url: str = "") -> Cell:
    """Nothing stands behind a zero."""
    return Cell(amount(value), url if value else "")


def money(yuan: Decimal | None, url: str = "") -> Cell:
    """In 万元, exact to the 分."""
    if not yuan:
        return Cell("0")
    return Cell(f"{(yuan / YUAN_IN_WAN).normalize():,f}", url)


def rate(counts: Counts, name: str) -> Cell:
    _, above, below = RATES[name]
    found = percentage(counts, name)
    return Cell(
        "—" if found is None else f"{found:.1f}%", note=f"{counts[above]}/{counts[below]}" if found is not None else ""
    )


SHOWN = (
    "due",
    "inspected",
    "completion",
    "late",
    "concluded",
    "troubled",
    "trouble",
    "published",
    "publication",
    "closed",
    "finish",
)
"""Figures and rates of a table of tasks, in the order of its columns."""


def shown_columns() -> list[str]:
    return [RATES[key][0] if key in RATES else FIGURES[key].label for key in _shown()]


def _shown() -> list[str]:
    known = known_figures()
    return [key for key in SHOWN if all(each in known for each in (RATES[key][1:] if key in RATES else (key,)))]


def task_cells(counts: Counts, asked: Asked, **changes: str) -> list[Cell]:
    return [
        rate(counts, key) if key in RATES else number(counts[key], asked.rows_url(key, **changes)) for key in _shown()
    ]


def chart(kind: str, label: str, unit: str, categories: list[str], series: list[dict[str, Any]]) -> dict[str, Any]:
    """For templates/components/chart.html; a series may carry `urls`, one a category."""
    return {"kind": kind, "category_label": label, "unit": unit, "categories": categories, "series": series}
