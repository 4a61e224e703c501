"""Migrated and empty test databases, made once for all test processes, since migrating takes half a minute.

SQLite's is kept in var/ until a migration changes; PostgreSQL's is the template of theirs.
`python -m tests.migrated -m pytest …` goes on with pytest when the database of its environment is there.
"""

import hashlib
import os
import shutil
import sqlite3
import sys
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

PROJECT = Path(__file__).resolve().parent.parent
KEPT = PROJECT / "var" / "test-databases"


def kept_database() -> Path:
    """Where the database of these migrations is kept, if it is."""
    digest = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    sources = [
        *PROJECT.glob("*/migrations/*.py"),
        *PROJECT.glob("*/migrations/**/*.sql"),
        PROJECT / "accounts/guards.py",
    ]
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return KEPT / f"{digest.hexdigest()[:20]}.sqlite3"


def place(database: Path) -> bool:
    """Put the kept one there; False if there is none."""
    kept = kept_database()
    if not kept.exists():
        return False
    database.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(kept, database)
    return True


def keep(database: Path) -> None:
    """For the next run; those of other migrations go."""
    kept = kept_database()
    if kept.exists():
        return
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(f".{os.getpid()}")
    with sqlite3.connect(database) as source, sqlite3.connect(fresh) as copy:
        source.backup(copy)
    fresh.rename(kept)


def make() -> None:
    """Migrate the database of the settings, so that test processes begin with a copy of it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.test_settings"
    django.setup()
    if connection.vendor != "sqlite":
        call_command("migrate", verbosity=0)
    elif not kept_database().exists():
        call_command("migrate", verbosity=0)
        keep(Path(connection.settings_dict["NAME"]))


def main(then: list[str]) -> None:
    given = dict(os.environ)
    make()
    connection.close()
    folder = {"LIANCHOU_TEST_DIR": os.environ["LIANCHOU_TEST_DIR"]}  # the tests put it away
    os.execve(sys.executable, [sys.executable, *then], given | folder)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
