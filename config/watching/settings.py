"""Settings of watching: what is measured, what is logged and how, where errors are told."""

from typing import Any

from config.environment import PRODUCTION, PROFILE, env, text
from config.watching.logs import logging_of, set_up

METRICS_TOKEN = text("METRICS_TOKEN")
"""Opens /metrics and /readyz from other machines; this machine itself needs none (config/watching/doors.py)."""
DISK_FREE_MEGABYTES = env.int("DISK_FREE_MEGABYTES", default=2048)
"""Less is told to the administrator; less than a quarter of it is told as broken."""
SLOW_QUERY_MILLISECONDS = env.int("SLOW_QUERY_MILLISECONDS", default=1000)
"""Statements that took so long are logged, without their values; 0 logs none."""

SENTRY_DSN = text("SENTRY_DSN")
"""Where errors are told, without personal data (config/watching/sentry.py). Empty: nowhere."""
SENTRY_ENVIRONMENT = text("SENTRY_ENVIRONMENT", PROFILE)

LOG_LEVEL = text("LOG_LEVEL", "INFO")
LOG_FORMAT = text("LOG_FORMAT", "json" if PRODUCTION else "line")
LOGGING: dict[str, Any] = logging_of(LOG_FORMAT, LOG_LEVEL)
"""Logs go to standard error; whoever runs the processes keeps them."""
set_up()

DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = 10
"""The clock begins a task every few seconds; that they began and ended is a matter of debugging."""
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
"""Addresses stand in the proxy's log and in the record of signing in."""
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = 20
"""A page that is not there is no warning."""
