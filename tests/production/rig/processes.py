"""Real processes, kept alive as compose keeps containers: what ends without being asked to is started again."""

import os
import pwd
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

RESTART_AFTER = 0.3
PATIENCE = 20


class Service:
    """One container's worth: a process with everything that it forks, in a group of its own."""

    def __init__(
        self, name: str, command: Sequence[str | Path], *, environment: Mapping[str, str], folder: Path, log: Path,
        user: str | None = None,
    ) -> None:  # fmt: skip
        self.name, self.command, self.environment, self.folder = name, list(command), dict(environment), folder
        self.log, self.user = log, user
        self.is_wanted, self.starts = False, 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self.is_wanted = True
        if not self.is_running:
            self._spawn()

    def _spawn(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command, cwd=self.folder, env=self.environment, stdout=output, stderr=output, user=self.user,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self.starts += 1

    def keep(self) -> None:
        if self.is_wanted and not self.is_running:
            self._spawn()

    def kill(self) -> None:
        """SIGKILL for the whole container; whoever watches over it starts it again."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def pause(self) -> None:
        os.killpg(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end, and wait until it has."""
        self.is_wanted = False
        if self._process is None:
            return
        if self.is_running:
            self.send(number)
        try:
            self._process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self.kill()  # what it left behind

    def children(self) -> list[int]:
        """The processes that it started itself."""
        return children_of(self.pid)

    def told(self, *, since: int = 0) -> bytes:
        """What stands in its log, from that byte on."""
        if not self.log.exists():
            return b""
        with self.log.open("rb") as file:
            file.seek(since)
            return file.read()


def children_of(pid: int) -> list[int]:
    with suppress(FileNotFoundError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


class Keeper:
    """Looks after services from a thread: `restart: unless-stopped`."""

    def __init__(self) -> None:
        self.services: list[Service] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(RESTART_AFTER):
            for service in list(self.services):
                service.keep()

    def stop(self) -> None:
        """In the order opposite to that in which they came."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        for service in reversed(self.services):
            service.stop(signal.SIGINT if service.name == "db" else signal.SIGTERM)


def until(answer: Callable[[], object], *, seconds: float, what: str) -> float:
    """Wait for the first true answer; how long it took. TimeoutError says what did not happen."""
    since = time.monotonic()
    while not answer():
        if time.monotonic() - since > seconds:
            raise TimeoutError(f"within {seconds:.0f} s not: {what}")
        time.sleep(0.05)
    return time.monotonic() - since


def owner_id(user: str | None) -> int:
    return pwd.getpwnam(user).pw_uid if user else os.getuid()
