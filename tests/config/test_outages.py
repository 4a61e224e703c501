"""A database that is away, a full disk, and our own faults: what the person and the program are told."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client
from redis.exceptions import ConnectionError as RedisAway

from config.cache import REDIS_OPTIONS, ForgivingFileCache, ForgivingRedisCache
from config.watching.outages import AWAY, BROKEN, FULL, outage_of
from tests.factories import accounts
from tests.sessions import session_of

LOST = {"sqlite": "database is locked", "postgresql": "server closed the connection unexpectedly"}


@pytest.fixture
def client(db) -> Client:
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(accounts.lead_officer())
    return client


@contextmanager
def every_statement_raises(error: Exception) -> Iterator[None]:
    def fail(*args: Any) -> None:
        raise error

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/workbench/", "/institutions/"])
def test_a_page_without_database_says_so_and_when_to_come_again(client, path):
    with every_statement_raises(OperationalError(LOST[connection.vendor])):
        answer = client.get(path)
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "10", "no-store")
    assert "<h1>系统暂时不能使用</h1>" in answer.content.decode()
    assert client.get("/workbench/").status_code == 200


def test_a_program_without_database_is_told_in_its_own_shape(client):
    with every_statement_raises(InterfaceError(f"connection already closed: {LOST['sqlite']}")):
        answer = client.get("/api/institutions/")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/json")
    assert answer.json()["detail"] == "系统暂时连不上数据库，这次操作没有完成。请稍候再试。"


def test_a_full_disk_and_our_own_faults_are_told_apart(client):
    with every_statement_raises(OSError(errno.ENOSPC, "No space left on device")):
        full = client.get("/")
    with every_statement_raises(ZeroDivisionError()):
        broken = client.get("/")
    assert (full.status_code, "服务器的存储空间不足" in full.content.decode()) == (507, True)
    assert (broken.status_code, "系统出错了" in broken.content.decode()) == (500, True)
    assert not full.has_header("Retry-After")


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (OperationalError("database or disk is full"), FULL),
        (OSError(errno.EDQUOT, "quota"), FULL),
        (OSError(errno.ENOENT, "no such file"), BROKEN),
        (OperationalError("database is locked"), AWAY),
        (IntegrityError("duplicate"), BROKEN),
        (ValueError("database is locked"), BROKEN),
        (None, BROKEN),
    ],
)
def test_outage_of_an_error(error, outage):
    assert outage_of(error) == outage


@pytest.mark.django_db
def test_a_missing_table_is_our_own_fault_and_the_cause_of_a_failed_rollback_counts():
    with pytest.raises(DatabaseError) as missing, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM no_such_table")
    assert outage_of(missing.value) == BROKEN
    failed_rollback = DatabaseError("cannot roll back")
    failed_rollback.__context__ = OperationalError("disk I/O error")
    assert outage_of(failed_rollback) == AWAY


def test_a_cache_that_is_away_has_found_nothing(tmp_path):
    cache = ForgivingRedisCache("redis://:secret@127.0.0.1:9/0", {"OPTIONS": REDIS_OPTIONS})
    assert (cache.get("a"), cache.get("a", 7), cache.add("a", 1), cache.has_key("a")) == (None, 7, False, False)
    assert (cache.get_many(["a"]), cache.set_many({"a": 1}), cache.delete("a"), cache.touch("a")) == (
        {},
        [],
        False,
        False,
    )
    cache.set("a", 1)
    with pytest.raises(RedisAway):
        cache.incr("a")


def test_a_cache_on_a_full_disk_keeps_nothing(tmp_path):
    place = tmp_path / "cache"
    cache = ForgivingFileCache(str(place), {})
    cache.set("a", 1)
    assert cache.get("a") == 1
    place.rename(tmp_path / "moved")
    place.write_text("not a folder any more")
    cache.set("b", 1)
    assert (cache.get("b"), cache.add("b", 2)) == (None, False)
    assert caches["default"].get("never") is None
