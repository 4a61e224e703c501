"""The public results page with 20,000 institutions and 500,000 findings in PostgreSQL: 500,000 public results, each with
a finding, asked for at 100 requests a second by readers who search by name, initials, code, domain, region and year and
turn pages, from the site as it is served.

Goals: p95 at most 5 × a trivial view in the same run (floor 3 ms), the same few queries for every search, no 5xx.

Run: python tests/bench/bench_public_site.py
"""

import http.client
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tooling import services  # noqa: E402

INSTITUTIONS, CAMPAIGNS = 20_000, 25
READERS, A_SECOND, SECONDS = 25, 100, 40
WARM_UP = 10.0
"""Seconds before anything is measured: processes of the server load the site with their first requests."""
TRIVIAL_EVERY = 0.05
NEVER_ASKED = 0.1
"""Of the requests: for a page that nobody asked for before. The others are for one of 300."""
FLOOR, AT_MOST, MOST_QUERIES = 3.0, 5, 9


def main() -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lianchou-bench-")))
        folder.chmod(0o755)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATA_DIR": str(folder),
            "DATABASE_URL": stack.enter_context(services.postgres(folder)),
            "REDIS_URL": stack.enter_context(services.redis(folder)),
        }
        import django

        django.setup()
        fill()
        paths = addresses()
        queries = {path: count_queries(path) for path in paths[:40]}
        port = services.free_port()
        server = serve(port)
        stack.callback(end, server)
        trivial, pages = storm(port, paths)
        tell_alone(port, paths)
        return report(trivial, pages, max(queries.values()))


def fill() -> None:
    from django.core.management import call_command
    from django.db import connection

    from tests.production import big_data, big_rows

    started = time.perf_counter()
    call_command("migrate", verbosity=0)
    big_data.fill(big_data.Size(INSTITUTIONS, CAMPAIGNS), rows=big_rows.PUBLIC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM publications_publishedresult WHERE is_current")
        print(f"{cursor.fetchone()[0]:,} public results in {time.perf_counter() - started:.0f} s")


def addresses() -> list[str]:
    """What readers ask for: a third the newest, a third filtered, a third searched, and every second turned further."""
    from accounts.models import Region
    from institutions.models import Domain, Institution

    chance = random.Random(1)
    regions = list(Region.objects.filter(level__in=["city", "county"]).values_list("code", flat=True))
    domains = list(Domain.objects.values_list("code", flat=True))
    known = list(Institution.objects.values_list("name", "uscc", "initials")[:2000])
    found = []
    for number in range(300):
        name, code, letters = chance.choice(known)
        region, domain, year = chance.choice(regions), chance.choice(domains), chance.randint(2019, 2026)
        found.append(
            [
                "", f"region={region}&year={year}", f"q={quote(name[:4])}",
                "", f"domain={domain}&region={region}", f"q={code}",
                f"year={year}", f"region={region}&domain={domain}&year={year}", f"q={letters}",
                f"domain={domain}", f"region={region}", f"q={quote('检测')}&year={year}",
            ][number % 12]
        )  # fmt: skip
    further = f"after={chance.randint(2019, 2026)}-06-15_{chance.randint(1, INSTITUTIONS * CAMPAIGNS)}"
    return [
        f"/public/results/?{query}&{further}" if number % 4 == 3 else f"/public/results/?{query}"
        for number, query in enumerate(found)
    ]


def count_queries(path: str) -> int:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1"})
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def serve(port: int) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--threads", "4", "--no-control-socket", "--log-level", "error",
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT)
    services.wait_for_port(server, port)
    return server


def end(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=30)


def storm(port: int, paths: list[str]) -> tuple[list[float], list[tuple[float, str]]]:
    """Milliseconds of the trivial view, and of the pages with their addresses."""
    trivial: list[float] = []
    pages: list[tuple[float, str]] = []
    failures: list[str] = []
    stop = time.monotonic() + SECONDS
    threads = [
        threading.Thread(target=read_on, args=(port, number, paths, stop, pages, failures)) for number in range(READERS)
    ]
    threads.append(threading.Thread(target=look_on, args=(port, stop, trivial)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        print(f"{len(failures)} requests failed, the first: {failures[0]}")
        sys.exit(1)
    return trivial, pages


def read_on(port, number, paths, stop, pages, failures) -> None:
    chance = random.Random(number)
    every = READERS / A_SECOND
    time.sleep(every * number / READERS)
    due = time.monotonic()
    while due < stop:
        path = chance.choice(paths) + (further(chance) if chance.random() < NEVER_ASKED else "")
        is_warm = stop - time.monotonic() < SECONDS - WARM_UP
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        elapsed = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            failures.append(f"{answer.status} {path}")
            return
        if is_warm:
            pages.append((elapsed, path))
        due += every
        time.sleep(max(0.0, due - time.monotonic()))


def further(chance: random.Random) -> str:
    """Somewhere in the list."""
    return f"&after={chance.randint(2019, 2026)}-{chance.randint(1, 12):02d}-15_{chance.randint(1, 500_000)}"


def look_on(port: int, stop: float, trivial: list[float]) -> None:
    while time.monotonic() < stop:
        is_warm = stop - time.monotonic() < SECONDS - WARM_UP
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        connection.close()
        if is_warm:
            trivial.append((time.perf_counter() - started) * 1000)
        time.sleep(TRIVIAL_EVERY)


def alone(port: int, paths: list[str]) -> list[float]:
    """Milliseconds of these, one after the other, with nobody else there."""
    times = []
    for path in paths:
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 200
        times.append((time.perf_counter() - started) * 1000)
    return times


def tell_alone(port: int, paths: list[str]) -> None:
    chance = random.Random(2)
    first, again = alone(port, ["/public/"] * 2)
    print(f"front page: {first:.0f} ms with its figures counted, then {again:.0f} ms")
    trivial = median(alone(port, ["/healthz"] * 50))
    unknown = median(alone(port, [path + further(chance) for path in paths[:60]]))
    print(f"alone, never asked before: {unknown:.1f} ms, {unknown / max(FLOOR, trivial):.1f} × trivial (medians)")


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def report(trivial: list[float], pages: list[tuple[float, str]], queries: int) -> int:
    times = [elapsed for elapsed, _ in pages]
    ratio = p95(times) / max(FLOOR, p95(trivial))
    print(
        f"{len(pages):,} pages in {SECONDS - WARM_UP:.0f} s; median {sorted(times)[len(times) // 2]:.1f} ms, p95 {p95(times):.1f} ms"
    )
    print(f"trivial view: median {sorted(trivial)[len(trivial) // 2]:.1f} ms, p95 {p95(trivial):.1f} ms")
    for elapsed, path in sorted(pages, reverse=True)[:5]:
        print(f"  slowest: {elapsed:.0f} ms {path}")
    print(f"results page / trivial (p95): {ratio:.1f}, at most {AT_MOST}; queries: {queries}, at most {MOST_QUERIES}")
    return int(ratio > AT_MOST or queries > MOST_QUERIES)


if __name__ == "__main__":
    sys.exit(main())
