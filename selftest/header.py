"""The header blocks: filled from the pool, checked field by field, compared with the pool."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from institutions.models import Certificate, Institution
from selftest.content import FieldKind, FormContent, HeaderField
from selftest.errors import SelfCheckError
from selftest.models import HeaderBlock

LONGEST_PHONE = 30
LONGEST_VALUE = 200
MOST_NAMES = 60


@dataclass(frozen=True, slots=True)
class Difference:
    """A value of the form that is not the pool's; `certificate` is None for the basic block."""

    certificate: Certificate | None
    field: HeaderField
    old: Any
    new: Any


def fields_of(content: FormContent, kind: str) -> tuple[HeaderField, ...]:
    return content.basic if kind == HeaderBlock.Kind.BASIC else content.certificate


def pool_values(fields: tuple[HeaderField, ...], source: Institution | Certificate) -> dict[str, Any]:
    """What the pool knows for these fields, as a block's `values`."""
    return {field.key: pool_value(field, source) for field in fields}


def pool_value(field: HeaderField, source: Institution | Certificate) -> Any:
    value = getattr(source, field.key, None)
    if field.kind == FieldKind.NAMES:
        return list(value or [])
    return value.isoformat() if isinstance(value, date) else str(value or "")


def checked_values(fields: tuple[HeaderField, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """The given values in stored form; unknown keys and wrong kinds are refused. Gaps are allowed: it is a draft."""
    known = {field.key: field for field in fields}
    if unknown := [key for key in values if key not in known]:
        raise SelfCheckError(f"没有这一栏：{'、'.join(unknown)}。")
    return {key: _checked(known[key], value) for key, value in values.items()}


def tidy(text: str) -> str:
    """Without blanks around it, line ends as \\n, in the Unicode form that a version's canonical text asks for."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def _checked(field: HeaderField, value: Any) -> Any:
    if field.kind == FieldKind.NAMES:
        return _names(field, value)
    if not isinstance(value, str) or "\x00" in value:
        raise SelfCheckError(f"“{field.label}”应为文字。")
    text = tidy(value)
    longest = LONGEST_PHONE if field.kind == FieldKind.PHONE else LONGEST_VALUE
    if len(text) > longest:
        raise SelfCheckError(f"“{field.label}”不能超过 {longest} 字，现有 {len(text)} 字。")
    if text and field.kind == FieldKind.DATE:
        try:
            date.fromisoformat(text)
        except ValueError as error:
            raise SelfCheckError(f"“{field.label}”应为日期，如 2025-09-15。") from error
    return text


def _names(field: HeaderField, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise SelfCheckError(f"“{field.label}”应为若干姓名。")
    names = list(dict.fromkeys(tidy(name) for name in value if name.strip()))
    if len(names) > MOST_NAMES or any(len(name) > LONGEST_VALUE for name in names):
        raise SelfCheckError(f"“{field.label}”最多 {MOST_NAMES} 个姓名。")
    return names


def differences(content: FormContent, blocks: list[HeaderBlock], institution: Institution) -> Iterator[Difference]:
    """Where blocks and pool disagree, for the fields that the pool has."""
    for block in blocks:
        source: Institution | Certificate | None = institution
        if block.kind == HeaderBlock.Kind.CERTIFICATE:
            source = block.certificate
        if source is None:
            continue
        for field in fields_of(content, block.kind):
            if not hasattr(source, field.key):
                continue
            old, new = pool_value(field, source), block.values.get(field.key)
            if new and new != old:
                yield Difference(block.certificate, field, old, new)
