"""A backup brought back into an empty installation: all of it and verified, or nothing."""

import gzip
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections
from django.db.migrations.loader import MigrationLoader

from config.upkeep import archive, databases, dumping, verifying
from config.upkeep.databases import RESTORE_MARK
from config.upkeep.emptiness import building_place, clear_postgres, media_folder, what_is_there
from config.upkeep.ending import end_what_ran
from config.upkeep.errors import UpkeepRefused
from config.upkeep.manifest import Manifest
from config.upkeep.verifying import Check


class NotWhole(UpkeepRefused):
    """What came out of the backup does not hold; nothing of it was kept."""

    def __init__(self, checks: list[Check]) -> None:
        super().__init__("恢复出来的数据没有通过核验，已全部撤回。")
        self.checks = checks


def restore(path: Path, *, other_key: bool = False) -> list[Check]:
    """Into an empty database and an empty folder of files; what was verified. Raises UpkeepRefused, and NotWhole."""
    manifest = understood(path, other_key=other_key)
    if manifest.vendor != connection.vendor:
        raise UpkeepRefused(
            f"备份来自 {manifest.vendor}，本机的数据库是 {connection.vendor}。请先恢复到同类数据库，再用 move_database 迁移。"
        )
    if there := what_is_there():
        raise UpkeepRefused(f"只能恢复到空的系统，而这里已有数据：{there}。")
    media = media_folder()
    media.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=media.parent, prefix=".restoring-") as place:
        unpacked = Path(place)
        files = archive.read_all(path, manifest, lambda name: unpacked / name)
        with _restored_database(unpacked / manifest.database.name) as settle:
            checks = [_archive_check(manifest), *_verified(manifest, files)]
            if verifying.has_failed(checks):
                raise NotWhole(checks)
            end_what_ran(path, manifest)
            with _placed(unpacked / archive.MEDIA, media):
                settle()
    cache.clear()
    return [*checks, verifying.anchored()]


def verify(path: Path) -> list[Check]:
    """Everything that restore verifies, in a database of its own that is gone afterwards. Raises UpkeepRefused."""
    manifest = understood(path, other_key=True)
    with tempfile.TemporaryDirectory(prefix="lianchou-") as place:
        dump = Path(place) / manifest.database.name
        files = archive.read_all(path, manifest, lambda name: dump if name == manifest.database.name else None)
        checks = [_archive_check(manifest), _key_check(path)]
        with _scratch(dump, manifest) as why_not:
            if why_not:
                return [*checks, Check("数据库内容", None, why_not)]
            return [*checks, *_verified(manifest, files), verifying.anchored()]


def understood(path: Path, *, other_key: bool) -> Manifest:
    """Of a whole backup that this version can read. Raises UpkeepRefused."""
    manifest, is_ours = archive.read_manifest(path)
    if not is_ours and not other_key:
        raise UpkeepRefused(
            "备份是在另一个 SECRET_KEY 下做的，其中密封的投诉举报人信息在这里打不开。请在 .env 中换回原来的 SECRET_KEY；"
            "原来的确已遗失的，加 --other-key 恢复其余的数据。"
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    ours = {name.partition(".")[0] for name in known}
    newer = [name for name in manifest.migrations if name not in known and name.partition(".")[0] in ours]
    if newer:
        raise UpkeepRefused(
            f"备份来自比本机新的版本（本机没有 {newer[-1]} 等 {len(newer)} 项数据库变更），请先升级再恢复。"
        )
    return manifest


def _archive_check(manifest: Manifest) -> Check:
    size = f"{manifest.file_bytes / 1024 / 1024:.1f} MB"
    if manifest.missing:
        words = f"{manifest.file_count} 个文件（{size}）一致；备份时已缺失 {len(manifest.missing)} 个，如 {manifest.missing[0]}"
        return Check("备份文件", None, words)
    return Check("备份文件", True, f"做于 {manifest.made_at}，{manifest.file_count} 个文件（{size}）与摘要一致")


def _key_check(path: Path) -> Check:
    _, is_ours = archive.read_manifest(path)
    return Check("密钥", True if is_ours else None, "本机的 SECRET_KEY" if is_ours else "是在另一个 SECRET_KEY 下做的")


def _verified(manifest: Manifest, files: dict[str, str]) -> list[Check]:
    """Of the default connection, which is brought to this code's tables in between."""
    before = verifying.against_manifest(manifest)
    if verifying.has_failed(before):
        return before
    call_command("migrate", verbosity=0, interactive=False)
    known_missing = dict.fromkeys(manifest.missing, "")
    return [*before, *verifying.whole(known_missing | files)]


@contextmanager
def _restored_database(dump: Path) -> Iterator[Callable[[], None]]:
    """Inside the block the default connection is the restored database; what is yielded makes it stay."""
    restored = _restored_postgres if connection.vendor == databases.POSTGRES else _restored_sqlite
    with restored(dump) as settle:
        yield settle


@contextmanager
def _restored_sqlite(dump: Path) -> Iterator[Callable[[], None]]:
    target = Path(connections["default"].settings_dict["NAME"])
    target.parent.mkdir(parents=True, exist_ok=True)
    building = building_place()
    usual = connections["default"]

    def settle() -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=DELETE")
        connection.close()
        usual.close()
        _remove_sqlite(target)
        building.rename(target)

    try:
        _unpack(dump, building)
        with databases.in_place(databases.another({"NAME": str(building)})):
            yield settle
    finally:
        _remove_sqlite(building)


def _unpack(dump: Path, target: Path) -> None:
    _remove_sqlite(target)
    with gzip.open(dump) as packed, target.open("wb") as plain:
        shutil.copyfileobj(packed, plain, 1024 * 1024)


def _remove_sqlite(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


@contextmanager
def _restored_postgres(dump: Path) -> Iterator[Callable[[], None]]:
    settled = False

    def settle() -> None:
        nonlocal settled
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {RESTORE_MARK}")
        settled = True

    clear_postgres()
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {RESTORE_MARK} (at timestamptz DEFAULT now())")
        _pg_restore(dump, connections["default"].settings_dict)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield settle
    finally:
        if not settled:
            clear_postgres()


def _pg_restore(dump: Path, database: dict[str, Any]) -> None:
    options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    dumping.run_program("pg_restore", [*options, f"--dbname={database['NAME']}", str(dump)], database)


@contextmanager
def _placed(unpacked: Path, media: Path) -> Iterator[None]:
    """The files in their place, unless the block fails."""
    unpacked.mkdir(exist_ok=True)
    if media.exists():
        shutil.rmtree(media)
    unpacked.rename(media)
    try:
        yield
    except BaseException:
        shutil.rmtree(media, ignore_errors=True)
        raise


@contextmanager
def _scratch(dump: Path, manifest: Manifest) -> Iterator[str]:
    """Inside the block the default connection is a database of its own with the dump's content; or why there is none."""
    if manifest.vendor == databases.SQLITE:
        copy = dump.with_name("scratch.sqlite3")
        _unpack(dump, copy)
        with databases.in_place(databases.another(_sqlite_settings(copy))):
            yield ""
    elif connection.vendor != databases.POSTGRES:
        yield "备份来自 PostgreSQL，而本机用的是 SQLite，没有核验数据库内容"
    else:
        with _scratch_postgres(dump) as why_not:
            yield why_not


def _sqlite_settings(path: Path) -> dict[str, Any]:
    if connection.vendor == databases.SQLITE:
        return {"NAME": str(path)}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": settings.SQLITE_OPTIONS}


@contextmanager
def _scratch_postgres(dump: Path) -> Iterator[str]:
    name = f"lianchou_verify_{secrets.token_hex(4)}"
    owner = databases.another({})
    try:
        with owner.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    except ProgrammingError:
        owner.close()
        yield "数据库用户没有建库权限（CREATEDB），没有核验数据库内容"
        return
    try:
        with databases.in_place(databases.another({"NAME": name})) as scratch:
            _pg_restore(dump, scratch.settings_dict)
            yield ""
    finally:
        with owner.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        owner.close()
