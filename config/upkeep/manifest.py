"""What a backup says of itself."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.crypto import salted_hmac

from config.upkeep.errors import UpkeepRefused

FORMAT = "lianchou-backup/1"
SEAL = "config.upkeep.manifest"


@dataclass(frozen=True, slots=True)
class Part:
    """A member of the archive. digest: SHA-256, hex."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain; number 0 before its first link."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """made_at: RFC 3339, by the database's clock; counts: rows of each table; missing: files that rows name and that
    were gone before the backup began."""

    format: str
    made_at: str
    vendor: str
    server: str
    migrations: list[str]
    counts: dict[str, int]
    trail: Head
    log: Head
    database: Part
    files: Part
    file_count: int
    file_bytes: int
    missing: list[str]

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


def write(manifest: Manifest) -> bytes:
    """With its own digest, and sealed with SECRET_KEY: what is sealed by another key was made elsewhere, or the names
    of complainants in it cannot be read here."""
    body = asdict(manifest)
    sealed = {"manifest": body, "sha256": _digest(body), "seal": _seal(body)}
    return json.dumps(sealed, ensure_ascii=False, indent=1).encode()


def read(data: bytes) -> tuple[Manifest, bool]:
    """And whether it was sealed with this installation's SECRET_KEY. Raises UpkeepRefused."""
    try:
        sealed = json.loads(data)
        body = sealed["manifest"]
        if body["format"] != FORMAT:
            raise UpkeepRefused(f"不认识这种备份格式：{body['format']}。请用做备份的那个版本恢复。")
        if sealed["sha256"] != _digest(body):
            raise UpkeepRefused("备份的清单与其摘要不符，备份已损坏或者被改动。")
        return _read_body(body), hmac.compare_digest(sealed["seal"], _seal(body))
    except (ValueError, KeyError, TypeError) as broken:
        raise UpkeepRefused("备份的清单无法读取，备份已损坏。") from broken


def _read_body(body: Mapping[str, Any]) -> Manifest:
    heads = {name: Head(**body[name]) for name in ("trail", "log")}
    parts = {name: Part(**body[name]) for name in ("database", "files")}
    return Manifest(**{**body, **heads, **parts})


def _canonical(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(body)).hexdigest()


def _seal(body: Mapping[str, Any]) -> str:
    return salted_hmac(SEAL, _canonical(body), algorithm="sha256").hexdigest()
