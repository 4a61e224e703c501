"""The hash chain of the audit trail: plain values in, digests out."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

GENESIS = "0" * 64


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no white space; dates and decimals as Django writes them."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, cls=DjangoJSONEncoder)
    return text.encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def personal_digest(salt: str, personal: Mapping[str, Any]) -> str:
    return sha256(salt.encode() + canonical(personal))


def change_digest(subject_type: str, subject_id: str, values: Mapping[str, Any], personal: str) -> str:
    return sha256(canonical([subject_type, subject_id, values, personal]))


def changes_digest(digests: Iterable[str]) -> str:
    """Digest over the digests of an event's changes in their order; empty text for none."""
    joined = "\n".join(digests)
    return sha256(joined.encode()) if joined else ""


def event_digest(event: Mapping[str, Any]) -> str:
    """`event` holds number, at (RFC 3339), actor, action, subject_type, subject_id, facts, changes, previous."""
    return sha256(canonical(event))
