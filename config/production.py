"""What production must not start with. Called at the end of the settings, so no process gets past it."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

Settings = Mapping[str, Any]
SHORTEST_SECRET = 50
SHORTEST_PASSWORD = 12
SHORTEST_TOKEN = 32
FEWEST_CHARACTERS = 20
"""Different ones in a secret; fewer in 50 mean that nobody drew it at random."""
PLACEHOLDER = re.compile(
    r"change.?me|example|placeholder|insecure|default|password|passwd|secret|lianchou|postgres|redis|123456789|qwerty|abcdefgh",
    re.IGNORECASE,
)


def refuse_weak_settings(settings: Settings, environment: Callable[..., Any]) -> None:
    """Raises ImproperlyConfigured with every fault in one message."""
    faults = weak_settings(settings, database_url=environment("DATABASE_URL", default=""))
    if faults:
        raise ImproperlyConfigured("production refuses to start:\n" + "\n".join(f"- {fault}" for fault in faults))


def weak_settings(settings: Settings, *, database_url: str) -> list[str]:
    rules = {
        "SECRET_KEY is the demo's, shorter than 50 characters, or not random": _has_weak_secret(settings),
        "DEBUG is on": settings["DEBUG"],
        "DEMO is on: it shows accounts with their passwords": settings["DEMO"],
        "ALLOWED_HOSTS is empty or has a wildcard": _has_open_hosts(settings["ALLOWED_HOSTS"]),
        "CSRF_TRUSTED_ORIGINS has a wildcard or an address without HTTPS": _has_open_origins(settings),
        "DATABASE_URL is missing": not database_url,
        "DATABASE_URL names SQLite, which several processes with a pool of workers damage": _is_sqlite(database_url),
        "DATABASE_URL has a weak password, of fewer than 12 characters or a placeholder": bool(database_url)
        and not _is_sqlite(database_url)
        and _has_weak_password(database_url),
        "CELERY_BROKER_URL must be a redis:// or rediss:// address with a password": not _is_guarded_redis(
            settings["CELERY_BROKER_URL"]
        ),
        "CELERY_BROKER_URL has a weak password, of fewer than 12 characters or a placeholder": _is_guarded_redis(
            settings["CELERY_BROKER_URL"]
        )
        and _has_weak_password(settings["CELERY_BROKER_URL"]),
        "REDIS_URL has no password": bool(settings["REDIS_URL"]) and not _is_guarded_redis(settings["REDIS_URL"]),
        "BEHIND_PROXY is on, but TRUSTED_PROXIES counts none: all visitors would have the proxy's address": bool(
            settings["SECURE_PROXY_SSL_HEADER"]
        )
        and settings["TRUSTED_PROXIES"] < 1,
        "TRUSTED_PROXIES counts some, but BEHIND_PROXY is off: visitors could say any address": not settings[
            "SECURE_PROXY_SSL_HEADER"
        ]
        and settings["TRUSTED_PROXIES"] > 0,
        "METRICS_TOKEN is shorter than 32 characters or a placeholder": _has_weak_token(settings["METRICS_TOKEN"]),
    }
    return [fault for fault, holds in rules.items() if holds]


def _has_weak_secret(settings: Settings) -> bool:
    secret = settings["SECRET_KEY"]
    return (
        secret == settings["DEMO_SECRET_KEY"]
        or len(secret) < SHORTEST_SECRET
        or len(set(secret)) < FEWEST_CHARACTERS
        or _is_placeholder(secret)
    )


def _has_open_hosts(hosts: list[str]) -> bool:
    return not hosts or any("*" in host or host.startswith(".") for host in hosts)


def _has_open_origins(settings: Settings) -> bool:
    return any("*" in origin or not origin.startswith("https://") for origin in settings["CSRF_TRUSTED_ORIGINS"])


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def _is_guarded_redis(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"redis", "rediss"} and bool(parts.password)


def _has_weak_password(url: str) -> bool:
    """A database that lets its own machine in without a password has no host in its address."""
    parts = urlsplit(url)
    password = unquote(parts.password or "")
    return bool(parts.hostname) and (len(password) < SHORTEST_PASSWORD or _is_placeholder(password))


def _has_weak_token(token: str) -> bool:
    return bool(token) and (len(token) < SHORTEST_TOKEN or _is_placeholder(token))


def _is_placeholder(secret: str) -> bool:
    """A word that people write where a secret is to be put in, or the same few characters again and again."""
    return bool(PLACEHOLDER.search(secret)) or len(set(secret)) < 6
