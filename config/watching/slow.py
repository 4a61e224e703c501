"""Slow statements of the database: each in the log, without its values; how many of the last hour, in the cache."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

logger = structlog.get_logger(__name__)

SPAN_SECONDS = 300
SPANS = 12
LONGEST_STATEMENT = 2000


@dataclass(frozen=True, slots=True)
class Seen:
    """longest: in milliseconds."""

    count: int
    longest: int


def watch_every_connection() -> None:
    connection_created.connect(_watch, dispatch_uid="config.watching.slow")


def _watch(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if settings.SLOW_QUERY_MILLISECONDS and timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(timed)


def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Values are given apart from the statement and are not looked at."""
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        took = round((time.perf_counter() - started) * 1000)
        if took >= settings.SLOW_QUERY_MILLISECONDS > 0:
            logger.warning("slow_query", milliseconds=took, statement=sql[:LONGEST_STATEMENT])
            _count(took)


def _count(took: int) -> None:
    """Two processes at the same moment may count as one."""
    key = _key(_span())
    seen = cache.get(key, (0, 0))
    cache.set(key, (seen[0] + 1, max(seen[1], took)), SPAN_SECONDS * (SPANS + 1))


def last_hour() -> Seen:
    now = _span()
    found = cache.get_many([_key(now - ago) for ago in range(SPANS)]).values()
    return Seen(sum(count for count, _ in found), max((longest for _, longest in found), default=0))


def _span() -> int:
    return int(time.time()) // SPAN_SECONDS


def _key(span: int) -> str:
    return f"watching:slow:{span}"
