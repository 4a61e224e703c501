"""The pool as a workbook: the same columns as the template, one row per certificate, so it can be uploaded again."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.db.models import Prefetch, QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Department, User
from accounts.rules import can
from institutions.filters import InstitutionFilter
from institutions.importing.table import pool_table
from institutions.models import Certificate, Institution
from institutions.queries import region_label
from workbooks.columns import Column
from workbooks.writing import ExportColumn, ExportKind, ExportSheet, write_table

CHUNK = 1000
AT_ONCE = 5000
MOST = 1_000_000
"""What one sheet of a workbook takes."""
CERTIFICATE_COLUMNS = frozenset({
    "number", "authorised_name", "level", "issuer", "approved_on", "valid_until", "certificate_state", "domains",
    "is_national_centre", "top_manager", "technical_lead", "signatories",
})  # fmt: skip
KINDS: dict[str, ExportKind] = {"date": "date", "boolean": "boolean"}


@dataclass(frozen=True, slots=True)
class PoolRow:
    institution: Institution
    certificate: Certificate | None


class FilterRequest:
    """What InstitutionFilter needs of a request, for work done without one."""

    def __init__(self, user: User) -> None:
        self.user = user


def filtered(query: str, user: User) -> QuerySet[Institution]:
    """What the list page shows for this address, to this person."""
    visible = Institution.objects.visible_to(user)
    found: QuerySet[Institution] = InstitutionFilter(QueryDict(query), visible, request=FilterRequest(user)).qs
    return found


def export_pool(institutions: QuerySet[Institution], user: User) -> bytes:
    stream = io.BytesIO()
    write_pool(stream, institutions, user)
    return stream.getvalue()


def write_pool(stream: IO[bytes], institutions: QuerySet[Institution], user: User) -> None:
    columns = [
        column
        for column in pool_table([]).columns
        if column.key != "credit_class" or can(user, "see_risk", Institution)
    ]
    names = dict(Department.objects.values_list("pk", "short_name"))
    sheet = ExportSheet(
        "检查对象名录",
        [_export_column(column, names) for column in columns],
        pool_rows(institutions),
        title="检查对象名录",
        subtitle=f"{user.name} 导出于 {timezone.localtime():%Y-%m-%d %H:%M}；含联系方式，请妥善保管",
    )
    write_table(stream, [sheet])


def pool_rows(institutions: QuerySet[Institution]) -> Iterator[PoolRow]:
    certificates = Certificate.objects.prefetch_related("domains")
    rows = institutions.select_related("county__parent").prefetch_related(Prefetch("certificates", certificates))
    for institution in rows.iterator(chunk_size=CHUNK):
        for certificate in institution.certificates.all() or [None]:
            yield PoolRow(institution, certificate)


def _export_column(column: Column, departments: dict[str, str]) -> ExportColumn:
    def value(row: PoolRow) -> Any:
        return cell(row, column.key, departments)

    return ExportColumn(column.title, value, KINDS.get(column.kind, "text"), column.width)


def cell(row: PoolRow, key: str, departments: dict[str, str]) -> Any:
    if key in CERTIFICATE_COLUMNS:
        return _certificate_cell(row.certificate, key) if row.certificate else None
    institution = row.institution
    if key == "county":
        return region_label(institution.county)
    if key == "owner_department":
        return departments.get(institution.owner_department_id or "")
    if key in ("legal_type", "state"):
        return getattr(institution, f"get_{key}_display")()
    return getattr(institution, key)


def _certificate_cell(certificate: Certificate, key: str) -> Any:
    if key == "domains":
        return "、".join(domain.name for domain in certificate.domains.all())
    if key == "signatories":
        return "、".join(certificate.signatories)
    if key == "certificate_state":
        return certificate.get_state_display()
    return certificate.get_level_display() if key == "level" else getattr(certificate, key)
