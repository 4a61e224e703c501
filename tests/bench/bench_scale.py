"""What pools of 10⁴ to 4·10⁶ institutions cost on PostgreSQL: freezing, drawing, listing, beside COPYing the rows out.

Run: python tests/bench/bench_scale.py [number of institutions ...]     (all four if none is given)

A thousand of each pool are drawn, in three lines; "store" is what their tasks and teams cost on top, whatever the pool. Every step of every size runs in a process of its own; MB is the most
that process ever held, Django included. PostgreSQL is a private one, with the settings of docker-compose.yml,
that does not wait for the disk.
"""

import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

SIZES = (10_000, 100_000, 1_000_000, 4_000_000)
BASE = "base"
MOST_OVER_COPY = 5
FEWEST_TO_JUDGE = 1_000_000
MOST_MORE_MEGABYTES = 60
DRAWN = {"vehicle": 300, "eco": 300, "other": 400}
OFFICERS = {"city": 120, "police": 40, "ecology": 40, "county": 30}
PAGES = {
    "list": "/institutions/",
    "filtered": "/institutions/?region=140213&state=suspended",
    "by domain": "/institutions/?domain=eco&expiry=valid",
    "by name": "/institutions/?q=泰瑞汇",
    "by code": "/institutions/?q=91140213MA0000",
    "sorted": "/institutions/?sort=name",
    "page 100": "/institutions/?page=100",
}
ROUNDS = 3
HEADINGS = ("COPY", "freeze", "draw", "store", *PAGES, "drawn")


def fill(count: int) -> dict[str, float]:
    from tests.bench.scale_data import fill as fill_tables

    return {"seconds": seconds(lambda: fill_tables(count))}


def freeze(count: int) -> dict[str, float]:
    from tests.campaigns import datong
    from tests.campaigns.datong import Act

    datong.officers(**OFFICERS)
    campaign = datong.campaign(tasks_per_inspector=60)
    for code, number in DRAWN.items():
        datong.line(campaign, code, number)
    approval = datong.approved(datong.agreed(campaign), Act.FREEZE)
    return {"seconds": seconds(lambda: datong.freezing.freeze_campaign(approval))}


def copy(count: int) -> dict[str, float]:
    """The frozen rows out of the database, thrown away as they come."""
    from django.db import connection

    def out() -> None:
        with connection.cursor() as cursor, cursor.copy("COPY campaigns_frozeninstitution TO STDOUT") as rows:
            for _ in rows:
                pass

    return {"seconds": min(seconds(out) for _ in range(ROUNDS))}


def draw(count: int) -> dict[str, float]:
    from campaigns.models import Draw, Task
    from tests.campaigns import datong

    found = Draw.objects.get()
    datong.contribute(found)
    approval = datong.approved(found.campaign, datong.Act.DRAW, draw=found)
    sealed, computed = datong.drawing._seal(approval), []
    took = seconds(lambda: computed.append(datong.drawing.compute(sealed)))
    storing = seconds(lambda: datong.drawing._store(sealed, computed[0], by=approval.confirmed_by))
    assert Task.objects.count() == sum(DRAWN.values())
    return {"seconds": took, "storing": storing}


def same(count: int) -> dict[str, float]:
    """The engine that reads every row gives the same text."""
    from campaigns import draw as engine
    from campaigns import freezing, transcripts
    from campaigns.models import Draw

    found = Draw.objects.select_related("secret").get()
    transcript = engine.run(
        freezing.frozen_sheet(found),
        secret=bytes.fromhex(found.secret.value),
        frozen_at=found.manifest["frozen_at"],
        contributions=dict(found.contributions.values_list("source", "value")),
    )
    assert engine.dump(transcript) == transcripts.current_text(found)
    return {"seconds": 0}


def pages(count: int) -> dict[str, float]:
    from django.test import Client

    from campaigns.models import Campaign
    from tests.campaigns import datong

    client = Client()
    client.force_login(datong.officer())
    addresses = PAGES | {"drawn": f"/campaigns/{Campaign.objects.get().pk}/tasks/"}
    return {name: median(asked(client, url) for _ in range(ROUNDS)) for name, url in addresses.items()}


def asked(client, url: str) -> float:
    started = time.perf_counter()
    answer = client.get(url)
    assert answer.status_code == 200, f"{url}: {answer.status_code}"
    return time.perf_counter() - started


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


STEPS = {step.__name__: step for step in (fill, freeze, copy, draw, same, pages)}
MOST_IN_MEMORY = 100_000
"""So many are drawn a second time by the engine that reads every row."""


def in_child(step: str, count: int, environment: dict[str, str]) -> dict[str, float]:
    command = [sys.executable, __file__, step, str(count)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | environment)
    if ended.returncode:
        sys.exit(f"{step} of {count:,} failed:\n{ended.stderr[-3000:]}")
    return json.loads(ended.stdout.splitlines()[-1])


def run_step(step: str, count: int) -> None:
    import django

    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    found = STEPS[step](count)
    print(json.dumps(found | {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def measure(count: int, environment: dict[str, str]) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds and megabytes by heading."""
    steps = [step for step in STEPS if step != "same" or count <= MOST_IN_MEMORY]
    told = {step: in_child(step, count, environment) for step in steps}
    times = {"fill": told["fill"]["seconds"], "COPY": told["copy"]["seconds"]}
    times |= {step: told[step]["seconds"] for step in ("freeze", "draw")}
    times["store"] = told["draw"]["storing"]
    times |= {name: told["pages"][name] for name in (*PAGES, "drawn")}
    return times, {step: told[step]["megabytes"] for step in ("freeze", "draw", "pages")}


def exponent(points: list[tuple[int, float]]) -> float:
    """The slope of the straight line through the points on paper with two logarithmic axes."""
    logs = [(math.log(count), math.log(max(value, 1e-4))) for count, value in points]
    x, y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    spread = sum((a - x) ** 2 for a, _ in logs)
    return sum((a - x) * (b - y) for a, b in logs) / spread if spread else math.nan


def judge(found: dict[int, tuple[dict[str, float], dict[str, float]]]) -> list[str]:
    faults = []
    fewest = min(found)
    for count, (times, memory) in found.items():
        if count >= FEWEST_TO_JUDGE and times["draw"] > MOST_OVER_COPY * times["COPY"]:
            faults.append(f"{count:,}: drawing takes more than {MOST_OVER_COPY} times as long as COPY")
        faults += [
            f"{count:,}: {step} holds over {MOST_MORE_MEGABYTES} MB more than of {fewest:,}"
            for step, megabytes in memory.items()
            if megabytes > found[fewest][1][step] + MOST_MORE_MEGABYTES
        ]
    return faults


def report(found: dict[int, tuple[dict[str, float], dict[str, float]]]) -> None:
    print(f"\n{'growth':>10}  exponent of time, over all sizes")
    for heading in HEADINGS:
        slope = exponent([(count, times[heading]) for count, (times, _) in found.items()])
        print(f"{slope:10.2f}  {heading}")


def main(sizes: list[int]) -> int:
    from tests.production.rig.composed import composed
    from tooling import services

    passwords = dict.fromkeys(("POSTGRES_PASSWORD", "REDIS_PASSWORD", "SECRET_KEY", "ALLOWED_HOSTS", "DOMAIN"), "-")
    server = composed(passwords)["db"].command[1:]
    found = {}
    print("institutions  " + "".join(f"{heading:>10}" for heading in HEADINGS) + "  draw/COPY  MB freeze/draw/pages")
    with tempfile.TemporaryDirectory(prefix="lianchou-scale-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with services.postgres(folder, *server) as url:
            for count in sizes:
                environment = new_site(folder, url, count)
                found[count] = times, memory = measure(count, environment)
                cells = "".join(f"{times[heading]:>9.2f}s" for heading in HEADINGS)
                held = "/".join(f"{memory[step]:.0f}" for step in ("freeze", "draw", "pages"))
                print(f"{count:12,}  {cells}{times['draw'] / times['COPY']:>10.1f}×  {held}", flush=True)
    report(found)
    faults = judge(found)
    print("\n".join(faults) or "drawing stays within 5 × COPY, memory flat")
    return 1 if faults else 0


def new_site(folder: Path, url: str, count: int) -> dict[str, str]:
    """A migrated database of its own, copied from the first, and a folder for its files."""
    import psycopg

    name, data = f"scale_{count}", folder / str(count)
    data.mkdir()
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [BASE]).fetchone():
            connection.execute(f"CREATE DATABASE {BASE}")
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            place = {"DATABASE_URL": url.replace("/lianchou", f"/{BASE}"), "DATA_DIR": str(data)}
            subprocess.run(migrate, check=True, env=os.environ | place, cwd=Path(__file__).resolve().parents[2])
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {BASE}")
    return {"DATABASE_URL": url.replace("/lianchou", f"/{name}"), "DATA_DIR": str(data)}


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in STEPS:
        run_step(sys.argv[1], int(sys.argv[2]))
    else:
        sys.exit(main([int(argument) for argument in sys.argv[1:]] or list(SIZES)))
