"""What was recorded, signed, submitted or decided stays, whoever asks the database to change it."""

from importlib import import_module

import pytest
from django.db import DatabaseError, connection, models, transaction

from tests.visits import world
from visits.models import (
    Delivery,
    Evidence,
    Finding,
    Operation,
    Rectification,
    ResultVersion,
    Visit,
    VisitSignature,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("media_root")]

UNCHANGED = {
    Delivery: {"received_by": "别人"},
    Evidence: {"digest": "0" * 64},
    Operation: {"line": "block:other"},
    ResultVersion: {"content": {}},
    VisitSignature: {"name": "别人"},
}


GUARDED = {
    "sqlite": "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT DISTINCT event_object_table FROM information_schema.triggers",
}


def test_every_kept_table_is_guarded():
    """SQLite forgets the guards of a table that a later migration rewrites."""
    kept = {f"visits_{table}" for table in import_module("visits.migrations.0002_guards").KEPT}

    with connection.cursor() as cursor:
        cursor.execute(GUARDED[connection.vendor])
        guarded = {table for (table,) in cursor}

    assert kept - guarded == set()


def test_database_keeps_what_was_recorded():
    task = world.concluded()
    world.ordered(task)
    world.photo(world.started(institution=task.institution))
    kept: list[type[models.Model]] = [*UNCHANGED, Finding, Rectification, Visit]

    assert {model: model._default_manager.exists() for model in kept} == dict.fromkeys(kept, True)
    assert [model for model in kept if not is_refused(model, "DELETE FROM {table}")] == []
    for model, change in UNCHANGED.items():
        with pytest.raises(DatabaseError), transaction.atomic():
            model._default_manager.update(**change)


def is_refused(model: type[models.Model], statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table=model._meta.db_table))
    except DatabaseError:
        return True
    return False
