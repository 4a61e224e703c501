"""The audit trail put into words: what an event changed, field by field, with the names that pages use."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_datetime

from accounts.models import AuditChange
from accounts.templatetags.wording import cn_moment

HIDDEN = "（个人信息，不在此显示）"
SHOWN_CHANGES = 200


@dataclass(frozen=True, slots=True)
class ChangedField:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedObject:
    kind: str
    identifier: str
    fields: list[ChangedField]


def changed_objects(changes: models.QuerySet[AuditChange]) -> list[ChangedObject]:
    """The first SHOWN_CHANGES objects that an event changed. Of personal values only that they changed."""
    return [
        ChangedObject(subject_name(change.subject_type), change.subject_id, list(_fields(change)))
        for change in changes[:SHOWN_CHANGES]
    ]


def subject_name(label: str) -> str:
    model = _model(label)
    return str(model._meta.verbose_name) if model else label


def _fields(change: AuditChange) -> Iterator[ChangedField]:
    model = _model(change.subject_type)
    for name, (before, after) in sorted(change.fields.items()):
        if getattr(_field(model, name), "primary_key", False):
            continue
        yield ChangedField(_label(model, name), _words(model, name, before), _words(model, name, after))
    for name in sorted(change.personal or {}):
        yield ChangedField(_label(model, name), HIDDEN, HIDDEN)
    if change.personal is None and change.personal_digest:
        yield ChangedField("个人信息", "（已按规定清除）", "（已按规定清除）")


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _label(model: type[models.Model] | None, name: str) -> str:
    field = _field(model, name)
    return str(getattr(field, "verbose_name", name)) if field else name


def _words(model: type[models.Model] | None, name: str, value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    field = _field(model, name)
    if isinstance(field, models.DateTimeField):
        return cn_moment(parse_datetime(value))
    if isinstance(field, models.ForeignKey):
        return _related(field, value)
    choices = dict(getattr(field, "flatchoices", None) or [])
    if isinstance(value, list):
        return "、".join(str(choices.get(item, item)) for item in value) or "—"
    return str(choices.get(value, value))


def _related(field: "models.ForeignKey[Any, Any]", value: Any) -> str:
    """The name of what a key points to; of people only the key."""
    related = field.related_model
    if hasattr(related, "PERSONAL_FIELDS"):
        return f"编号 {value}"
    found = related._base_manager.filter(pk=value).first()  # noqa: SLF001  # of any model
    return f"{found}（{value}）" if found else str(value)


def _field(model: type[models.Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
