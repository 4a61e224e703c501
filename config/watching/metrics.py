"""Metrics for Prometheus. Each web process counts its requests; what the database knows is asked when they are read.

Several processes count into files of one folder (PROMETHEUS_MULTIPROC_DIR, set by config/web_server.py)."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import Error
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import REGISTRY, Collector

from campaigns import publiclog
from campaigns.models import Draw
from campaigns.states import DrawState
from config.upkeep import databases
from config.upkeep.last import last_backup
from config.watching import slow
from config.watching.doors import inside
from config.watching.models import Heartbeat
from config.watching.parts import ground
from jobs.models import Job
from jobs.overview import queue_figures

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
UNKNOWN = "none"

requests = Counter("lianchou_requests", "Requests answered.", ["route", "method", "status"])
seconds = Histogram("lianchou_request_seconds", "Seconds until the answer began.", ["route"], buckets=BUCKETS)


class CountRequests:
    """Middleware: by the route's name, never by the address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.view_name if request.resolver_match else UNKNOWN
        requests.labels(route, _method(request), response.status_code).inc()
        seconds.labels(route).observe(time.perf_counter() - started)
        return response


def _method(request: HttpRequest) -> str:
    return (
        str(request.method)
        if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
        else "other"
    )


@inside
def metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)


def registry() -> CollectorRegistry:
    """Of this process, or of all processes of this server; and what is asked now."""
    shared = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    else:
        shared.register(REGISTRY)
    shared.register(State())
    return shared


class State(Collector):
    """What database, disk and records know. lianchou_up tells whether the database could be asked."""

    def collect(self) -> Iterator[Metric]:
        yield from disk()
        yield from backups()
        try:
            found = [metric for ask in ASKED for metric in ask()]
        except Error:
            found = []
        yield gauge("up", "Whether the database answers.", int(bool(found)))
        yield from found


def gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"lianchou_{name}", meaning, value=value)


def disk() -> Iterator[Metric]:
    family = GaugeMetricFamily("lianchou_disk_free_bytes", "Free space.", labels=["place"])
    for each in ground.disks():
        family.add_metric([each.key], each.free)
    yield family


def backups() -> Iterator[Metric]:
    if made := last_backup().made:
        yield gauge(
            "backup_age_seconds", "Since the last backup that succeeded.", (timezone.now() - made).total_seconds()
        )


def database() -> Iterator[Metric]:
    yield gauge("database_bytes", "Size of the database.", ground.database_size())
    seen = slow.last_hour()
    yield gauge("slow_queries_last_hour", "Statements slower than SLOW_QUERY_MILLISECONDS.", seen.count)


def jobs() -> Iterator[Metric]:
    family = GaugeMetricFamily("lianchou_jobs", "Jobs by queue and state.", labels=["queue", "state"])
    for queue, state, count in Job.objects.order_by().values_list("queue", "state").annotate(Count("pk")):
        family.add_metric([queue, state], count)
    yield family
    oldest = GaugeMetricFamily("lianchou_oldest_job_seconds", "How long the first of a queue waits.", labels=["queue"])
    now = databases.now()
    for figures in queue_figures():
        oldest.add_metric([figures.queue.value], figures.age(now).total_seconds())
    yield oldest
    yield gauge("jobs_needing_attention", "Not taken up for a minute.", Job.objects.needing_attention().count())


def draws() -> Iterator[Metric]:
    frozen = Draw.objects.filter(state=DrawState.FROZEN).count()
    yield gauge("draws_awaiting", "Frozen, and not yet drawn.", frozen)
    head = publiclog.head()
    yield gauge("log_entries", "Entries of the public log.", head.number)
    if head.at:
        age = (databases.now() - datetime.fromisoformat(head.at)).total_seconds()
        yield gauge("log_head_age_seconds", "Since the last entry of the public log.", age)


def processes() -> Iterator[Metric]:
    family = GaugeMetricFamily("lianchou_processes", "Processes seen within a minute.", labels=["kind"])
    counts = dict(Heartbeat.objects.alive().order_by().values_list("kind").annotate(Count("pk")))
    for kind in Heartbeat.Kind.values:
        family.add_metric([kind], counts.get(kind, 0))
    yield family
    ahead = GaugeMetricFamily("lianchou_clock_ahead_seconds", "Against the database's clock.", labels=["process"])
    for each in Heartbeat.objects.alive():
        ahead.add_metric([each.name], each.ahead_milliseconds / 1000)
    yield ahead


ASKED = (database, jobs, draws, processes)
