"""One audit event with very many changes, written as they come: what `audit.record` does, in bounded memory.

    with Recording("institutions.import", run, by=user) as recording:
        recording.add(changes)          # any number of times, inside the block's transaction
        recording.facts = {…}

The changes are stored first and the event last, when the chain's head is locked, so that a long import keeps nobody
else from acting.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from accounts import chain
from accounts.audit import Change, chained_values, locked_head
from accounts.models import AuditChange, AuditEvent, AuditHead, User
from accounts.rows import insert_rows, reserve_ids

COLUMNS = ("event_id", "subject_type", "subject_id", "fields", "personal", "salt", "personal_digest")

canonical_text = DjangoJSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
"""The text of chain.canonical, by an encoder made once."""


class Recording:
    def __init__(self, action: str, subject: models.Model, *, by: User | None) -> None:
        self.action, self.subject, self.by = action, subject, by
        self.facts: dict[str, Any] = {}
        self.count = 0
        self._digest = hashlib.sha256()
        self._atomic = transaction.atomic()

    def __enter__(self) -> Self:
        self._atomic.__enter__()
        self._event_id = reserve_ids(AuditEvent, 1)[0]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._write_event()
        except BaseException as failure:
            self._atomic.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._atomic.__exit__(kind, error, trace)

    def add(self, changes: Iterable[Change]) -> None:
        insert_rows(AuditChange, COLUMNS, self._rows(changes))

    def _rows(self, changes: Iterable[Change]) -> Iterator[tuple[Any, ...]]:
        for change in changes:
            salt = secrets.token_hex(16) if change.personal else ""
            personal = canonical_text(change.personal) if change.personal else None
            personal_digest = chain.sha256(salt.encode() + personal.encode()) if personal else ""
            fields = canonical_text(change.fields)
            self._count(change, fields, personal_digest)
            yield self._event_id, change.subject_type, change.subject_id, fields, personal, salt, personal_digest

    def _count(self, change: Change, fields: str, personal_digest: str) -> None:
        """Take the change into the digest over all: chain.change_digest and chain.changes_digest, as it goes by."""
        text = f'["{change.subject_type}","{change.subject_id}",{fields},"{personal_digest}"]'
        self._digest.update(f"{chr(10) if self.count else ''}{chain.sha256(text.encode())}".encode())
        self.count += 1

    def _write_event(self) -> None:
        head = locked_head()
        event = AuditEvent(
            pk=self._event_id,
            number=head.number + 1,
            at=timezone.now(),
            actor=self.by,
            action=self.action,
            subject_type=self.subject._meta.label_lower,
            subject_id=str(self.subject.pk),
            subject_label=str(self.subject)[:200] if not getattr(self.subject, "PERSONAL_FIELDS", None) else "",
            facts=self.facts,
            changes_digest=self._digest.hexdigest() if self.count else "",
            previous=head.digest,
        )
        event.digest = chain.event_digest(chained_values(event))
        event.save(force_insert=True)
        AuditHead.objects.filter(pk=1).update(number=event.number, digest=event.digest)
