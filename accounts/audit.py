"""Writing and checking the audit trail. Every service that changes something calls `record` or `recorded`
inside its own transaction: no audit, no act."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts import chain
from accounts.models import AuditChange, AuditEvent, AuditHead, User

CHANGES_PER_BATCH = 2000
CHANGED = "（已更改）"


@dataclass(frozen=True, slots=True)
class Change:
    """What changed on one object: field → [before, after]; `personal` holds the fields that name a person."""

    subject_type: str
    subject_id: str
    fields: Mapping[str, list[Any]]
    personal: Mapping[str, list[Any]]


def snapshot(instance: models.Model) -> dict[str, Any]:
    """The instance's own column values by field name, many-to-many left out; of a file its name."""
    return {field.name: _value(field, instance) for field in instance._meta.concrete_fields}


def _value(field: models.Field[Any, Any], instance: models.Model) -> Any:
    value = field.value_from_object(instance)
    return value.name if isinstance(field, models.FileField) else value


def compare(instance: models.Model, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    """What differs. Of SECRET_FIELDS (password hashes) only that they changed, never the values."""
    personal_fields: frozenset[str] = getattr(instance, "PERSONAL_FIELDS", frozenset())
    secret_fields: frozenset[str] = getattr(instance, "SECRET_FIELDS", frozenset())
    changed = {
        name: [None, CHANGED] if name in secret_fields else [before.get(name), after.get(name)]
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    }
    return Change(
        subject_type=instance._meta.label_lower,
        subject_id=str(instance.pk),
        fields={name: pair for name, pair in changed.items() if name not in personal_fields},
        personal={name: pair for name, pair in changed.items() if name in personal_fields},
    )


@transaction.atomic
def record(
    action: str,
    subject: models.Model,
    *,
    by: User | None,
    facts: Mapping[str, Any] | None = None,
    changes: Iterable[Change] = (),
) -> AuditEvent:
    """Append one event to the chain, in the caller's transaction.

    `by` is None only for what the system does by itself. `facts` must hold no personal data.
    """
    return _append(action, subject, by, facts, changes)


def _append(
    action: str, subject: models.Model, by: User | None, facts: Mapping[str, Any] | None, changes: Iterable[Change]
) -> AuditEvent:
    rows = [_change_row(change) for change in changes]
    head = locked_head()
    event = AuditEvent(
        number=head.number + 1,
        at=timezone.now(),
        actor=by,
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=str(subject)[:200] if not getattr(subject, "PERSONAL_FIELDS", None) else "",
        facts=dict(facts or {}),
        changes_digest=chain.changes_digest(_row_digest(row) for row in rows),
        previous=head.digest,
    )
    event.digest = chain.event_digest(chained_values(event))
    event.save(force_insert=True)
    for row in rows:
        row.event = event
    AuditChange.objects.bulk_create(rows, batch_size=CHANGES_PER_BATCH)
    AuditHead.objects.filter(pk=1).update(number=event.number, digest=event.digest)
    return event


def locked_head() -> AuditHead:
    """The end of the chain, locked until the transaction ends; the first event of all begins it."""
    head, _ = AuditHead.objects.select_for_update(no_key=True).get_or_create(
        pk=1, defaults={"number": 0, "digest": chain.GENESIS}
    )
    return head


@contextmanager
def recorded(
    action: str, subject: models.Model, *, by: User | None, facts: Mapping[str, Any] | None = None
) -> Iterator[None]:
    """Record what the block changes on `subject`, before and after, in one transaction with it."""
    with transaction.atomic():
        before = {} if subject._state.adding else snapshot(subject)
        yield
        change = compare(subject, before, snapshot(subject))
        _append(action, subject, by, facts, [change])


def chained_values(event: AuditEvent) -> dict[str, Any]:
    """The part of an event that its digest covers."""
    return {
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor_id,
        "action": event.action,
        "subject": [event.subject_type, event.subject_id, event.subject_label],
        "facts": event.facts,
        "changes": event.changes_digest,
        "previous": event.previous,
    }


def _change_row(change: Change) -> AuditChange:
    salt = secrets.token_hex(16) if change.personal else ""
    return AuditChange(
        subject_type=change.subject_type,
        subject_id=change.subject_id,
        fields=change.fields,
        personal=change.personal or None,
        salt=salt,
        personal_digest=chain.personal_digest(salt, change.personal) if change.personal else "",
    )


def _row_digest(row: AuditChange) -> str:
    return chain.change_digest(row.subject_type, row.subject_id, row.fields, row.personal_digest)
