"""Heartbeats: every web server, worker and clock tells every few seconds that it runs."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler
from celery.signals import worker_ready, worker_shutdown
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.utils import timezone

from config.upkeep import databases
from config.watching.models import Heartbeat

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 10
FORGOTTEN_AFTER = timedelta(days=1)
TICKS_WITHIN = timedelta(seconds=90)
"""A clock that has not looked at its schedule for so long hangs; its process may run on."""


class Pulse(threading.Thread):
    """A thread with a database connection of its own, opened for each beat: what is forked meanwhile inherits none."""

    def __init__(
        self,
        kind: Heartbeat.Kind,
        name: str = "",
        queues: Sequence[str] = (),
        is_well: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(name=f"{kind}-pulse", daemon=True)
        self.kind, self.host, self.queues, self.is_well = kind, socket.gethostname(), sorted(queues), is_well
        self.beats_as = name or f"{kind}@{self.host}"
        self.stopping = threading.Event()

    def run(self) -> None:
        while True:
            if self.is_well():
                self.write(self.beat)
            if self.stopping.wait(INTERVAL_SECONDS):
                return

    def stop(self) -> None:
        """What ends in good order is not missed."""
        self.stopping.set()
        self.join(timeout=2)
        self.write(Heartbeat.objects.filter(pk=self.beats_as).delete)

    def write(self, act: Callable[[], object]) -> None:
        try:
            with databases.in_place(databases.another({})):
                act()
        except DatabaseError as error:
            logger.warning("no heartbeat of %s: %s", self.beats_as, type(error).__name__)

    def beat(self) -> None:
        Heartbeat.objects.update_or_create(
            pk=self.beats_as,
            defaults={
                "kind": self.kind,
                "host": self.host,
                "queues": self.queues,
                "seen_at": Now(),
                "ahead_milliseconds": ahead_milliseconds(),
            },
        )
        Heartbeat.objects.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()


def ahead_milliseconds() -> int:
    """How far this host's clock is ahead of the database's, to within half of what asking takes. A database in a file
    has no other clock than the host's."""
    if connection.vendor == databases.SQLITE:
        return 0
    before = timezone.now()
    there = databases.now()
    here = before + (timezone.now() - before) / 2
    return round((here - there) / timedelta(milliseconds=1))


class Scheduler(PersistentScheduler):
    """Celery beat's own, which beats as long as it keeps looking at its schedule."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.ticked_at = time.monotonic()
        self.ticked_beside = kwargs["schedule_filename"]
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        super().setup_schedule()
        Pulse(Heartbeat.Kind.CLOCK, is_well=self.is_ticking).start()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait: float = super().tick(*args, **kwargs)
        self.ticked_at = time.monotonic()
        Path(f"{self.ticked_beside}.ticked").touch()
        return wait

    def is_ticking(self) -> bool:
        return time.monotonic() - self.ticked_at < TICKS_WITHIN.total_seconds()


pulses: list[Pulse] = []


@worker_ready.connect(weak=False)
def begin(sender: Any, **kwargs: Any) -> None:
    queues = list(sender.app.amqp.queues.consume_from)
    pulses.append(Pulse(Heartbeat.Kind.WORKER, sender.hostname, queues))
    pulses[-1].start()


@worker_shutdown.connect(weak=False)
def end(**kwargs: Any) -> None:
    while pulses:
        pulses.pop().stop()
