"""Sessions in the database, under a digest of their key, with whose they are beside their data. The SESSION_ENGINE."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

KEY = "last_seen"
SINCE = "signed_in_at"
ORIGIN = "origin"
PASSED = "second_factor_passed"
WAITING = "waiting_for_code"
NEW_SECRET = "new_secret"  # noqa: S105  # the name of a value


def digest_of(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> type[AbstractBaseSession]:
        from accounts.models import Session  # noqa: PLC0415  # Django reads this module before the models are there

        return Session

    def load(self) -> dict[str, Any]:
        if not self.session_key:
            return {}
        row = self.model.objects.filter(session_key=digest_of(self.session_key), expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.session_data)

    def exists(self, session_key: str) -> bool:
        return super().exists(digest_of(session_key))

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            self.model.objects.filter(session_key=digest_of(key)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        row.session_key = digest_of(row.session_key)
        for column, value in _columns(data).items():
            setattr(row, column, value)
        return row


def _columns(data: Mapping[str, Any]) -> dict[str, Any]:
    if SESSION_KEY not in data:
        return {}
    origin = data.get(ORIGIN, {})
    moments = {"began_at": data.get(SINCE), "last_seen_at": data.get(KEY)}
    return {
        "user_id": int(data[SESSION_KEY]),
        **{column: datetime.fromtimestamp(at, UTC) if at else None for column, at in moments.items()},
        **{column: origin.get(column, "") for column in ("address", "device", "way")},
    }
