"""The pools as workbooks: the same columns as the templates, so that an export can be uploaded again."""

import io
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from inspectors.importing.tables import expert_columns, inspector_columns
from inspectors.models import Expert, Inspector
from workbooks.columns import Column
from workbooks.writing import ExportColumn, ExportKind, ExportSheet, write_table

CHUNK = 500
KINDS: dict[str, ExportKind] = {"date": "date", "boolean": "boolean"}


def export_inspectors(found: QuerySet[Inspector], user: User) -> bytes:
    rows = found.select_related("bureau").prefetch_related("domains", "matters")
    return _workbook("检查人员名录", inspector_columns(), rows, user)


def export_experts(found: QuerySet[Expert], user: User) -> bytes:
    return _workbook("专家名录", expert_columns(), found.select_related("region").prefetch_related("domains"), user)


def _workbook(title: str, columns: tuple[Column, ...], rows: QuerySet[Any], user: User) -> bytes:
    sheet = ExportSheet(
        title,
        [_export_column(column) for column in columns],
        rows.iterator(chunk_size=CHUNK),
        title=title,
        subtitle=f"{user.name} 导出于 {timezone.localtime():%Y-%m-%d %H:%M}；含个人信息，请妥善保管",
    )
    stream = io.BytesIO()
    write_table(stream, [sheet])
    return stream.getvalue()


def _export_column(column: Column) -> ExportColumn:
    def value(person: Inspector | Expert) -> Any:
        return cell(person, column.key)

    return ExportColumn(column.title, value, KINDS.get(column.kind, "text"), column.width)


def cell(person: Inspector | Expert, key: str) -> Any:
    if key == "domains":
        return "、".join(domain.name for domain in person.domains.all())
    if key == "matters":
        return "、".join(matter.pk for matter in person.matters.all())  # type: ignore[union-attr]
    if key == "region":
        return person.region.pk  # type: ignore[union-attr]
    if key == "state":
        return person.get_state_display()
    value = getattr(person, key)
    return value.name if key == "bureau" else value
