import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.supervisor import LONGEST_WAIT_SECONDS, next_wait
from tests import migrated

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared, with a database that is migrated already, where there is one."""
    found = tmp_path_factory.mktemp("serve")
    migrated.place(found / "var" / "db.sqlite3")
    return found


@pytest.fixture
def server(folder: Path) -> Iterator["Server"]:
    running = Server(folder)
    yield running
    running.process.kill()
    running.process.wait()


class Server:
    """`manage.py serve` with a database of its own on a free port."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / "serve.log"
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "DATA_DIR": str(folder / "var")}
        for name in ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"):
            environment.pop(name, None)
        with self.log.open("wb") as output:
            command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
            self.process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=output, stderr=output)

    def started(self, name: str) -> list[int]:
        """Process ids of every start of this child so far."""
        return [int(pid) for pid in re.findall(rf"{name} started, process (\d+)", self.log.read_text())]

    def wait_for(self, condition, seconds: float = 180):
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)
        return found

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as response:
                return response.read() == b"ok\n"
        except OSError:
            return False

    def family(self) -> set[int]:
        """Every process below the supervisor."""
        found, parents = set(), {self.process.pid}
        while parents:
            children = {pid for pid, parent in parents_by_process().items() if parent in parents} - found
            found |= children
            parents = children
        return found


def parents_by_process() -> dict[int, int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        state, parent = text.rpartition(")")[2].split()[:2]
        if state != "Z":
            parents[int(stat.parent.name)] = int(parent)
    return parents


def left_after(seconds: float, processes: set[int]) -> set[int]:
    deadline = time.monotonic() + seconds
    while (left := processes & parents_by_process().keys()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def test_serve_restarts_a_killed_worker_and_leaves_nothing_when_stopped(server: Server):
    server.wait_for(server.answers)
    first = server.wait_for(lambda: server.started("worker"))[0]
    os.kill(first, signal.SIGKILL)
    server.wait_for(lambda: len(server.started("worker")) == 2)
    family = server.wait_for(lambda: server.family() if len(server.family()) >= 5 else None)

    server.process.send_signal(signal.SIGTERM)

    assert server.process.wait(timeout=60) == 0
    assert left_after(5, family) == set()


def test_serve_leaves_nothing_when_killed(server: Server):
    server.wait_for(server.answers)
    family = server.wait_for(lambda: server.family() if len(server.family()) >= 5 else None)

    server.process.kill()

    server.process.wait()
    assert left_after(30, family) == set()


def test_wait_before_a_restart_doubles_up_to_its_limit():
    waits = [0.0]
    for _ in range(8):
        waits.append(next_wait(waits[-1]))
    assert waits == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS]
