"""Caches that nobody needs: one that is away, or whose disk is full, has found nothing and keeps nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

REDIS_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
    "retry": Retry(NoBackoff(), 1),  # a connection from before a restart is dead; the next one is not
}
"""The client's own patience is half a minute."""


def otherwise(value: Any) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """What the cache answers while it is away."""

    def forgive(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @wraps(method)
        def forgiving(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            try:
                return method(*args, **kwargs)
            except (RedisError, OSError):
                result: Result = value() if callable(value) else value
                return result

        return forgiving

    return forgive


class ForgivingRedisCache(RedisCache):
    """Counting (`incr`) and emptying (`clear`) still raise: who asks for these must know."""

    add = otherwise(False)(RedisCache.add)
    set = otherwise(None)(RedisCache.set)
    touch = otherwise(False)(RedisCache.touch)
    delete = otherwise(False)(RedisCache.delete)
    get_many = otherwise(dict)(RedisCache.get_many)
    has_key = otherwise(False)(RedisCache.has_key)
    set_many = otherwise(list)(RedisCache.set_many)
    delete_many = otherwise(None)(RedisCache.delete_many)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError:
            return default


class ForgivingFileCache(FileBasedCache):
    """For the set-up without Redis."""

    set = otherwise(None)(FileBasedCache.set)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except OSError:
            return default

    def add(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        try:
            return super().add(key, value, timeout, version)
        except OSError:
            return False
