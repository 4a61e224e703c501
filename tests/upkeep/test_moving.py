"""From SQLite into the empty database of the settings."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts import guards
from accounts.models import AuditChange, AuditEvent, User
from config.upkeep import databases
from config.upkeep.emptiness import rows_there
from config.upkeep.moving import content_digest
from jobs.models import Job
from tests.upkeep.machines import digest_publications, empty_machine, put_earlier_sqlite

SQLITE = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": settings.SQLITE_OPTIONS}


@pytest.fixture
def source(tmp_path) -> Path:
    """A filled SQLite database with today's tables."""
    path = tmp_path / "source.sqlite3"
    put_earlier_sqlite("publishing", path)
    with databases.in_place(databases.another(SQLITE | {"NAME": str(path)})):
        call_command("migrate", verbosity=0)
        digest_publications()
    return path


def digests() -> dict[str, tuple[int, str]]:
    return {model._meta.label: content_digest(model) for model in databases.kept_models()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.once_with_postgres
def test_every_value_arrives_and_the_guards_stand(source, tmp_path, capsys):
    with databases.in_place(databases.another(SQLITE | {"NAME": str(source)})):
        expected = digests()
    with empty_machine(tmp_path / "new") as machine, machine.inside():
        what_does_not_hold_is_not_moved(source)
        assert "来源数据库" in capsys.readouterr().out
        call_command("move_database", source=f"sqlite:///{source}")
        lines = capsys.readouterr().out.splitlines()
        assert {line[:2] for line in lines[:5]} == {"通过"}
        assert lines[0].startswith("通过  逐表内容：")
        assert AuditEvent.objects.latest("number").action == "upkeep.move"
        moved = digests()
        changed = {label for label in expected if moved[label] != expected[label]}
        assert changed == {"accounts.AuditEvent", "accounts.AuditHead"}
        the_guards_stand()
        numbers_go_on()
        with pytest.raises(CommandError, match="只能迁移到空的数据库"):
            call_command("move_database", source=f"sqlite:///{source}")


def what_does_not_hold_is_not_moved(source: Path) -> None:
    tampered = source.with_name("tampered.sqlite3")
    shutil.copy(source, tampered)
    with databases.in_place(databases.another(SQLITE | {"NAME": str(tampered)})), guards.lifted(connection):
        AuditEvent.objects.filter(number=2).update(subject_label="别人")
    with pytest.raises(CommandError, match="没有迁移任何数据"):
        call_command("move_database", source=f"sqlite:///{tampered}")
    with pytest.raises(CommandError, match="没有这个数据库文件"):
        call_command("move_database", source=f"sqlite:///{source}.none")
    assert rows_there() == ""


def the_guards_stand() -> None:
    for act in (AuditChange.objects.all().delete, lambda: AuditEvent.objects.update(action="x")):
        with pytest.raises(DatabaseError, match="protected record"), transaction.atomic():
            act()


def numbers_go_on() -> None:
    """New rows get numbers after those that came along."""
    last = Job.objects.order_by("-pk").values_list("pk", flat=True).first()
    assert Job.objects.create(kind="load", title="之后", owner=User.objects.first()).pk == (last or 0) + 1
