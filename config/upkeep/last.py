"""What the status page tells of backups: a small file beside the data, since a database that is lost tells nothing.

`last_backup()` reads it; DATA_DIR/last-backup.json holds, of the last one that succeeded, path, at (RFC 3339), size,
seconds, and of the last one that failed, failed_at and failure; verified tells that every byte was read again.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from config.upkeep.manifest import Manifest

LATE_AFTER = timedelta(hours=36)
"""A daily backup that is older is told as missing."""


@dataclass(frozen=True, slots=True)
class LastBackup:
    """Times are RFC 3339, empty if there was none; size in bytes."""

    at: str = ""
    path: str = ""
    size: int = 0
    seconds: float = 0
    rows: int = 0
    files: int = 0
    missing: int = 0
    verified: bool = False
    failed_at: str = ""
    failure: str = ""

    @property
    def made(self) -> datetime | None:
        return datetime.fromisoformat(self.at) if self.at else None

    @property
    def is_late(self) -> bool:
        return self.made is None or timezone.now() - self.made > LATE_AFTER

    @property
    def has_failed_since(self) -> bool:
        """The newest attempt failed."""
        return bool(self.failed_at) and (not self.at or self.failed_at > self.at)


def last_backup() -> LastBackup:
    try:
        return LastBackup(**json.loads(_file().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return LastBackup()


def note(path: Path, manifest: Manifest, *, seconds: float) -> None:
    _write(
        LastBackup(
            at=_now(), path=str(path), size=path.stat().st_size, seconds=round(seconds, 1), rows=manifest.rows,
            files=manifest.file_count, missing=len(manifest.missing), verified=True,
        )
    )  # fmt: skip


def note_failure(why: str) -> None:
    _write(replace(last_backup(), failed_at=_now(), failure=why[:500]))


def _now() -> str:
    return timezone.localtime().isoformat(timespec="milliseconds")


def _file() -> Path:
    return Path(settings.DATA_DIR) / "last-backup.json"


def _write(told: LastBackup) -> None:
    fresh = _file().with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(asdict(told), ensure_ascii=False), encoding="utf-8")
    fresh.rename(_file())
