"""Brings faults about on one site under load, and checks after them what must hold; a table at the end."""

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from django.db import connections

from campaigns.models import Draw
from tests.production.crowd import Crowd
from tests.production.faults import invariants
from tests.production.faults.catalogue import USUAL, Fault, NotHeld, Struck
from tests.production.faults.stage import LIMIT, Stage
from tests.production.rig import is_up, until

AT_ONCE = 8
AFTERWARDS = "everything, after all of them"


@dataclass(slots=True)
class Result:
    name: str
    done: str
    seconds: float | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def row(self) -> str:
        took = "-" if self.seconds is None else f"{self.seconds:.1f} s"
        return f"{self.name:<34}{'NOT HELD' if self.faults else 'held':<10}{took:>8}  {self.done}"


def run(stage: Stage, faults: Sequence[Fault], *, one_by_one: bool) -> list[Result]:
    """Under load. Unless `one_by_one`, the next fault is brought about while the site still mends itself of the last:
    those first that take long, last those that would begin anew what is being mended, and so take it past its time."""
    ordered = faults if one_by_one else sorted(faults, key=lambda each: (each.is_alone, not each.is_slow))
    results: list[Result] = []
    mended: list[Future[None]] = []
    with stage.under_load() as crowd, ThreadPoolExecutor(AT_ONCE) as mending:
        for fault in ordered:
            if one_by_one or fault.is_alone:
                wait(mended)
            result, struck = _strike(stage, fault)
            results.append(result)
            mended.append(mending.submit(_mended, stage, result, struck))
    afterwards = Result(AFTERWARDS, "both chains, nothing half done or twice, no acknowledged write lost, no other 5xx")
    afterwards.faults += _faults_afterwards(stage, crowd, faults)
    return [*results, afterwards]


def _strike(stage: Stage, fault: Fault) -> tuple[Result, Struck | None]:
    result, since = Result(fault.name, fault.done), time.monotonic()
    try:
        stage.asked(Draw.objects.exists)  # it may be starting still
        return result, fault.strike(stage)
    except (NotHeld, TimeoutError) as failure:
        result.faults.append(str(failure))
    except Exception as failure:  # noqa: BLE001  # a fault that could not be brought about did not hold either
        result.faults.append(f"{type(failure).__name__}: {failure}")
    finally:
        connections.close_all()
        print(f"   {time.monotonic() - since:5.1f} s  {fault.name}", flush=True)
    return result, None


def _mended(stage: Stage, result: Result, struck: Struck | None) -> None:
    """In a thread of its own."""
    if struck is None:
        return
    try:
        waited = stage.wait_drawn(*struck.draws) if struck.seconds is None else struck.seconds
        result.seconds = waited
        struck.afterwards()
        result.faults += _seen_of(stage, struck)
    except (NotHeld, TimeoutError) as failure:
        result.faults.append(str(failure))
    except Exception as failure:  # noqa: BLE001
        result.faults.append(f"{type(failure).__name__}: {failure}")
    finally:
        connections.close_all()


def _seen_of(stage: Stage, struck: Struck) -> Iterator[str]:
    for ready in struck.draws:
        yield from stage.asked(lambda ready=ready: invariants.faults_of(ready.draw))  # type: ignore[misc]
        path = f"/public/draws/{ready.code}/transcript.json"
        if any(status == 200 for status, _ in (stage.get(path, host=host) for host in (0, 1))):
            yield f"{ready.code}: its transcript is public before its time"


def _faults_afterwards(stage: Stage, crowd: Crowd, faults: Iterable[Fault]) -> Iterator[str]:
    for url in stage.rig.web_urls:
        until(lambda url=url: is_up(url), seconds=LIMIT, what=f"{url} serves")  # type: ignore[misc]
    yield from stage.asked(invariants.faults_of_all)
    yield from (f"acknowledged and lost: {place}" for place in stage.lost(crowd))
    allowed = frozenset[int]().union(USUAL, *(each.answers for each in faults))
    others = Counter(
        f"{each.method} {each.page}: {each.status}" for each in crowd.answers if each.status not in allowed
    )
    yield from (f"load: {count} × {what}" for what, count in others.items())
    if not crowd.acknowledged:
        yield "the load wrote nothing"
    print(f"   load: {dict(crowd.count_by_status())}, {len(crowd.acknowledged)} acknowledged writes", flush=True)


def table(results: Sequence[Result]) -> str:
    lines = [each.row for each in results]
    lines += [f"   {each.name}: {fault}" for each in results for fault in each.faults]
    not_held = sum(bool(each.faults) for each in results)
    return "\n".join([*lines, f"{len(results)} faults, {len(results) - not_held} held, {not_held} not held"])


def soak(stage: Stage, faults: Sequence[Fault], *, minutes: float, dice: random.Random) -> list[Result]:
    """All faults again and again in ever new order, one by one and on top of one another, until the time is over."""
    results: list[Result] = []
    deadline = time.monotonic() + 60 * minutes
    while time.monotonic() < deadline:
        results += run(stage, dice.sample(faults, len(faults)), one_by_one=dice.random() < 0.5)
        print(table(results).splitlines()[-1], flush=True)
    return results
