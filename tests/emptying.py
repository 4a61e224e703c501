"""Empties the database after a test with real transactions. Django's way takes a second of PostgreSQL, which makes each of
two hundred tables anew; most of them are empty, and content types and permissions may stay."""

import time
from functools import cache

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction

from accounts import guards

ATTEMPTS = 5
STAYS = {ContentType._meta.db_table, Permission._meta.db_table}
"""Written when the database is migrated, and by no test."""


def empty_database() -> None:
    """The guards would rightly refuse it. Whatever the worker still does is waited for and emptied as well."""
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic(), guards.lifted(connection):
                _delete_all_rows()
        except (
            DatabaseError
        ):  # the worker, still busy with what the test left, held a table: PostgreSQL ends one of both
            if attempt + 1 == ATTEMPTS:
                raise
            connection.close()
            time.sleep(1)
        else:
            return


def _delete_all_rows() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"LOCK TABLE {', '.join(tables())} IN EXCLUSIVE MODE")
        filled = [f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {table})" for number, table in enumerate(tables())]  # noqa: S608
        cursor.execute(" UNION ALL ".join(filled))
        for (number,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {tables()[number]}")  # noqa: S608  # our own names


@cache
def tables() -> list[str]:
    """Of all models, quoted."""
    names = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - STAYS
    return [connection.ops.quote_name(name) for name in sorted(names)]
