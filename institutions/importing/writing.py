"""Plans into the database, a chunk at a time, in the transaction of the import."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.audit import Change
from accounts.rows import insert_rows, reserve_ids, update_rows
from institutions.importing.comparing import Entry, Plan
from institutions.importing.drafts import (
    CERTIFICATE_FIELDS,
    DOMAINS,
    INSTITUTION_FIELDS,
    NAME,
    SIGNATORIES,
    Values,
    encode,
)
from institutions.models import Certificate, Institution
from institutions.pinyin import initials

SOURCE = "名录库导入"
CREDIT_CLASS = INSTITUTION_FIELDS.index("credit_class")
INSTITUTION_COLUMNS = (*INSTITUTION_FIELDS, "initials", "credit_class_as_of", "credit_class_source", "updated_at")
CERTIFICATE_COLUMNS = tuple(name for name in CERTIFICATE_FIELDS if name != "domains")
LINKS = Certificate.domains.through
INSTITUTION_PERSONAL = Institution.PERSONAL_FIELDS
CERTIFICATE_PERSONAL = Certificate.PERSONAL_FIELDS
COLUMN_FIELDS = {"owner_department_id": "owner_department", "county_id": "county"}


class Writing:
    """Writes plans made at one moment; gives back the changes to be recorded."""

    def __init__(self, now: datetime) -> None:
        self.now = connection.ops.adapt_datetimefield_value(now)
        self.today = now.date().isoformat()

    def write(self, plans: Sequence[Plan]) -> Iterator[Change]:
        """The changes may be asked for once everything is written."""
        self._write_institutions([plan.institution for plan in plans])
        self._write_certificates(plans)
        return _changes(plans)

    def _write_institutions(self, entries: Sequence[Entry]) -> None:
        new = [entry for entry in entries if entry.pk is None]
        changed = [entry for entry in entries if entry.changes]
        for entry, pk in zip(new, reserve_ids(Institution, len(new)), strict=True):
            entry.pk, entry.changes = pk, _additions(INSTITUTION_FIELDS, entry.after)
        columns = ("id", *INSTITUTION_COLUMNS, "created_at")
        insert_rows(Institution, columns, ((entry.pk, *self._row(entry), self.now) for entry in new))
        reclassified = [entry for entry in changed if "credit_class" in entry.changes]
        others = [entry for entry in changed if "credit_class" not in entry.changes]
        update_rows(Institution, INSTITUTION_COLUMNS, ((*self._row(entry), entry.pk) for entry in reclassified))
        kept = (*INSTITUTION_FIELDS, "initials", "updated_at")
        update_rows(
            Institution, kept, ((*entry.after, initials(entry.after[NAME]), self.now, entry.pk) for entry in others)
        )

    def _row(self, entry: Entry) -> tuple[Any, ...]:
        has_class = bool(entry.after[CREDIT_CLASS])
        as_of, source = (self.today, SOURCE) if has_class else (None, "")
        return *entry.after, initials(entry.after[NAME]), as_of, source, self.now

    def _write_certificates(self, plans: Sequence[Plan]) -> None:
        new = [(plan, entry) for plan in plans for entry in plan.certificates if entry.pk is None]
        changed = [entry for plan in plans for entry in plan.certificates if entry.changes]
        for (_, entry), pk in zip(new, reserve_ids(Certificate, len(new)), strict=True):
            entry.pk, entry.changes = pk, _additions(CERTIFICATE_FIELDS, entry.after)
        columns = ("id", "institution_id", *CERTIFICATE_COLUMNS, "top_manager_phone")
        insert_rows(
            Certificate, columns, ((entry.pk, plan.institution.pk, *_certificate_row(entry), "") for plan, entry in new)
        )
        update_rows(Certificate, CERTIFICATE_COLUMNS, ((*_certificate_row(entry), entry.pk) for entry in changed))
        moved = [entry for entry in changed if "domains" in entry.changes]
        if moved:
            LINKS.objects.filter(certificate_id__in=[entry.pk for entry in moved]).delete()
        insert_rows(LINKS, ("certificate_id", "domain_id"), _links([*(entry for _, entry in new), *moved]))


def _certificate_row(entry: Entry) -> Values:
    values = list(entry.after)
    values[SIGNATORIES] = encode(values[SIGNATORIES])
    del values[DOMAINS]
    return values


def _links(entries: Iterable[Entry]) -> Iterator[tuple[int | None, str]]:
    return ((entry.pk, domain) for entry in entries for domain in entry.after[DOMAINS])


def _additions(fields: Sequence[str], values: Values) -> dict[str, list[Any]]:
    """Like what `audit.compare` says of a new object, without the fields that are empty."""
    return {
        name: [None, value]
        for name, value in zip(fields, values, strict=True)
        if value not in (None, "", (), [], False)
    }


def _changes(plans: Iterable[Plan]) -> Iterator[Change]:
    for plan in plans:
        entry = plan.institution
        if entry.changes:
            yield _change("institutions.institution", entry, entry.changes, INSTITUTION_PERSONAL)
        for entry in plan.certificates:
            if entry.changes:
                yield _change("institutions.certificate", entry, entry.changes, CERTIFICATE_PERSONAL)


def _change(subject_type: str, entry: Entry, changes: dict[str, list[Any]], personal: frozenset[str]) -> Change:
    return Change(
        subject_type,
        str(entry.pk),
        {COLUMN_FIELDS.get(name, name): pair for name, pair in changes.items() if name not in personal},
        {name: pair for name, pair in changes.items() if name in personal},
    )
