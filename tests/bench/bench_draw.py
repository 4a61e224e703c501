"""What a draw of 10 % costs: speed and memory at three sizes, beside a bare hash loop and PyPI's consistent_sampler.

Run: python tests/bench/bench_draw.py [number of institutions ...]      (10000 100000 1000000 if none is given)

Every row is measured in a process of its own; memory is the most that process ever held, the sheet included.
"""

import gc
import hashlib
import json
import math
import resource
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from random import Random

from consistent_sampler import sampler

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from campaigns import draw as engine
from campaigns.draw.ranking import Ranking, draw_line, make_tickets
from campaigns.draw.sheet import read_sheet
from campaigns.draw.sizes import plan_lines

SIZES = (10_000, 100_000, 1_000_000)
SEED = "5e" * 32
GOAL_OVER_SAMPLER = 10
MOST_RATIO_TO_HASHES = 1.5
MOST_MEGABYTES = 700
MOST_GROWTH = 1.25  # n log n, and a quarter for caches that no longer hold everything
FLOOR = "one bare SHA-256 per institution already costs a twelfth of what the sampler does"
COUNTIES = tuple(sys.intern(f"1402{number:02}") for number in range(12, 28))
LINES = ("vehicle", "eco", "other")
TEAM = [{"pool": "A", "role": "officer", "number": 2}, {"pool": "B", "role": "expert", "number": 1}]


def make_sheet(count: int, *, limit: int = 40) -> dict[str, object]:
    """count institutions in three lines, one inspector for 100 of them, 10 % drawn with teams of three."""
    random = Random(count)
    no_flags: list[str] = []
    return {
        "protocol": "lianchou-draw/1",
        "draw": "bench",
        "title": "测速",
        "sources": ["public:开奖"],
        "quota": None,
        "lines": [
            {"code": code, "title": code, "size": {"ratio": "10%"}, "reserve": 5, "team": TEAM} for code in LINES
        ],
        "institutions": [
            {
                "id": f"91140200MA{number:08}",
                "line": LINES[number % 3],
                "tier": 0,
                "risk": "ABCD"[number % 4],
                "county": random.choice(COUNTIES),
                "flags": no_flags,
            }
            for number in range(count)
        ],
        "inspectors": [
            {
                "id": f"P{number:05}",
                "pools": ["A", "B"] if number % 2 else ["A"],
                "limit": limit,
                "recused": [f"county:{random.choice(COUNTIES)}"] if number % 3 == 0 else [],
            }
            for number in range(max(10, count // 100))
        ],
    }


def seconds(work, *, tries: int = 1) -> float:
    """Processor time, which other work on the machine disturbs least; the best of several tries."""
    found = []
    for _ in range(tries):
        gc.collect()
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found)


def measure_draw(count: int) -> float:
    """Checks, freeze, ranking and teams: the whole transcript."""
    sheet = make_sheet(count)
    options = {"secret": bytes(32), "frozen_at": "2026-01-01T00:00:00Z", "contributions": {"public:开奖": "1"}}
    return seconds(lambda: engine.run(sheet, **options), tries=3 if count <= 100_000 else 1)


def measure_scarce(count: int) -> float:
    """The same with tasks for two places in three only, so that the refilling search decides much."""
    sheet = make_sheet(count, limit=20)
    options = {"secret": bytes(32), "frozen_at": "2026-01-01T00:00:00Z", "contributions": {"public:开奖": "1"}}
    return seconds(lambda: engine.run(sheet, **options))


def measure_selecting(count: int) -> float:
    """Ranking all and drawing 10 %, as one line."""
    given = make_sheet(count)
    given["lines"] = given["lines"][:1]
    for entry in given["institutions"]:
        entry["line"] = LINES[0]
    sheet = read_sheet(given)
    plan = plan_lines(sheet)[0]
    line = sheet.lines[0]

    def select() -> None:
        ranking = Ranking(sheet.institutions, {0: range(count)}, lots=line.lots, seed=SEED, wanted=plan.size)
        draw_line(sheet, line, plan, ranking)

    return seconds(select, tries=5)


def measure_sampler(count: int) -> float:
    """consistent_sampler selecting 10 % of as many ids, without replacement."""
    ids = [f"91140200MA{number:08}" for number in range(count)]
    return seconds(lambda: list(sampler(ids, seed=SEED, take=count // 10)), tries=2)


def measure_ticket_ratio(count: int) -> float:
    """Our tickets over a bare loop of hashes of the same texts; best of five each."""
    institutions = make_sheet(count)["institutions"]
    messages = [f"{SEED}\ninstitution\n{entry['id']}\n0".encode() for entry in institutions]
    sha256 = hashlib.sha256

    def bare() -> list[bytes]:
        return [sha256(message).digest() for message in messages]

    ours = seconds(lambda: make_tickets(institutions, range(count), lots={}, seed=SEED), tries=7)
    return ours / seconds(bare, tries=7)


MEASURES = {
    "draw": measure_draw,
    "scarce": measure_scarce,
    "selecting": measure_selecting,
    "sampler": measure_sampler,
    "ratio": measure_ticket_ratio,
}


def in_child(measure: str, count: int) -> tuple[float, float]:
    """The figure measured, and the child's peak in MB."""
    ended = subprocess.run([sys.executable, __file__, measure, str(count)], capture_output=True, text=True, check=True)
    figure, peak = json.loads(ended.stdout)
    return figure, peak


def main(sizes: list[int]) -> int:
    print("institutions   whole draw  scarce staff   MB  selecting  sampler  gain  tickets/bare hashes")
    failures = []
    draws = []
    goal_reached = True
    for count in sizes:
        draw, megabytes = in_child("draw", count)
        scarce, _ = in_child("scarce", count)
        selecting, _ = in_child("selecting", count)
        sampled, _ = in_child("sampler", count)
        ratio, _ = in_child("ratio", min(count, 100_000))
        draws.append((count, draw))
        print(
            f"{count:12,} {draw:10.2f} s {scarce:11.2f} s {megabytes:4.0f} {selecting:8.2f} s {sampled:6.2f} s "
            f"{sampled / selecting:4.1f}× {ratio:12.2f}",
            flush=True,
        )
        goal_reached = goal_reached and sampled / selecting >= GOAL_OVER_SAMPLER
        if ratio > MOST_RATIO_TO_HASHES:
            failures.append(f"{count:,}: tickets cost more than {MOST_RATIO_TO_HASHES} bare hashes")
        if megabytes > MOST_MEGABYTES:
            failures.append(f"{count:,}: more than {MOST_MEGABYTES} MB")
    for (fewer, short), (more, long) in pairwise(draws):
        growth = (long / short) / (more * math.log(more) / (fewer * math.log(fewer)))
        print(f"from {fewer:,} to {more:,}: {growth:.2f} times the growth of n log n")
        if growth > MOST_GROWTH:
            failures.append(f"{more:,}: time grows faster than n log n")
    if not goal_reached:
        print(f"selecting alone is not {GOAL_OVER_SAMPLER} times as fast as consistent_sampler; {FLOOR}")
    print("\n".join(failures) or "memory, growth and ticket cost are within their bounds")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in MEASURES:
        result = MEASURES[sys.argv[1]](int(sys.argv[2]))
        print(json.dumps([result, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
    else:
        sys.exit(main([int(argument) for argument in sys.argv[1:]] or list(SIZES)))
