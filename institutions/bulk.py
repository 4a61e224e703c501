"""What reading and writing by the million asks of the database beside accounts.rows."""

from typing import Final

from django.db import connection, models
from django.db.models.expressions import RawSQL

MANY: Final = 10_000
"""So many rows at once change how a table is best read."""


def among(keys: list[int]) -> list[int] | RawSQL:
    """Many primary keys for `__in`: on PostgreSQL one parameter, since thousands take longer to write than to find."""
    return RawSQL("SELECT unnest(%s::bigint[])", [keys]) if connection.vendor == "postgresql" else keys


def refresh_statistics(*tables: type[models.Model], rows: int) -> None:
    """After `rows` rows were written at once: PostgreSQL plans by what it knows of a table, and learns late by itself."""
    if connection.vendor != "postgresql" or rows < MANY:
        return
    with connection.cursor() as cursor:
        for model in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
