"""Hosts whose clocks are two days off, beside hosts whose clocks are right."""

from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.utils import timezone

from campaigns.models import Approval, Draw
from campaigns.states import DrawState
from tests.production.faults import world
from tests.production.faults.catalogue import Struck, demand, fault
from tests.production.faults.stage import LIMIT, Stage
from tests.production.rig import elsewhen, is_up, until

TIMES = 6
ELSEWHEN = Path(elsewhen.__path__[0])


def off_by(days: int) -> dict[str, str]:
    """Environment of a process whose clock differs so much."""
    return {"PYTHONPATH": str(ELSEWHEN), "DAYS_OFF": str(days)}


@fault("clock two days off", "a third host joins: its web process two days behind, its worker two days ahead")
def clock_is_off(stage: Stage) -> Struck:
    early, hidden, ready = world.unrevealed_draw(), world.hidden_draw(), world.ready_draw()
    behind, ahead = stage.rig.web("web-behind", **off_by(-2)), stage.rig.worker("worker-ahead", **off_by(2))
    url = stage.rig.web_urls.pop()
    stage.rig.add(behind)
    stage.rig.add(ahead)
    try:
        until(lambda: is_up(url), seconds=LIMIT, what="the third host is up")
        answer = stage.press(ready, url=url)
        demand(answer.status == 503, f"a host with a wrong clock does no business: {answer}")
        demand(Approval.objects.get(pk=ready.approval).state == "waiting", "and stores nothing")
        until(lambda: b"clock of this host is wrong" in ahead.told(), seconds=LIMIT, what="the worker notices")
        run_the_clock(stage)
        stage.confirm(ready)
        seconds = stage.wait_drawn(ready)
    finally:
        stage.rig.remove(ahead)
        stage.rig.remove(behind)
    demand(Draw.objects.get(pk=early.pk).state == DrawState.FROZEN, "nothing is voided before its time")
    demand(Draw.objects.get(pk=hidden.pk).disclosed_at is None, "nothing is disclosed before its time")
    off = abs(Draw.objects.get(pk=ready.draw).drawn_at - timezone.now())
    demand(off < timedelta(minutes=10), f"the record says the right time, not one {off} off")
    return Struck((ready,), seconds)


def run_the_clock(stage: Stage) -> None:
    """What beat asks for every minute, more often than there are workers."""
    with current_app.connection_for_write(f"{stage.rig.redis_url}/0") as broker, broker.channel() as channel:
        for _ in range(TIMES):
            current_app.send_task("campaigns.tasks.mind_the_clock", connection=broker)
        until(lambda: channel.client.llen("celery") == 0, seconds=LIMIT, what="the clock's messages are taken")
