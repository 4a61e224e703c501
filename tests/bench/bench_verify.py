"""How long anyone waits for a transcript of 100,000 institutions: in the browser, on the page, and on the command line.

Run: python tests/bench/bench_verify.py [number of institutions]

Wall-clock time of the whole thing, reading the file included; the best of three, since other work on the machine only
ever adds. The second transcript has too few inspectors, so that the refilling search decides many places.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="lianchou-bench-")

import django  # noqa: E402

django.setup()

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from campaigns import draw as engine  # noqa: E402
from tests.bench.bench_draw import make_sheet  # noqa: E402
from tooling import browsers  # noqa: E402

COUNT = 100_000
RATIO = "5%"
TRIES = 3
GOALS = {"browser": 20, "command": 10}
ENOUGH, SCARCE = 40, 12
"""Most tasks of an inspector: one for every 100 institutions, who have 15 places to fill."""


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of its parent
        pass


def write_transcript(count: int, limit: int, folder: Path) -> Path:
    sheet = make_sheet(count, limit=limit)
    for line in sheet["lines"]:
        line["size"] = {"ratio": RATIO}
    options = {"secret": bytes(32), "frozen_at": "2026-01-01T00:00:00Z", "contributions": {"public:开奖": "1"}}
    path = folder / f"{limit}.json"
    path.write_text(json.dumps(engine.run(sheet, **options), ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def best_of(work: Callable[[], None]) -> float:
    found = []
    for _ in range(TRIES):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def verify_in_browser(page: Page, transcript: Path) -> None:
    page.reload()
    page.set_input_files("input[type=file]", transcript)
    page.wait_for_selector("[data-result][data-done=good]", timeout=300_000)


def verify_by_command(transcript: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "campaigns.draw", "verify", transcript], cwd=PROJECT, check=True, capture_output=True
    )


def measure(page: Page, name: str, transcript: Path) -> list[str]:
    """Prints one line; the goals that were missed."""
    seconds = {
        "browser": best_of(lambda: verify_in_browser(page, transcript)),
        "command": best_of(lambda: verify_by_command(transcript)),
    }
    drawn = len(json.loads(transcript.read_text(encoding="utf-8"))["result"]["teams"])
    size = transcript.stat().st_size / 1e6
    print(f"{name:<16}{drawn:>6}{size:>7.1f}{seconds['browser']:>11.1f} s{seconds['command']:>10.1f} s", flush=True)
    return [f"{name}, {way}: {took:.1f} s" for way, took in seconds.items() if took > GOALS[way]]


def main(count: int) -> int:
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    missed: list[str] = []
    print(f"{count:,} institutions   drawn     MB      browser     command")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browsers.options())
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/verify/")
        for name, limit in (("enough people", ENOUGH), ("too few people", SCARCE)):
            missed += measure(page, name, write_transcript(count, limit, Path(folder)))
        browser.close()
    server.shutdown()
    print(f"meanwhile {os.getloadavg()[0]:.1f} processes wanted the machine's {os.cpu_count()} processors")
    for line in missed:
        print(f"goal missed: {line}")
    if not missed:
        print(f"goals met: at most {GOALS['browser']} s in the browser, at most {GOALS['command']} s by command")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
