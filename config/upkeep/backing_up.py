"""One consistent backup of database and files while the system runs."""

import re
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, models, transaction

from accounts import audit
from config.upkeep import archive, databases, dumping, last
from config.upkeep import manifest as manifests
from config.upkeep.chains import log_head, trail_head
from config.upkeep.errors import BackupUnderWay, UpkeepRefused
from config.upkeep.locking import alone
from config.upkeep.manifest import Manifest, Part

PATTERN = re.compile(r"lianchou-\d{8}-\d{6}-[0-9a-f]{6}\.tar")
LEFTOVER_SECONDS = 24 * 60 * 60


def backup_folder() -> Path:
    return Path(settings.BACKUP_DIR or settings.DATA_DIR / "backups")


def back_up(folder: Path | None = None, *, keep: int = 0) -> Path:
    """The new backup, read again from its first byte to its last and compared with its manifest; what was done, or why
    it failed, stands in last.py. keep: so many are left in the folder, this one among them; 0 leaves all.

    Raises UpkeepRefused.
    """
    folder = folder or backup_folder()
    started = time.monotonic()
    try:
        path = _made(folder)
        manifest, _ = archive.read_manifest(path)
        archive.read_all(path, manifest, lambda _: None)
    except BackupUnderWay:
        raise
    except (UpkeepRefused, OSError, DatabaseError) as failure:
        last.note_failure(str(failure))
        raise UpkeepRefused(str(failure)) from failure
    last.note(path, manifest, seconds=time.monotonic() - started)
    _record(path, manifest)
    _prune(folder, keep)
    return path


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with alone(), _deleted_kept(), tempfile.TemporaryDirectory(dir=folder, prefix=".lianchou-") as place:
        with dumping.snapshot(Path(place)) as dump:
            moment = databases.now().astimezone(UTC)
            path = folder / f"lianchou-{moment:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}.tar"
            known = _what_the_snapshot_knows(moment.isoformat(timespec="seconds"))
            names = sorted(referred_files())
        _write(path, dump, names, known)
    return path


@contextmanager
def _deleted_kept() -> Iterator[None]:
    """From before the snapshot to the end of the copying nothing that it refers to is lost (storage.py)."""
    keeping = getattr(default_storage, "keeping_deleted", nullcontext)
    with keeping():
        yield


def _what_the_snapshot_knows(made_at: str) -> dict[str, object]:
    return {
        "format": manifests.FORMAT,
        "made_at": made_at,
        "vendor": connection.vendor,
        "server": dumping.server_version(),
        "migrations": databases.applied_migrations(),
        "counts": databases.counts(),
        "trail": trail_head(),
        "log": log_head(),
    }


def file_fields() -> list[tuple[type[models.Model], models.FileField]]:
    return [
        (model, field)
        for model in databases.kept_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField)
    ]


def referred_files() -> set[str]:
    """Names of all files that rows of the default connection name; also before it was migrated to this code."""
    present = set(databases.tables())
    found: set[str] = set()
    for model, field in file_fields():
        table, column = model._meta.db_table, str(field.column)
        if table in present and column in databases.columns(table):
            found.update(name for (name,) in databases.values(table, column) if name)
    return found


def _write(path: Path, dump: Path, names: list[str], known: dict[str, object]) -> None:
    parts: list[Part] = []
    missing: list[str] = []
    with archive.Writer(path) as writer:
        with dump.open("rb") as source:
            database = writer.add(dump.name, source)
        for name in names:
            try:
                with closing(_opened(name)) as content:
                    parts.append(writer.add(f"{archive.MEDIA}{name}", content))
            except FileNotFoundError:
                missing.append(name)
        files = writer.add_bytes(archive.FILES, archive.file_list(parts))
        sizes = {"file_count": len(parts), "file_bytes": sum(part.size for part in parts)}
        manifest = Manifest(**known, **sizes, database=database, files=files, missing=missing)  # type: ignore[arg-type]
        writer.add_bytes(archive.MANIFEST, manifests.write(manifest))


def _opened(name: str) -> BinaryIO:
    opened = getattr(default_storage, "open_kept", default_storage.open)
    return cast("BinaryIO", opened(name))


def _record(path: Path, manifest: Manifest) -> None:
    facts = {"file": path.name, "size": path.stat().st_size, "trail": manifest.trail.number, "log": manifest.log.number}
    with transaction.atomic():
        audit.record("upkeep.backup", audit.locked_head(), by=None, facts=facts)


def _prune(folder: Path, keep: int) -> None:
    """The oldest go; only whole ones count, so that the last good one is never lost to newer torn ones."""
    for leftover in folder.glob(".lianchou-*.part"):
        if time.time() - leftover.stat().st_mtime > LEFTOVER_SECONDS:
            leftover.unlink(missing_ok=True)
    if keep <= 0:
        return
    backups = sorted((path for path in folder.iterdir() if PATTERN.fullmatch(path.name)), reverse=True)
    whole = [path for path in backups if _is_whole(path)]
    for path in whole[keep:]:
        path.unlink()


def _is_whole(path: Path) -> bool:
    try:
        archive.read_manifest(path)
    except UpkeepRefused:
        return False
    return True
