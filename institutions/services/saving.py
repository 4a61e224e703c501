"""Check, save and record one object of the pool; `subject` of the event is always the institution."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models, transaction

from accounts import audit
from accounts.models import User


@transaction.atomic
def save(
    action: str,
    instance: models.Model,
    values: Mapping[str, Any],
    *,
    institution: models.Model | None = None,
    relations: Mapping[str, Iterable[models.Model]] | None = None,
    by: User,
) -> None:
    """Set the values, check the whole object, save it, and record what changed. Raises ValidationError.

    `relations` are many-to-many fields with all they shall hold. Nothing is recorded when nothing changed.
    """
    before = {} if instance._state.adding else _before(instance, relations)
    for name, value in values.items():
        setattr(instance, name, value)
    instance.full_clean()
    instance.save()
    for name, chosen in (relations or {}).items():
        getattr(instance, name).set(chosen)
    change = audit.compare(instance, before, _now(instance, relations))
    if change.fields or change.personal:
        audit.record(action, institution or instance, by=by, changes=[change])


def _before(instance: models.Model, relations: Mapping[str, Any] | None) -> dict[str, Any]:
    """As the database has it, locked: another person may have saved since this one began to type."""
    stored = type(instance)._default_manager.select_for_update(no_key=True).get(pk=instance.pk)
    return _now(stored, relations)


def _now(instance: models.Model, relations: Mapping[str, Any] | None) -> dict[str, Any]:
    values = audit.snapshot(instance)
    values.pop("updated_at", None)
    values.pop("created_at", None)
    for name in relations or {}:
        values[name] = sorted(str(pk) for pk in getattr(instance, name).values_list("pk", flat=True))
    return values
