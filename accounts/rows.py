"""Many plain rows into one table at a time, in the caller's transaction: for imports of tens of thousands of rows.

What `full_clean` and `save` would have done is the caller's duty: values checked, defaults filled in, keys reserved.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

ROWS_AT_A_TIME = 2000


def reserve_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """`count` primary keys that nobody else will be given; only inside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("keys are reserved inside the transaction that uses them")
    table = model._meta.db_table
    if not count:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, model._meta.pk.column, count])
            return [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT %s, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %s)",
            [table, table],
        )
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s RETURNING seq", [count, table])
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of database values (JSON as text), in the order of `columns`, which are database columns."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    table = quote(model._meta.db_table)
    remaining = iter(rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in remaining:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        while batch := list(islice(remaining, ROWS_AT_A_TIME)):
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", batch)  # noqa: S608  # our own names


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set these columns of many rows; each row holds their values and, last, the primary key."""
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(column)} = %s" for column in columns)
    statement = f"UPDATE {quote(model._meta.db_table)} SET {assignments} WHERE {quote(str(model._meta.pk.column))} = %s"  # noqa: S608
    remaining = iter(rows)
    with connection.cursor() as cursor:
        while batch := list(islice(remaining, ROWS_AT_A_TIME)):
            cursor.executemany(statement, batch)
