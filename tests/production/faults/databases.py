"""A database that goes away, ends sessions, or ends a transaction for a deadlock."""

import signal
import threading

from django.db import connection

from campaigns.models import Approval
from tests.production.faults import world
from tests.production.faults.catalogue import Struck, demand, fault
from tests.production.faults.stage import LIMIT, Answer, Stage
from tests.production.rig import HOST, status_of, until


@fault("database session ended", "pg_terminate_backend for the worker that draws", slow=True)
def session_ended(stage: Stage) -> Struck:
    ready = world.ready_draw()
    with stage.stopped_midway(ready) as halted, stage.superuser() as looking:
        looking.execute("SELECT pg_terminate_backend(%s)", [halted.backend])
    return Struck((ready,))


@fault("database restarted", "SIGQUIT (-m immediate) in the middle of a draw and under load", slow=True)
def restarted(stage: Stage) -> Struck:
    ready, starts = world.ready_draw(), stage.rig.db.starts
    with stage.stopped_midway(ready):
        stage.rig.db.send(signal.SIGQUIT)
        until(lambda: stage.rig.db.starts > starts, seconds=LIMIT, what="it is started again")
    return Struck((ready,))


@fault("database away", "stopped at once; people read 503 meanwhile and press again when it is back", alone=True)
def away(stage: Stage) -> Struck:
    ready = world.ready_draw()
    stage.rig.db.is_wanted = False
    stage.rig.db.send(signal.SIGQUIT)
    until(lambda: not stage.rig.db.is_running, seconds=LIMIT, what="it has ended")
    try:
        answers = [stage.press(ready, host=host) for host in (0, 1)]
        is_ready = status_of(stage.rig.web_urls[0], "/readyz", {"Host": HOST})
    finally:
        stage.rig.db.start()
    connection.close()
    demand([each.status for each in answers] == [503, 503], f"503 while it is away: {answers}")
    demand(is_ready == 503, f"/readyz says {is_ready} while it is away")
    stage.confirm(ready)
    return Struck((ready,))


@fault(
    "deadlock in a draw",
    "the worker and another session lock crosswise: PostgreSQL ends the worker's transaction",
    slow=True,
)
def deadlock_in_a_draw(stage: Stage) -> Struck:
    ready = world.ready_draw()
    with stage.stopped_midway(ready) as halted:
        stage.cross("campaigns_campaign", ready.campaign, halted.release)
    demand(told(stage, b"deadlock detected"), "PostgreSQL ended the worker's transaction")
    return Struck((ready,))


def told(stage: Stage, words: bytes) -> bool:
    return words in stage.rig.db.told()


@fault("deadlock in a request", "a confirmation and another session lock crosswise; pressed again")
def deadlock_in_a_request(stage: Stage) -> Struck:
    ready, answers = world.ready_draw(), list[Answer]()
    pressing = threading.Thread(target=lambda: answers.append(stage.press(ready)))
    stage.cross("campaigns_approval", ready.approval, pressing.start)
    pressing.join(timeout=LIMIT)
    demand([each.status for each in answers] in ([302], [503]), f"done, or asked to press again: {answers}")
    if answers[0].status == 503:
        demand(Approval.objects.get(pk=ready.approval).state == "waiting", "of the refused request nothing is stored")
        stage.confirm(ready)
    return Struck((ready,))
