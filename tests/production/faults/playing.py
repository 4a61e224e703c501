"""Every fault there is, on one site. Importing the rooms of faults puts them on the list."""

import random
from collections.abc import Sequence

from tests.production.faults import brokers, clocks, databases, delivering, disks, killing, running
from tests.production.faults.catalogue import FAULTS
from tests.production.faults.stage import Stage
from tests.production.rig import Rig

ROOMS = (killing, delivering, brokers, databases, disks, clocks)


def play(rig: Rig, *, seed: int, minutes: float, only: Sequence[str]) -> tuple[int, int]:
    """How many were held, and how many not; `minutes` 0 runs each once, `only` those whose names begin so."""
    dice = random.Random(seed)
    stage = Stage(rig, dice)
    chosen = [each for name, each in FAULTS.items() if not only or name.startswith(tuple(only))]
    if minutes:
        results = running.soak(stage, chosen, minutes=minutes, dice=dice)
    else:
        results = running.run(stage, chosen, one_by_one=False)
    print(running.table(results), flush=True)
    not_held = sum(bool(each.faults) for each in results)
    return len(results) - not_held, not_held
