"""Heads of the log outside the database, and what they prevent: drawing again from an older backup."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from accounts import guards
from campaigns import anchors, drawing, freezing, publiclog
from campaigns.anchors import Anchor, LogNotTrusted
from campaigns.models import Act, LogEntry, LogEvent
from config.watching.models import Heartbeat
from tests.campaigns import datong

BEHIND = "系统的公开日志落后于已公布的日志头"


class Backup:
    """A copy of the whole database as it is now: of SQLite the file itself, of PostgreSQL every table."""

    def __init__(self, name: str) -> None:
        self.name, self.file = name, sqlite3.connect(":memory:")
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            connection.connection.backup(self.file)
            return
        execute(f"CREATE SCHEMA {name}")
        for table in tables():
            execute(f"CREATE TABLE {name}.{table} AS TABLE {table}")

    def restore(self) -> None:
        if connection.vendor == "sqlite":
            self.file.backup(connection.connection)
            return
        with guards.lifted(connection):
            for table in tables():
                execute(f"DELETE FROM {table}")  # noqa: S608  # our own tables
                execute(f"INSERT INTO {table} SELECT * FROM {self.name}.{table}")  # noqa: S608

    def drop(self) -> None:
        self.file.close()
        if connection.vendor != "sqlite":
            execute(f"DROP SCHEMA {self.name} CASCADE")


@pytest.fixture
def backup(transactional_db) -> Iterator[Callable[[], Backup]]:
    """Copies that are thrown away after the test."""
    made: list[Backup] = []

    def make() -> Backup:
        made.append(Backup(f"backup_{len(made)}"))
        return made[-1]

    yield make
    for each in made:
        each.drop()


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def tables() -> list[str]:
    return [model._meta.db_table for model in all_models()]


def all_models() -> list:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def all_rows() -> dict[str, list[dict]]:
    """Every row of every table, but for those that a worker of other tests keeps writing."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values(*columns(model)))
        for model in all_models()
        if model is not Heartbeat
    }


def columns(model) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@contextmanager
def nothing_changes() -> Iterator[None]:
    before, kept = all_rows(), anchors.all_anchors()
    yield
    assert all_rows() == before
    assert anchors.all_anchors() == kept


def ready(number: str):
    """A confirmed approval to draw, with everything contributed."""
    campaign = datong.campaign(number=number)
    datong.line(campaign, "vehicle", 1)
    draw = datong.freeze(datong.agreed(campaign))
    datong.contribute(draw)
    return datong.approved(draw.campaign, Act.DRAW, draw=draw)


@pytest.fixture
def pool(transactional_db):
    datong.pool(vehicle=3, eco=0, food=0)
    datong.officers(city=4, police=2, ecology=2, county=2)


def test_heads_are_written_outside_after_every_entry(pool):
    draw = ready("140200-2025-1").draw
    written = [(each.number, each.digest) for each in anchors.all_anchors()]
    assert written == list(LogEntry.objects.order_by("number").values_list("number", "digest"))
    assert len(written) == 6
    assert {each.origin for each in anchors.all_anchors()} == {anchors.WRITTEN}
    assert [(each.number, each.digest) for each in draw.log.all()] == written


def test_event_that_is_rolled_back_leaves_no_head(db):
    datong.pool(vehicle=3, eco=0, food=0)
    datong.officers()
    ready("140200-2025-1")  # in the transaction of the test, which never commits
    assert anchors.all_anchors() == []


def test_restored_backup_draws_nothing_and_the_right_state_draws_again(pool, backup):
    drawn, waiting = ready("140200-2025-1"), ready("140200-2025-2")
    to_freeze = datong.approved(datong.agreed(planned("140200-2025-3")), Act.FREEZE)
    older = backup()
    drawing.run_draw(drawn)
    right = backup()

    older.restore()
    with nothing_changes():
        for approval in (drawn, waiting):
            with pytest.raises(LogNotTrusted, match=f"{BEHIND}：日志只到第 12 条，而第 13 条已经公布.*旧备份"):
                drawing.run_draw(approval)
        with pytest.raises(LogNotTrusted, match=BEHIND):
            freezing.freeze_campaign(to_freeze)

    right.restore()
    assert drawing.run_draw(waiting).state == "drawn"
    assert freezing.freeze_campaign(to_freeze).state == "frozen"
    assert [each.number for each in anchors.all_anchors()] == list(range(1, 16))


def planned(number: str):
    campaign = datong.campaign(number=number)
    datong.line(campaign, "vehicle", 1)
    return campaign


def test_other_history_is_never_anchored_over_the_first(pool, backup):
    approval = ready("140200-2025-1")
    older = backup()
    append_in_transaction(approval.draw, "1" * 64)
    kept = anchors.all_anchors()

    older.restore()
    append_in_transaction(approval.draw, "2" * 64)

    assert anchors.all_anchors() == kept
    with pytest.raises(LogNotTrusted, match="第 7 条与已公布的日志头不一致"):
        drawing.run_draw(approval)


def append_in_transaction(draw, transcript: str) -> None:
    with transaction.atomic():
        publiclog.append(draw, LogEvent.SUBSTITUTED, transcript=transcript)


def test_heads_that_cannot_be_written_do_not_stop_the_work(pool, settings, tmp_path, caplog):
    settings.LOG_ANCHOR_FILE = tmp_path / "a-file" / "log-heads.txt"
    settings.LOG_ANCHOR_FILE.parent.write_text("in the way")
    draw = datong.freeze(datong.agreed(planned("140200-2025-1")))
    assert LogEntry.objects.get().draw == draw
    assert "a-file" in caplog.text


def test_line_that_a_crash_cut_off_is_passed_over(db):
    anchors.append_line(Anchor(1, "a" * 64, "2025-09-16T10:00:00+08:00", "通知书\t1号\n"))
    with settings.LOG_ANCHOR_FILE.open("a") as file:
        file.write("2\tabc")
    assert anchors.all_anchors() == [Anchor(1, "a" * 64, "2025-09-16T10:00:00+08:00", "通知书 1号")]


def test_backup_of_the_test_is_a_true_copy(pool, backup):
    before = all_rows()
    copy = backup()
    ready("140200-2025-1")
    assert all_rows() != before
    copy.restore()
    assert all_rows() == before
    assert LogEntry.objects.count() == 0
