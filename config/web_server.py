"""Gunicorn's configuration: `gunicorn config.wsgi --config python:config.web_server`. Addresses come from its caller.

Every process counts its requests into one folder, which is emptied when the server starts; what /metrics tells is
the sum (https://prometheus.github.io/client_python/multiprocess/)."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
COUNTS = Path(
    os.environ.setdefault(
        "PROMETHEUS_MULTIPROC_DIR", str(Path(tempfile.gettempdir(), f"lianchou-counts-{os.getpid()}"))
    )
)

from django.conf import settings  # noqa: E402  # the folder is to be known before anything counts

workers = settings.WEB_PROCESSES
threads = settings.WEB_THREADS
worker_class = "gthread"
control_socket_disable = True
graceful_timeout = 30
timeout = 120
logconfig_dict = settings.LOGGING | {
    "loggers": settings.LOGGING["loggers"]
    | {
        "gunicorn.error": {
            "level": settings.LOG_LEVEL if settings.PRODUCTION else "WARNING",
            "handlers": ["console"],
            "propagate": False,
        },
        "gunicorn.access": {"level": "CRITICAL", "handlers": ["console"], "propagate": False},
    }
}
"""Requests are told by config.watching.requests, without addresses."""


def on_starting(server: Any) -> None:
    shutil.rmtree(COUNTS, ignore_errors=True)
    COUNTS.mkdir(parents=True)


def post_worker_init(worker: Any) -> None:
    from config.watching.models import Heartbeat  # noqa: PLC0415  # the application is loaded now
    from config.watching.pulse import Pulse  # noqa: PLC0415

    Pulse(Heartbeat.Kind.WEB).start()


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess  # noqa: PLC0415

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    shutil.rmtree(COUNTS, ignore_errors=True)
