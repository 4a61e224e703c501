"""Triggers by which the database itself refuses to change what must not change, on SQLite and PostgreSQL alike.

A migration lists them: `operations = [guards.refuse_delete("table"), guards.refuse_update("table", when="…")]`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

PREFIX = "guard_"

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'protected record: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def refuse_delete(table: str, *, when: str = "") -> migrations.RunPython:
    """No row of `table` (or none for which `when` holds of OLD) can be deleted."""
    return _operation(table, "DELETE", when)


def refuse_update(table: str, *, when: str = "") -> migrations.RunPython:
    """No row of `table` can be changed where the SQL condition `when` holds of OLD and NEW; always without one."""
    return _operation(table, "UPDATE", when)


def differs(*columns: str) -> str:
    """SQL: one of these columns is given another value."""
    return " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)


def _operation(table: str, event: str, when: str) -> migrations.RunPython:
    name = f"{PREFIX}{event.lower()}_{table}"

    def install(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        remove(apps, schema_editor)  # so that a later migration may state the condition anew
        postgres = schema_editor.connection.vendor == "postgresql"
        statements = _postgres(name, table, event, when) if postgres else [_sqlite(name, table, event, when)]
        for statement in statements:
            schema_editor.execute(statement, params=None)

    def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        postgres = schema_editor.connection.vendor == "postgresql"
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if postgres else ""), params=None)
        if postgres:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}_truncate ON {table}", params=None)

    return migrations.RunPython(install, remove)


def _sqlite(name: str, table: str, event: str, when: str) -> str:
    condition = f"WHEN {when}" if when else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} {condition} "
        f"BEGIN SELECT RAISE(ABORT, 'protected record: {event} on {table}'); END"
    )


def _postgres(name: str, table: str, event: str, when: str) -> list[str]:
    condition = f"WHEN ({when})" if when else ""
    statements = [
        POSTGRES_FUNCTION,
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {condition} EXECUTE FUNCTION refuse_change()",
    ]
    if event == "DELETE":
        statements.append(
            f"CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    return statements


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """The guards off inside the block. Only for tests that empty their database; needs the owner's rights."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            try:
                yield
            finally:
                cursor.execute("SET session_replication_role = origin")
        else:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{PREFIX}%"]
            )
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            try:
                yield
            finally:
                for _, sql in triggers:
                    cursor.execute(sql)
