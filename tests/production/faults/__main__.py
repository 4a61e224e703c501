"""`python -m tests.production.faults [--minutes N] [--seed N] [--only NAME …] [--report FILE]`; see tooling/soak.py.

KEEP_LOGS in the environment names a folder where the logs of the site are copied.
"""

import argparse
import json
import os
import random
import secrets
import shutil
import signal
import sys
import time
from pathlib import Path

from tests.production.rig import Rig
from tooling.services import free_port


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=0, help="again and again for so long; 0: every fault once")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--only", nargs="*", default=[], help="faults whose names begin so")
    parser.add_argument("--report", type=Path, help="where the counts are written, as JSON")
    options = parser.parse_args()
    print(f"== faults, seed {options.seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers and small disks are put away
    started = time.monotonic()
    with Rig(small_disks=True) as rig:
        try:
            held, not_held = play(rig, options)
        finally:
            if kept := os.environ.get("KEEP_LOGS"):
                shutil.copytree(rig.logs, kept, dirs_exist_ok=True)
    print(f"took {time.monotonic() - started:.0f} s")
    if options.report:
        options.report.write_text(json.dumps({"held": held, "not held": not_held}))
    return 1 if not_held else 0


def play(rig: Rig, options: argparse.Namespace) -> tuple[int, int]:
    become_a_host(rig)
    from tests.production.faults import playing, world

    world.make_people()
    rig.open()
    print("   the site is open", flush=True)
    return playing.play(rig, seed=options.seed, minutes=options.minutes, only=options.only)


def become_a_host(rig: Rig) -> None:
    """This process uses the site's services and database, as another host would; the broker is out of its reach."""
    nowhere = f"redis://:{secrets.token_hex(16)}@127.0.0.1:{free_port()}/0"
    os.environ.update(rig.environment | {"DATABASE_POOL": "0", "CELERY_BROKER_URL": nowhere, "LOG_LEVEL": "ERROR"})
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
