"""200 people at once: 60 % of the public, 25 % of institutions, 15 % officers, 5 % of everything officers' edits, on a
province of 20,000 institutions and 500,000 findings, served by two web hosts as compose starts them, with workers and
the clock, for a minute.

Goals: no 5xx and no request without an answer; what was acknowledged is stored; p95 of public pages at most 5 ×, of
pages of institutions 10 ×, of writes 15 ×, of the slowest page 25 × a trivial view (/healthz, through the same servers
and the same middleware) probed 5 times a second in the same run (floor 3 ms).

Run: python tests/bench/bench_load.py [SECONDS]
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.production import figures  # noqa: E402
from tests.production.crowd import Answer, Crowd, lost_writes  # noqa: E402
from tests.production.people import people_from  # noqa: E402
from tests.production.rig import HOST, PROXY_HEADERS, Rig  # noqa: E402

PEOPLE, RATE, SECONDS = 200, 20, 60
"""Everybody does something every ten seconds, as who reads what comes and thinks."""
WARM_UP, IDLE = 20, 10
"""Seconds before anything is measured: processes load the site with their first requests, then nobody is there."""
MOST = {"public": 5.0, "portal": 10.0, "writes": 15.0}
MOST_OF_A_PAGE, MOST_SHOWN, ENOUGH = 25.0, 25, 5
PROBE = "/healthz"
HEADERS = PROXY_HEADERS | {"Referer": f"https://{HOST}/"}


def main(seconds: int) -> int:
    with Rig() as rig:
        print(rig.program("-m", "tests.production.province"), end="")
        everybody = people_from(rig.program("-m", "tests.production.people", str(PEOPLE)))
        rig.open()
        idle = Crowd(rig.web_urls, [], 1, probe=PROBE, headers=HEADERS)
        run(idle, IDLE)
        crowd = Crowd(rig.web_urls, everybody, RATE, probe=PROBE, headers=HEADERS)
        run(crowd, WARM_UP + seconds)
        places = json.dumps(sorted({each.place for each in crowd.written}))
        stored = json.loads(rig.program("-m", "tests.production.people", "stored", given=places))
        return report(crowd, figures.base_of(idle.answers), len(lost_writes(crowd, stored)))


def run(crowd: Crowd, seconds: float) -> None:
    crowd.start()
    time.sleep(seconds)
    crowd.stop()


def report(crowd: Crowd, idle: float, lost: int) -> int:
    measured = [answer for answer in crowd.answers if answer.at > WARM_UP]
    kinds = figures.by_kind(measured, MOST)
    pages = [line for line in figures.by_page(measured, MOST_OF_A_PAGE) if line.count >= ENOUGH]
    print(f"trivial view p95: {idle:.1f} ms with nobody there, {figures.base_of(measured):.1f} ms in the crowd")
    print(figures.table(kinds, "who"))
    print(figures.table(pages[:MOST_SHOWN], f"page (of {len(pages)})"))
    bad = failures(crowd.answers)
    print(f"{len(crowd.answers):,} answers: {dict(crowd.count_by_status())}; failed: {dict(bad) or 'none'}")
    print(f"{len(crowd.acknowledged)} of {len(crowd.written)} writes acknowledged, {lost} of them not stored")
    return int(bool(bad) or lost > 0 or not all(line.is_held for line in [*kinds, *pages]))


def failures(answers: list[Answer]) -> Counter[str]:
    """Requests without an answer, with an error of the server, or refused as wrong."""
    return Counter(
        f"{answer.status} {answer.kind}: {answer.page} {answer.path}" for answer in answers
        if answer.status not in (200, 302, 304)
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
