"""What production must not start with. Called at the end of the settings, so no process gets past it."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

Settings = Mapping[str, Any]
SHORTEST_SECRET = 50


def refuse_weak_settings(settings: Settings, environment: Callable[..., Any]) -> None:
    """Raises ImproperlyConfigured with every fault in one message."""
    faults = weak_settings(settings, database_url=environment("DATABASE_URL", default=""))
    if faults:
        raise ImproperlyConfigured("production refuses to start:\n" + "\n".join(f"- {fault}" for fault in faults))


def weak_settings(settings: Settings, *, database_url: str) -> list[str]:
    rules = {
        "SECRET_KEY is the demo's or shorter than 50 characters": _has_weak_secret(settings),
        "DEBUG is on": settings["DEBUG"],
        "DEMO is on: it shows accounts with their passwords": settings["DEMO"],
        "ALLOWED_HOSTS is empty or has a wildcard": _has_open_hosts(settings["ALLOWED_HOSTS"]),
        "DATABASE_URL is missing": not database_url,
        "CELERY_BROKER_URL must be a redis:// or rediss:// address with a password": not _is_guarded_redis(
            settings["CELERY_BROKER_URL"]
        ),
        "REDIS_URL has no password": bool(settings["REDIS_URL"]) and not _is_guarded_redis(settings["REDIS_URL"]),
    }
    return [fault for fault, holds in rules.items() if holds]


def _has_weak_secret(settings: Settings) -> bool:
    secret = settings["SECRET_KEY"]
    return secret == settings["DEMO_SECRET_KEY"] or len(secret) < SHORTEST_SECRET


def _has_open_hosts(hosts: list[str]) -> bool:
    return not hosts or any("*" in host or host.startswith(".") for host in hosts)


def _is_guarded_redis(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"redis", "rediss"} and bool(parts.password)
