"""The database as of one moment, written into a file, while the system goes on."""

import gzip
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection, connections, transaction

from config.upkeep import databases
from config.upkeep.errors import UpkeepRefused

DUMPED_AS = {databases.SQLITE: "database.sqlite3.gz", databases.POSTGRES: "database.dump"}


@contextmanager
def snapshot(folder: Path) -> Iterator[Path]:
    """The dump's path; inside the block the default connection reads the very moment that was dumped."""
    dump = folder / DUMPED_AS[connection.vendor]
    write = _postgres if connection.vendor == databases.POSTGRES else _sqlite
    with write(dump):
        yield dump


@contextmanager
def _sqlite(dump: Path) -> Iterator[None]:
    """By the backup API: a copy of the file of a running database is torn."""
    copy = dump.with_suffix("")
    with (
        closing(sqlite3.connect(connections["default"].settings_dict["NAME"], timeout=60)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    with copy.open("rb") as plain, gzip.open(dump, "wb", compresslevel=5) as packed:
        shutil.copyfileobj(plain, packed, 1024 * 1024)
    with databases.in_place(databases.another({"NAME": str(copy)})):
        yield


@contextmanager
def _postgres(dump: Path) -> Iterator[None]:
    """What pg_dump writes and what is read in the block come from one exported snapshot."""
    with databases.in_place(databases.another({})) as wrapper, transaction.atomic():
        with wrapper.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            exported = cursor.fetchone()[0]
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={exported}", f"--file={dump}"]
        run_program("pg_dump", options, wrapper.settings_dict)
        yield


def run_program(name: str, options: list[str], settings: dict[str, object]) -> None:
    """Raises UpkeepRefused with the program's own last words."""
    command = [databases.program(name), *options]
    environment = databases.libpq_environment(settings)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  # no shell
    if done.returncode:
        said = "；".join(done.stderr.strip().splitlines()[-3:])
        raise UpkeepRefused(f"{name} 没有完成：{said}")


def server_version() -> str:
    if connection.vendor == databases.POSTGRES:
        return f"PostgreSQL {connection.get_database_version()[0]}"
    return f"SQLite {sqlite3.sqlite_version}"
