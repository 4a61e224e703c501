"""What devices send, read out of JSON: each value is there and of its kind, or VisitError says which is not."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from visits.attending import Place
from visits.errors import VisitError
from visits.evidence import Announced
from visits.recording import Given
from visits.texts import clean

JSON = Mapping[str, Any]
Code = TypeVar("Code", bound=Enum)
MOST_ENTRIES = 200
YEARS = range(2020, 2100)


def body_of(request: HttpRequest) -> JSON:
    if request.content_type != "application/json":
        raise VisitError("内容没有完整送达，请重试。")
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        raise VisitError("内容没有完整送达，请重试。") from None
    if not isinstance(found, dict):
        raise VisitError("内容没有完整送达，请重试。")
    return found


def raw_text(data: JSON, name: str, longest: int) -> str:
    value = data.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise VisitError(f"{name} 应为不超过 {longest} 字的文字。")
    return value


def text(data: JSON, name: str, longest: int = 4000) -> str:
    return clean(raw_text(data, name, longest))


def lines(data: JSON, name: str) -> list[str]:
    value = data.get(name)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise VisitError(f"{name} 应为若干行文字。")
    return value


def number(data: JSON, name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise VisitError(f"{name} 应为整数。")
    return value


def code(data: JSON, name: str, kind: type[Code]) -> Code:
    try:
        return kind(data.get(name))
    except ValueError:
        raise VisitError(f"{name} 不在可选范围内。") from None


def identity(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise VisitError("编号不正确，请刷新后重试。") from None


def moment(data: JSON, name: str) -> datetime | None:
    """With its time zone; None if it is left out."""
    value = data.get(name) or ""
    try:
        found = parse_datetime(value) if value else None
    except (ValueError, TypeError):
        found = None
    if value and (found is None or timezone.is_naive(found) or found.year not in YEARS):
        raise VisitError("设备的时间不正确，请检查设备的日期和时间。")
    return found


def known_moment(data: JSON, name: str) -> datetime:
    found = moment(data, name)
    if found is None:
        raise VisitError("设备的时间不正确，请检查设备的日期和时间。")
    return found


def place(data: JSON) -> Place | None:
    """None as well if it is nowhere on earth: a visit does not wait for its place."""
    try:
        latitude, longitude = (round(Decimal(str(data[name])), 5) for name in ("latitude", "longitude"))
    except (KeyError, InvalidOperation):
        return None
    is_somewhere = latitude.is_finite() and longitude.is_finite() and abs(latitude) <= 90 and abs(longitude) <= 180
    return Place(latitude, longitude) if is_somewhere else None


def entries(data: JSON) -> list[Given]:
    rows = data.get("entries")
    if not isinstance(rows, list) or len(rows) > MOST_ENTRIES or not all(isinstance(row, dict) for row in rows):
        raise VisitError(f"一次最多送 {MOST_ENTRIES} 条。")
    return [_entry(row, text(data, "device", 80)) for row in rows]


def _entry(row: JSON, device: str) -> Given:
    values, settles = row.get("values"), row.get("settles", [])
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise VisitError("录入的内容没有完整送达，请重试。")
    if not isinstance(settles, list):
        raise VisitError("录入的内容没有完整送达，请重试。")
    return Given(
        id=identity(row.get("id")), line=text(row, "line", 60), values=values, device=device,
        base=identity(row["base"]) if row.get("base") else None, device_at=known_moment(row, "device_at"),
        settles=tuple(identity(each) for each in settles),
    )  # fmt: skip


def announced(data: JSON) -> Announced:
    return Announced(
        id=identity(data.get("id")), name=text(data, "name", 500), size=number(data, "size"),
        digest=text(data, "digest", 64), taken_at=known_moment(data, "taken_at"), line=text(data, "line", 60),
        words=text(data, "words", 200), device=text(data, "device", 80),
    )  # fmt: skip
