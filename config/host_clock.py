"""A host whose clock differs from the database's does no business: it would publish early, void late, and write wrong
times into records. Its pages answer 503, its worker and its clock end until the time is right again."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from celery import Task
from celery.exceptions import Reject
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)

LOOK_AGAIN_AFTER = 15
"""Seconds by a clock that nobody can set."""
ALWAYS_ANSWERED = "/healthz"


class HostClock:
    """How far this process's clock is ahead of the database's, looked up now and then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked_at = -float(LOOK_AGAIN_AFTER)
        self._ahead = 0.0

    def is_wrong(self) -> bool:
        """By more than CLOCK_TOLERANCE_SECONDS. SQLite has no clock of its own; a database that is away tells nothing."""
        tolerance = settings.CLOCK_TOLERANCE_SECONDS
        return bool(tolerance) and connection.vendor == "postgresql" and abs(self._seconds_ahead()) > tolerance

    def _seconds_ahead(self) -> float:
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_AGAIN_AFTER:
                self._look()
        return self._ahead

    def _look(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
                (told,) = cursor.fetchone()
        except (DatabaseError, InterfaceError):
            return
        self._ahead, self._looked_at = time.time() - float(told), time.monotonic()
        if abs(self._ahead) > settings.CLOCK_TOLERANCE_SECONDS:
            logger.error("the clock of this host is %.0f seconds ahead of the database's", self._ahead)


host_clock = HostClock()


class RefuseWithWrongClock:
    """The first middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != ALWAYS_ANSWERED and host_clock.is_wrong():
            return render(None, "wrong_clock.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
        return self.get_response(request)


class PunctualTask(Task):  # type: ignore[type-arg]  # celery has no arguments for it
    """Every task: on a host with a wrong clock it goes back to the queue, for another one."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if host_clock.is_wrong() and not self.request.called_directly:
            self.app.control.shutdown(destination=[str(self.request.hostname)])
            raise Reject("the clock of this host is wrong", requeue=True)
        return super().__call__(*args, **kwargs)


def refuse_to_start(**_: object) -> None:
    """For workers and the clock; whoever keeps them running tries again."""
    wrong = host_clock.is_wrong()
    connections.close_all()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]  # children are forked next, and a pool does not survive that
    if wrong:
        sys.exit("the clock of this host is wrong: not started")


def end_with_wrong_clock(**_: object) -> None:
    """For beat, before it sends anything: its messages tell when they expire."""
    if host_clock.is_wrong():
        sys.exit("the clock of this host is wrong: ended")
