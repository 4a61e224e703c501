"""Other databases in the place of the project's own, so that services and checks read them unchanged."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

from config.upkeep.errors import UpkeepRefused

SQLITE, POSTGRES = "sqlite", "postgresql"
RESTORE_MARK = "upkeep_restore_under_way"
"""A table that stands in PostgreSQL while a restore is under way: what a killed one left may be cleared."""


def another(changes: Mapping[str, Any], alias: str = "default") -> BaseDatabaseWrapper:
    """A connection of its own like the project's, with these of its settings changed; never from a pool."""
    given = connections["default"].settings_dict
    options = changes.get("OPTIONS", given["OPTIONS"])
    if "pool" in options:
        options = options | {"pool": False}
    merged = {**given, **changes, "OPTIONS": options}
    wrapper: BaseDatabaseWrapper = load_backend(merged["ENGINE"]).DatabaseWrapper(merged, alias)
    return wrapper


@contextmanager
def in_place(wrapper: BaseDatabaseWrapper, alias: str = "default") -> Iterator[BaseDatabaseWrapper]:
    """Inside the block this thread's queries go to that database; closed at the end."""
    usual = connections[alias] if alias in list(connections) else None
    connections[alias] = wrapper
    try:
        yield wrapper
    finally:
        wrapper.close()
        if usual is None:
            del connections[alias]
        else:
            connections[alias] = usual


def kept_models() -> list[type[models.Model]]:
    """Every model with a table, those of many-to-many relations too."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped
    ]


def tables() -> list[str]:
    """Of the default connection, in the order of their names; those of partitions too."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_list(cursor)
    return sorted(info.name for info in found if info.type in {"t", "p"} and info.name != RESTORE_MARK)


def counts() -> dict[str, int]:
    """Rows of every table."""
    with connection.cursor() as cursor:
        return {name: _number(cursor, f"SELECT COUNT(*) FROM {_quoted(name)}") for name in tables()}  # noqa: S608


def columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


def values(table: str, *names: str, where: str = "") -> Iterator[tuple[Any, ...]]:
    """Columns of a table as they are stored, whether or not the models of this code agree with it."""
    wanted = ", ".join(_quoted(name) for name in names)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {wanted} FROM {_quoted(table)} {where}")  # noqa: S608
        while rows := cursor.fetchmany(2000):
            yield from rows


def now() -> datetime:
    """By the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        found = cursor.fetchone()[0]
    if isinstance(found, str):
        found = datetime.fromisoformat(found).replace(tzinfo=UTC)
    return found.astimezone(UTC)  # type: ignore[no-any-return]


def applied_migrations() -> list[str]:
    """As "accounts.0001_initial", in the order of their names."""
    if "django_migrations" not in tables():
        return []
    return sorted(f"{app}.{name}" for app, name in values("django_migrations", "app", "name"))


def program(name: str) -> str:
    """pg_dump or pg_restore; the newest that is installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if installed:
        return str(installed[-1])
    if found := shutil.which(name):
        return found
    raise UpkeepRefused(f"本机没有 {name}，请安装 PostgreSQL 客户端（Debian 软件包 postgresql-client）。")


def libpq_environment(settings: Mapping[str, Any]) -> dict[str, str]:
    """The environment in which PostgreSQL's own programs find this database, the password among it."""
    given = {
        "PGHOST": settings["HOST"], "PGPORT": settings["PORT"], "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"], "PGDATABASE": settings["NAME"],
    }  # fmt: skip
    for option in ("sslmode", "sslrootcert", "sslcert", "sslkey", "service"):
        given[f"PG{option.upper()}"] = settings["OPTIONS"].get(option)
    return os.environ | {name: str(value) for name, value in given.items() if value}


def _number(cursor: Any, query: str) -> int:
    cursor.execute(query)
    return int(cursor.fetchone()[0])


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
