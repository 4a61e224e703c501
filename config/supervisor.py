"""Runs web server, worker and clock as child processes on one machine; what dies is started again.

Nothing outlives the supervisor: told to stop, it lets the children finish; killed, the kernel takes them along.
The caller must have closed its database connections: nobody forks with SQLite open (docs/adr).
"""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
GRACE_SECONDS = 30
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
STEADY_AFTER_SECONDS = 60
"""A child that lived this long was well: its next restart does not wait."""

PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    wait_seconds: float = 0.0
    start_again_at: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            start_new_session=True,  # Ctrl-C reaches the supervisor only, which then stops all in order
            preexec_fn=die_with(os.getpid()),  # noqa: PLW1509  # single-threaded here, and nothing else can do this
        )
        self.started_at = time.monotonic()
        logger.info("%s started, process %s", self.name, self.process.pid)

    def look_after(self) -> None:
        """Start again what has ended, after a wait that doubles while it keeps dying."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            logger.warning("%s ended with %s", self.name, self.process.returncode)
            self.process = None
            steady = now - self.started_at > STEADY_AFTER_SECONDS
            self.wait_seconds = FIRST_WAIT_SECONDS if steady else next_wait(self.wait_seconds)
            self.start_again_at = now + self.wait_seconds
        if self.process is None and now >= self.start_again_at:
            self.start()

    def tell(self, signal_number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal_number)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


def next_wait(seconds: float) -> float:
    return min(max(seconds * 2, FIRST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)


def die_with(parent: int) -> Callable[[], None]:
    """For the child, before it becomes its command: the kernel kills it when its parent dies, however that dies."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


@dataclass
class Supervisor:
    children: list[Child]
    grace_seconds: float = GRACE_SECONDS
    _is_stopping: bool = field(default=False, init=False)

    def run(self) -> None:
        """Returns when told to stop by SIGTERM or Ctrl-C and all children have ended."""
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_number, self._stop)
        try:
            while not self._is_stopping:
                for child in self.children:
                    child.look_after()
                time.sleep(POLL_SECONDS)
        finally:
            self._end_children()

    def _stop(self, signal_number: int, frame: FrameType | None) -> None:
        self._is_stopping = True

    def _end_children(self) -> None:
        for child in self.children:
            child.tell(signal.SIGTERM)
        deadline = time.monotonic() + self.grace_seconds
        while any(child.is_running for child in self.children) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        for child in self.children:
            child.tell(signal.SIGKILL)
        logger.info("all processes have ended")


def children_for(host: str, port: int, *, beat_schedule: str) -> list[Child]:
    """The three processes of the one-machine set-up.

    The worker does one thing after the other in its own process (solo): on SQLite a pool of forked workers
    corrupts the file. The clock is a process of its own: inside the worker it would survive the worker's death.
    """
    celery = [sys.executable, "-m", "celery", "-A", "config"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    web = [sys.executable, "-m", "gunicorn", "config.wsgi", "--config", "python:config.web_server"]
    return [
        Child("web", [*web, "--bind", f"{host}:{port}", "--graceful-timeout", "15"]),
        Child("worker", [*celery, "worker", "--pool", "solo", *quiet]),
        Child("beat", [*celery, "beat", "--pidfile=", "--schedule", beat_schedule, "--loglevel", "WARNING"]),
    ]
