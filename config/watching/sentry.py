"""Errors told to a Sentry of the site's own, when SENTRY_DSN names one. Without it nothing leaves."""

import logging
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.transport import Transport
from sentry_sdk.types import Event, Hint
from structlog.contextvars import get_contextvars

from config.watching.logs import PERSONAL, is_of_machines

KEPT_OF_FRAMES = {"filename", "abs_path", "function", "module", "lineno", "in_app"}
KEPT = {
    "event_id",
    "timestamp",
    "level",
    "platform",
    "logger",
    "environment",
    "release",
    "sdk",
    "transaction",
    "exception",
}


def begin(dsn: str, environment: str, *, transport: type[Transport] | Transport | None = None) -> None:
    """Personal data is off by the library's default, and `scrubbed` names what may pass."""
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        transport=transport,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=None,
        auto_session_tracking=False,
        default_integrations=False,
        integrations=[
            DjangoIntegration(transaction_style="url"),
            CeleryIntegration(),
            LoggingIntegration(level=None, event_level=logging.ERROR),
        ],
        before_send=scrubbed,
    )


def scrubbed(event: Event, hint: Hint) -> Event | None:
    """Only what is named here passes: where it broke and under which number of request or job; no values, no words
    that somebody may have typed."""
    told: dict[str, Any] = {key: value for key, value in event.items() if key in KEPT}
    error = (hint.get("exc_info") or (None, None, None))[1]
    for each in told.get("exception", {}).get("values", []):
        if error is None or type(error).__name__ != each.get("type") or not is_of_machines(error):
            each["value"] = ""
        each["value"] = PERSONAL.sub("…", each.get("value") or "")
        for frame in (each.get("stacktrace") or {}).get("frames", []):
            for key in set(frame) - KEPT_OF_FRAMES:
                del frame[key]
    if words := event.get("logentry", {}).get("message"):
        told["logentry"] = {"message": PERSONAL.sub("…", str(words))}
    told["tags"] = {key: str(value) for key, value in get_contextvars().items() if key.endswith("_id")}
    return told  # type: ignore[return-value]
