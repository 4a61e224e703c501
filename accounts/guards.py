"""Triggers by which the database itself refuses to change what must not change, on SQLite and PostgreSQL alike.

A migration lists them: `operations = [guards.refuse_delete("table"), guards.refuse_update("table", when="…")]`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

PREFIX = "guard_"

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'protected record: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


class Guard(Operation):
    """Sets one trigger, in place of the one that an earlier migration may have set for the same table and event.

    Unlike RunPython it needs no models, which are costly to build anew for each of many guards.
    """

    reversible = True

    def __init__(self, table: str, event: str, when: str = "") -> None:
        self.table, self.event, self.when = table, event, when
        self.name = f"{PREFIX}{event.lower()}_{table}"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._remove(schema_editor)
        for statement in self._statements(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._remove(schema_editor)

    def describe(self) -> str:
        return f"Refuse {self.event} on {self.table}"

    def _statements(self, vendor: str) -> list[str]:
        build = _postgres if vendor == "postgresql" else _sqlite
        return build(self.name, self.table, self.event, self.when)

    def _remove(self, schema_editor: BaseDatabaseSchemaEditor) -> None:
        postgres = schema_editor.connection.vendor == "postgresql"
        place = f" ON {self.table}" if postgres else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.name}{place}", params=None)
        if postgres:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.name}_truncate{place}", params=None)


def refuse_delete(table: str, *, when: str = "") -> Guard:
    """No row of `table` (or none for which `when` holds of OLD) can be deleted."""
    return Guard(table, "DELETE", when)


def refuse_update(table: str, *, when: str = "") -> Guard:
    """No row of `table` can be changed where the SQL condition `when` holds of OLD and NEW; always without one."""
    return Guard(table, "UPDATE", when)


class LookupGuard(Guard):
    """As Guard, where the condition has to look at other rows: `when` may hold subqueries."""

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {self.name}()", params=None)

    def _statements(self, vendor: str) -> list[str]:
        if vendor != "postgresql":
            return super()._statements(vendor)
        kept = "OLD" if self.event == "DELETE" else "NEW"
        return [
            f"""CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {self.when} THEN
    RAISE EXCEPTION 'protected record: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN {kept};
END $$""",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


def differs(*columns: str) -> str:
    """SQL: one of these columns is given another value."""
    return " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)


def _sqlite(name: str, table: str, event: str, when: str) -> list[str]:
    condition = f"WHEN {when}" if when else ""
    trigger = f"CREATE TRIGGER {name} BEFORE {event} ON {table} {condition}"
    return [f"{trigger} BEGIN SELECT RAISE(ABORT, 'protected record: {event} on {table}'); END"]


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
