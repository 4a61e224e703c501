"""What a version says beside its rows, as plain values: paragraphs, facts, tables, notes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from publications.redaction import Redactor

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """rows: as many cells each as there are columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Content:
    title: str
    words: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def paragraphs(text: str) -> tuple[str, ...]:
    """One per line; empty lines say nothing."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def cleaned(content: Content, redactor: Redactor) -> Content:
    """With every free text gone through the redactor: words, facts, cells and notes alike."""
    return Content(
        title=redactor.clean(content.title, "标题"),
        words=tuple(redactor.clean(each, "正文") for each in content.words),
        facts=tuple((label, redactor.clean(value, label)) for label, value in content.facts),
        tables=tuple(_clean_table(each, redactor) for each in content.tables),
        notes=tuple(redactor.clean(each, "说明") for each in content.notes),
    )


def _clean_table(table: Table, redactor: Redactor) -> Table:
    rows = tuple(tuple(redactor.clean(cell, table.title) for cell in row) for row in table.rows)
    return Table(table.title, table.columns, rows)


def content_of(kept: dict[str, Any]) -> Content:
    """From what a version keeps."""
    return Content(
        title=kept.get("title", ""),
        words=tuple(kept.get("words", ())),
        facts=tuple((label, value) for label, value in kept.get("facts", ())),
        tables=tuple(
            Table(each["title"], tuple(each["columns"]), tuple(tuple(row) for row in each["rows"]))
            for each in kept.get("tables", ())
        ),
        notes=tuple(kept.get("notes", ())),
    )
