"""Redis that is away, hangs, or has forgotten everything."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis

from tests.production.faults import world
from tests.production.faults.catalogue import Struck, demand, fault
from tests.production.faults.stage import Stage
from tests.production.faults.world import Ready

PATIENCE = 2
"""Seconds within which a person is answered while the broker is gone: the promise."""


def accepted_in_time(stage: Stage, *waiting: Ready) -> None:
    """Each on another host: a draw is confirmed; a document is asked for, which takes no password to be checked."""
    for host, ready in enumerate(waiting):
        answer = stage.press(ready, host=host)
        demand(answer.status == 302, f"accepted without the broker: {answer}")
        demand(answer.location == f"/campaigns/{ready.campaign}/draw/", f"confirmed without the broker: {answer}")
        asked = stage.post("datong-officer", f"/reports/campaigns/{ready.campaign}/notice/", {}, host=host)
        demand(asked.status == 302, f"a document is asked for without the broker: {asked}")
        demand(asked.seconds <= PATIENCE, f"answered after {asked.seconds:.1f} s")
    status, _ = stage.get("/public/draws/")
    demand(status == 200, f"public pages without the broker: {status}")


@fault("broker gone", "Redis killed with draws asked for meanwhile; drained after its return")
def broker_gone(stage: Stage) -> Struck:
    waiting = world.ready_draw(), world.ready_draw()
    stage.rig.redis.is_wanted = False
    stage.rig.redis.kill()
    try:
        accepted_in_time(stage, *waiting)
    finally:
        stage.rig.redis.start()
    return Struck(waiting)


@fault("broker hangs", "Redis stands still (SIGSTOP) and answers nobody; drained after it goes on")
def broker_hangs(stage: Stage) -> Struck:
    waiting = world.ready_draw(), world.ready_draw()
    stage.rig.redis.pause()
    try:
        accepted_in_time(stage, *waiting)
    finally:
        stage.rig.redis.resume()
    return Struck(waiting)


@fault("broker killed with its queue full", "draws queued, then Redis SIGKILLed and started again")
def broker_killed(stage: Stage) -> Struck:
    waiting = world.ready_draw(), world.ready_draw()
    with workers_paused(stage):
        for ready in waiting:
            stage.confirm(ready)
        stage.rig.redis.kill()
    return Struck(waiting)


@fault("FLUSHALL", "draws queued, then everything that Redis holds is gone: queues, bindings, cache", slow=True)
def flushed(stage: Stage) -> Struck:
    waiting = world.ready_draw(), world.ready_draw()
    with workers_paused(stage):
        for ready in waiting:
            stage.confirm(ready)
        with redis.Redis.from_url(f"{stage.rig.redis_url}/0") as broker:
            broker.flushall()
    return Struck(waiting)


@contextmanager
def workers_paused(stage: Stage) -> Iterator[None]:
    for worker in stage.rig.workers:
        worker.pause()
    try:
        yield
    finally:
        for worker in stage.rig.workers:
            worker.resume()
