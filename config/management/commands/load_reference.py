from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import serializers
from django.core.management.base import BaseCommand
from django.core.management.color import no_style
from django.db import connection, models, transaction

from accounts.models import Bureau
from accounts.reference import missing_bureaus
from selftest.reference import add_missing_forms

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "reference"
FILES = ("regions", "departments", "domains", "legal_bases", "matters")


class Command(BaseCommand):
    help = "Adds missing regions, departments, bureaus, domains, legal bases, matters and self-check forms; what is there stays as it is."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        added = {name: add_missing(FOLDER / f"{name}.json") for name in FILES}
        bureaus = missing_bureaus()
        Bureau.objects.bulk_create(bureaus)
        counts = ", ".join(
            f"{name} {count}"
            for name, count in (added | {"bureaus": len(bureaus), "forms": len(add_missing_forms())}).items()
        )
        self.stdout.write(f"added: {counts}")


def add_missing(path: Path) -> int:
    """Save the fixture's objects whose key is not in the database yet; how many."""
    objects = list(serializers.deserialize("json", path.read_text(encoding="utf-8")))
    if not objects:
        return 0
    model = type(objects[0].object)
    known = set(model._default_manager.values_list("pk", flat=True))
    new = [item for item in objects if item.object.pk not in known]
    for item in new:
        item.save()
    reset_sequences([model])
    return len(new)


def reset_sequences(tables: Iterable[type[models.Model]]) -> None:
    """Rows saved with their keys do not move the sequence of PostgreSQL: the next new row would collide."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(statement)
