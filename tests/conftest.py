"""What every test may ask for: the real worker, the browser, and a database that can be emptied."""

import gc
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from jobs.sending import broker
from tests import migrated
from tests.emptying import empty_database
from tests.worlds import kept_for_a_module
from tooling import browsers

PROJECT = Path(__file__).resolve().parent.parent
ABOVE = frozenset({"api", "publications", "selftest", "visits"})
"""Rooms whose services read and write rows as those below do, which both runs test."""
RUNS = ("both_databases", "once_with_sqlite", "once_with_postgres")
"""What a test says itself of the runs it is made in."""
SIGNING_IN = frozenset({"test_signing_in", "test_second_factor", "test_single_sign_on", "test_passwords"})
# pytest-playwright keeps an event loop in the main thread, and Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks what tells the same on either database: `make test` runs it in one of its two runs."""
    if connection.vendor == "sqlite":
        leave_out([item for item in items if item.get_closest_marker("needs_postgres")], config, items)
    for item in items:
        told = [mark for mark in RUNS if item.get_closest_marker(mark)]
        if len(told) > 1:
            raise pytest.UsageError(f"{item.nodeid} is marked {told}: `make test` would run it nowhere")
        if not told and (mark := run_of(item)):
            item.add_marker(mark)
    begin_with_long_ones(items)


def run_of(item: pytest.Item) -> str | None:
    """The only run in which this test is made; None for both."""
    if not knows_a_database(item):
        return "once_with_sqlite"
    if item.get_closest_marker("needs_postgres") or item.get_closest_marker("journey"):
        return "once_with_postgres"
    if shows_pages(item):
        return "once_with_sqlite"
    return "once_with_postgres" if item.path.parent.name in ABOVE else None


def leave_out(left: list[pytest.Item], config: pytest.Config, items: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def shows_pages(item: pytest.Item) -> bool:
    """Pages and printed documents, made of what models and services give, which both runs test. On PostgreSQL the
    journeys, the matrix and the two worlds open them."""
    path = item.path
    return "page" in path.stem or path.stem in SIGNING_IN or path.stem == "test_views" or path.parent.name == "reports"


def knows_a_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", [])
    return bool(item.get_closest_marker("django_db")) or "django_db_setup" in fixtures or "db" in fixtures


def begin_with_long_ones(items: list[pytest.Item]) -> None:
    """Long tests first among those that end by emptying the database; these come after all others (pytest-django)."""
    long = [item for item in items if item.get_closest_marker("long")]
    others = [item for item in items if item not in long]
    first = next((number for number, item in enumerate(others) if empties_the_database(item)), len(others))
    items[:] = others[:first] + long + others[first:]


def empties_the_database(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return bool(marker and marker.kwargs.get("transaction")) or not {"transactional_db", "live_server"}.isdisjoint(
        fixtures
    )


def pytest_collection_finish() -> None:
    """What is there before the first test stays: the garbage collector need not look at it a thousand times."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_unconfigure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(settings.TEST_DIR, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _tests_with_transactions_end_with_an_empty_database() -> Iterator[None]:
    in_djangos_way = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda test: empty_database()
    yield
    TransactionTestCase._fixture_teardown = in_djangos_way


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Whether pytest-django finds a migrated database in place: where each of several processes looks for its own."""
    return connection.vendor == "sqlite" and migrated.place(Path(connection.settings_dict["TEST"]["NAME"]))


@pytest.fixture(scope="session")
def django_db_setup(django_db_keepdb: bool, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """pytest-django's own; and nobody is in the way when it drops the database at the end."""
    if connection.vendor == "sqlite" and not django_db_keepdb:
        migrated.keep(Path(connection.settings_dict["NAME"]))
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            end_other_sessions()


def end_other_sessions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="module")
def module_world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    """For a module's own fixtures with scope="module": what they write stays for its tests, and goes with the module."""
    with kept_for_a_module(django_db_blocker, tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(autouse=True)
def _no_head_of_the_log_stays_anchored() -> Iterator[None]:
    """The next test begins with an empty log, which is behind every head that the last one made known."""
    anchor_file = settings.LOG_ANCHOR_FILE
    anchor_file.unlink(missing_ok=True)
    yield
    anchor_file.unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _broker_is_tried_again() -> Iterator[None]:
    """A process that met a broker without an answer leaves it alone for seconds, which are the next test's."""
    yield
    broker.rests_until = 0.0


@pytest.fixture
def messages_wait(_broker_is_tried_again: None) -> None:
    """Jobs stay where they are written down: the worker that an earlier test of this process started would take them."""
    broker.rests_until = math.inf


@pytest.fixture
def media_root(settings, tmp_path: Path) -> Path:
    """An empty folder for files that this test's code stores."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(scope="session")
def worker_environment(django_db_setup: None) -> dict[str, str]:
    """The environment in which another process works on this test process's database and queue."""
    return os.environ | {"DATABASE_URL": test_database_url(), "DJANGO_SETTINGS_MODULE": "config.test_settings"}


def test_database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)


test_database_url.__test__ = False


@pytest.fixture(scope="session")
def worker(worker_environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The real Celery worker on this process's test database. Ask for `transactional_db` beside it, or the worker
    sees nothing of what the test wrote; wait for results with `eventually`."""
    log = settings.DATA_DIR / "worker.log"
    with log.open("wb") as output:
        process = start_worker(worker_environment, output)
    wait_until_ready(process, log)
    yield process
    os.killpg(process.pid, signal.SIGKILL)  # nothing it does counts any more, and its children hold the database
    process.wait()


def start_worker(environment: dict[str, str], output: object) -> subprocess.Popen[bytes]:
    pool = ["--pool", "solo"] if connection.vendor == "sqlite" else ["--pool", "prefork", "--concurrency", "1"]
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", *pool, "--loglevel", "INFO"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return subprocess.Popen(
        [*command, *quiet], cwd=PROJECT, env=environment, stdout=output, stderr=output, start_new_session=True
    )


def wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while b" ready." not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the worker did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.1)


@pytest.fixture
def eventually():
    """`eventually(lambda: Job.objects.filter(state="done").first())`: its first true answer, within 60 seconds."""

    def wait(answer, *, seconds: float = 60):
        deadline = time.monotonic() + seconds
        while not (found := answer()):
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.05)
        return found

    return wait


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    return {**browser_type_launch_args, **browsers.options()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
