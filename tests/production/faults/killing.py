"""Processes that die, or stand still, in the middle of a draw or of a request."""

import os
import signal
import threading
from contextlib import suppress

from campaigns import approvals
from campaigns.models import Act, Approval, Draw
from campaigns.voiding import void_overdue
from jobs.models import Job
from tests.campaigns import datong
from tests.production.faults import world
from tests.production.faults.catalogue import Struck, demand, fault
from tests.production.faults.stage import LIMIT, Answer, Halted, Stage


@fault("pool child killed", "SIGKILL to the worker's child that draws, after the seed, before the result", slow=True)
def pool_child_killed(stage: Stage) -> Struck:
    ready = world.ready_draw()
    with stage.stopped_midway(ready) as halted:
        os.kill(halted.process, signal.SIGKILL)
    return Struck((ready,))


@fault("worker killed", "SIGKILL to the whole worker container in the middle of a draw", slow=True)
def worker_killed(stage: Stage) -> Struck:
    ready = world.ready_draw()
    with stage.stopped_midway(ready) as halted:
        halted.service.kill()
    return Struck((ready,))


@fault(
    "worker stands still",
    "SIGSTOP for longer than its lease; the late writer comes back when another has drawn",
    slow=True,
)
def worker_stands_still(stage: Stage) -> Struck:
    ready = world.ready_draw()
    with stage.stopped_midway(ready) as halted:
        os.kill(halted.process, signal.SIGSTOP)
        with stage.superuser() as looking:  # its row lock goes with the wait: the server is asked to end the connection
            looking.execute("SELECT pg_terminate_backend(%s)", [halted.backend])

    def wakes_up() -> None:
        with suppress(ProcessLookupError):  # its whole worker may have been killed meanwhile
            os.kill(halted.process, signal.SIGCONT)
        job = Job.objects.get(kind="campaigns.draw", parameters__approval=ready.approval)
        demand(job.attempts > 1, "another worker takes it over")

    return Struck((ready,), afterwards=wakes_up)


@fault("clock killed", "SIGKILL to beat while a draw waits that no broker knows of")
def clock_killed(stage: Stage) -> Struck:
    ready = world.ready_draw()
    assert stage.rig.beat is not None
    stage.rig.beat.kill()
    accept_here(ready.approval)
    return Struck((ready,))


def accept_here(approval: int) -> None:
    """By the service, in a process that reaches no broker."""
    approvals.confirm(Approval.objects.get(pk=approval), password=world.PASSWORD, by=datong.approver())


@fault("web process killed", "SIGKILL to the gunicorn process in the middle of a confirmation; pressed again")
def web_killed(stage: Stage) -> Struck:
    ready, answers = world.ready_draw(), list[Answer]()
    with stage.superuser() as holder:
        holder.execute("BEGIN")
        holder.execute("SELECT 1 FROM campaigns_approval WHERE id = %s FOR UPDATE", [ready.approval])
        pressing = threading.Thread(target=lambda: answers.append(stage.press(ready)))
        pressing.start()
        halted = Halted(stage, holder, stage.rig.webs)
        os.kill(halted.process, signal.SIGKILL)
        pressing.join(timeout=LIMIT)
        holder.execute("ROLLBACK")
    demand([each.status for each in answers] == [0], "the request broke off")
    waiting = Approval.objects.get(pk=ready.approval).state == Approval.State.WAITING
    jobs = Job.objects.filter(parameters__approval=ready.approval).count()
    demand(waiting and jobs == 0, "of the broken request nothing is stored")
    stage.confirm(ready)
    return Struck((ready,))


@fault("voided while it draws", "two people and the clock try to void a draw whose seed is stored, without a result")
def voided_while_it_draws(stage: Stage) -> Struck:
    ready = world.ready_draw()
    with stage.stopped_midway(ready):
        draw = Draw.objects.get(pk=ready.draw)
        demand(draw.is_sealed and not draw.result_digest, "the draw is sealed and has no result yet")
        demand(refuses_to_void(draw), "a sealed draw is not voided")
    seconds = stage.wait_drawn(ready)
    drawn = Draw.objects.get(pk=ready.draw)
    other = world.ready_draw()
    stage.confirm(other)
    stage.wait_drawn(other)
    voided = datong.void(Draw.objects.get(pk=other.draw))
    demand(voided.result_digest and voided.state == "void", "voided only with its result kept")
    demand(drawn.result_digest, "the draw has its result")
    return Struck((ready,), seconds)


def refuses_to_void(draw: Draw) -> bool:
    """The campaign's row is held elsewhere: whoever tries waits no longer than a moment for it, and is refused before."""
    overdue = void_overdue()
    try:
        approvals.propose_act(draw.campaign, Act.VOID, draw=draw, by=datong.officer(), reason="名录有误")
    except approvals.WrongState:
        return draw not in overdue
    return False
