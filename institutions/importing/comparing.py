"""Drafts against the pool: what would be added or changed, field by field, and what cannot be.

The same comparison runs in the dry run and, on rows locked for it, in the import; its digest tells whether both saw
the same.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from institutions.importing.drafts import (
    APPROVED_ON,
    AUTHORISED_NAME,
    CERTIFICATE_FIELDS,
    COUNTY,
    DOMAINS,
    INSTITUTION_FIELDS,
    NAME,
    NUMBER,
    ORGANISATION_CODE,
    USCC,
    VALID_UNTIL,
    Draft,
    Values,
    encode,
)
from institutions.models import Certificate, CertificateLevel, CertificateState, Institution
from workbooks.columns import Problem

LEVEL = CERTIFICATE_FIELDS.index("level")
STATE = CERTIFICATE_FIELDS.index("state")
NATIONAL_CENTRE = CERTIFICATE_FIELDS.index("is_national_centre")

INSTITUTION_DEFAULTS: Mapping[str, Any] = {
    "uscc": None, "organisation_code": None, "legal_type": "enterprise", "owner_department_id": None, "state": "operating",
}  # fmt: skip
CERTIFICATE_DEFAULTS: Mapping[str, Any] = {
    "level": "province", "approved_on": None, "valid_until": None, "state": "valid", "is_national_centre": False,
    "signatories": (), "domains": (),
}  # fmt: skip

Found = tuple[int, str, Problem]  # row, column key, what is wrong


@dataclass(slots=True)
class Entry:
    """One institution or certificate: `pk` None means it is new. `after` holds all values, `changes` [before, after]."""

    row: int
    pk: int | None
    after: Values
    changes: dict[str, list[Any]]


@dataclass(slots=True)
class Plan:
    institution: Entry
    certificates: list[Entry] = field(default_factory=list)
    code: str = ""

    def entries(self) -> Iterator[tuple[str, Entry]]:
        yield "institution", self.institution
        for entry in self.certificates:
            yield "certificate", entry


class PlanDigest:
    """SHA-256 over every addition and change, in order."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, plans: Iterable[Plan]) -> None:
        for plan in plans:
            facts = [[entry.pk, entry.row, entry.changes] for _, entry in plan.entries()]
            self._digest.update(f"{plan.code} {encode(facts)}\n".encode())

    def __str__(self) -> str:
        return self._digest.hexdigest()


class Comparison:
    """Compares one chunk of drafts with the pool in a handful of queries."""

    def __init__(self, drafts: Sequence[Draft], scope: str, *, today: date, lock: bool = False) -> None:
        self.drafts, self.scope, self.today, self.lock = drafts, scope, today.isoformat(), lock
        self.problems: list[Found] = []
        self._institutions = self._load_institutions()
        self._by_code = {
            values[ORGANISATION_CODE]: pk for pk, values in self._institutions.items() if values[ORGANISATION_CODE]
        }
        self._by_code |= {values[USCC]: pk for pk, values in self._institutions.items() if values[USCC]}
        self._certificates = self._load_certificates()

    def plans(self) -> list[Plan]:
        """The problems are complete after this."""
        return [self._plan(draft) for draft in self.drafts]

    def _load_institutions(self) -> dict[int, Values]:
        usccs = [draft.values[USCC] for draft in self.drafts if draft.values[USCC]]
        others = [draft.values[ORGANISATION_CODE] for draft in self.drafts if draft.values[ORGANISATION_CODE]]
        found: dict[int, Values] = {}
        for column, codes in (("uscc", usccs), ("organisation_code", others)):
            if codes:
                rows = self._locked(Institution.objects.filter(**{f"{column}__in": codes}))
                found |= {pk: values for pk, *values in rows.values_list("pk", *INSTITUTION_FIELDS)}
        return found

    def _load_certificates(self) -> dict[str, tuple[int, int, Values]]:
        """Number → (pk, institution, values)."""
        numbers = [values[NUMBER] for draft in self.drafts for _, values in draft.certificates]
        rows = self._locked(Certificate.objects.filter(number__in=numbers))
        fields = [name for name in CERTIFICATE_FIELDS if name != "domains"]
        found = {row[0]: row for row in rows.values_list("pk", "institution_id", *fields)}
        links = Certificate.domains.through.objects.filter(certificate_id__in=found)
        domains: dict[int, list[str]] = {}
        for certificate, domain in links.values_list("certificate_id", "domain_id").order_by("domain_id"):
            domains.setdefault(certificate, []).append(domain)
        return {
            row[2 + NUMBER]: (pk, row[1], [_plain(value) for value in row[2:]] + [domains.get(pk, [])])
            for pk, row in found.items()
        }

    def _locked(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.order_by("pk")
        return rows.select_for_update(no_key=True) if self.lock else rows

    def _plan(self, draft: Draft) -> Plan:
        pk = self._by_code.get(draft.code)
        before = self._institutions[pk] if pk is not None else None
        self._check_institution(draft, pk, before)
        entry = _entry(draft.row, pk, before, draft.values, INSTITUTION_FIELDS, INSTITUTION_DEFAULTS)
        plan = Plan(entry, code=draft.code)
        for row, values in draft.certificates:
            plan.certificates.append(self._certificate(row, values, pk, entry.after[NAME]))
        return plan

    def _check_institution(self, draft: Draft, pk: int | None, before: Values | None) -> None:
        if before is not None and not before[COUNTY].startswith(self.scope):
            self.problems.append((draft.row, "uscc", Problem(
                "belongs_elsewhere", "该机构已在名录库中，登记在其他地区，请与登记地的市场监管部门联系。"
            )))  # fmt: skip
        owner = self._by_code.get(draft.values[ORGANISATION_CODE])
        if owner is not None and owner != pk:
            self.problems.append((draft.row, "organisation_code", Problem(
                "organisation_code_taken", "该组织机构代码已属于名录库中的另一家机构；如是同一家，请在机构页面补登统一社会信用代码。"
            )))  # fmt: skip

    def _certificate(self, row: int, values: Values, institution: int | None, name: str | None) -> Entry:
        pk, owner, before = self._certificates.get(values[NUMBER], (None, None, None))
        if before is None and values[AUTHORISED_NAME] is None:
            values = [*values[:AUTHORISED_NAME], name, *values[AUTHORISED_NAME + 1 :]]
        entry = _entry(row, pk, before, values, CERTIFICATE_FIELDS, CERTIFICATE_DEFAULTS)
        if pk is not None and owner != institution:
            self.problems.append((row, "number", Problem(
                "certificate_taken", "该证书编号在名录库中属于另一家机构，请核对证书编号和统一社会信用代码。"
            )))  # fmt: skip
        self.problems += [(row, key, problem) for key, problem in certificate_problems(entry.after, self.today)]
        return entry


def certificate_problems(values: Values, today: str) -> Iterator[tuple[str, Problem]]:
    """What is wrong with a certificate as it would stand in the pool."""
    approved, until = values[APPROVED_ON], values[VALID_UNTIL]
    if not values[DOMAINS]:
        yield "domains", Problem("no_domain", "请填写该证书的领域，否则抽查时无法归入任何领域。")
    if approved and until and approved > until:
        yield "valid_until", Problem("ends_before_it_begins", f"有效日期 {until} 早于批准日期 {approved}，请核对。")
    if until and until < today and values[STATE] == CertificateState.VALID:
        yield "valid_until", Problem("expired", f"证书已于 {until} 到期，证书状态仍为“有效”，请核对。", "warning")
    if values[NATIONAL_CENTRE] and values[LEVEL] != CertificateLevel.NATIONAL:
        yield (
            "is_national_centre",
            Problem("centre_of_province", "国家质检中心的资质认定级别通常为国家级，请核对。", "warning"),
        )


def _entry(
    row: int, pk: int | None, before: Values | None, said: Values, fields: Sequence[str], defaults: Mapping[str, Any]
) -> Entry:
    if before is None:
        after = [defaults.get(name, "") if value is None else value for name, value in zip(fields, said, strict=True)]
        return Entry(row, None, after, {})
    after = [old if value is None else value for old, value in zip(before, said, strict=True)]
    changes = {name: [old, new] for name, old, new in zip(fields, before, after, strict=True) if old != new}
    return Entry(row, pk, after, changes)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
