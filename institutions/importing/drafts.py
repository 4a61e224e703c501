"""What a workbook says about one institution, gathered from all its rows, as plain values that JSON can hold.

Values stand in tuples in the order of INSTITUTION_FIELDS and CERTIFICATE_FIELDS; None says nothing. Dates are ISO text.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

INSTITUTION_FIELDS = (
    "name", "uscc", "organisation_code", "legal_type", "owner_department_id", "county_id", "address",
    "legal_representative", "legal_representative_phone", "contact", "contact_phone", "state", "credit_class",
)  # fmt: skip
INSTITUTION_KEYS = tuple(
    {"owner_department_id": "owner_department", "county_id": "county"}.get(f, f) for f in INSTITUTION_FIELDS
)
"""The columns of the workbook in the same order."""

CERTIFICATE_FIELDS = (
    "number", "authorised_name", "level", "issuer", "approved_on", "valid_until", "state", "is_national_centre",
    "top_manager", "technical_lead", "signatories", "domains",
)  # fmt: skip
CERTIFICATE_KEYS = tuple("certificate_state" if field == "state" else field for field in CERTIFICATE_FIELDS)

NAME, USCC, ORGANISATION_CODE, COUNTY = (
    INSTITUTION_FIELDS.index(field) for field in ("name", "uscc", "organisation_code", "county_id")
)
NUMBER, AUTHORISED_NAME, APPROVED_ON, VALID_UNTIL, SIGNATORIES, DOMAINS = (
    CERTIFICATE_FIELDS.index(field)
    for field in ("number", "authorised_name", "approved_on", "valid_until", "signatories", "domains")
)

Values = list[Any]
encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


@dataclass(slots=True)
class Draft:
    """`certificates` are pairs of row number and values; `code` is the USCC or the organisation code."""

    code: str
    row: int
    values: Values
    certificates: list[tuple[int, Values]]


def institution_values(row: dict[str, Any]) -> Values:
    return [row[key] for key in INSTITUTION_KEYS]


def certificate_values(row: dict[str, Any]) -> Values:
    """Domains and signatories as lists, domains in the order of their codes; dates as text."""
    values = [row[key] for key in CERTIFICATE_KEYS]
    for index in (APPROVED_ON, VALID_UNTIL):
        if isinstance(values[index], date):
            values[index] = values[index].isoformat()
    if values[DOMAINS] is not None:
        values[DOMAINS] = sorted(values[DOMAINS])
    if values[SIGNATORIES] is not None:
        values[SIGNATORIES] = list(values[SIGNATORIES])
    return values


def chunks(drafts: Iterable[Draft], size: int = 1000) -> Iterator[list[Draft]]:
    remaining = iter(drafts)
    while chunk := list(islice(remaining, size)):
        yield chunk


def stage(path: Path, drafts: Iterable[Draft]) -> None:
    """Keep the drafts for the import, so that the workbook is not read again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(encode([draft.code, draft.row, draft.values, draft.certificates]) + "\n" for draft in drafts)


def staged(path: Path) -> Iterator[Draft]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield Draft(*json.loads(line))
