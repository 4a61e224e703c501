"""Messages and presses that come twice, eight times, late, or after everything is over."""

import threading

from celery import current_app
from django.db import connection

from accounts.models import AuditEvent
from campaigns import transitions
from campaigns.models import Draw, InspectionNotice, LogEntry, LogEvent, Task
from campaigns.states import DrawState
from jobs.models import Job
from tests.campaigns import datong
from tests.production.faults import world
from tests.production.faults.catalogue import Struck, demand, fault
from tests.production.faults.stage import LIMIT, Answer, Stage
from tests.production.faults.world import Ready
from tests.production.rig import until

TIMES = 8


def job_of(ready: Ready) -> Job:
    return Job.objects.get(kind="campaigns.draw", parameters__approval=ready.approval)


def deliver(stage: Stage, job: Job, *, times: int = TIMES) -> None:
    """The same message again, as a broker does that is not sure."""
    with current_app.connection_for_write(f"{stage.rig.redis_url}/0") as connection:
        for _ in range(times):
            current_app.send_task("jobs.tasks.run", [job.pk], queue=job.queue, connection=connection)


def until_taken(stage: Stage, job: Job) -> None:
    """Every message of that queue has been taken by a worker."""
    with current_app.connection_for_write(f"{stage.rig.redis_url}/0") as broker, broker.channel() as channel:
        until(lambda: channel.client.llen(job.queue) == 0, seconds=LIMIT, what="the queue is empty")  # type: ignore[attr-defined]


@fault("redelivery", "the message of a running draw is delivered again, and once more when it is over")
def redelivery(stage: Stage) -> Struck:
    ready = world.ready_draw()
    with stage.stopped_midway(ready):
        deliver(stage, job_of(ready), times=1)
    seconds = stage.wait_drawn(ready)
    deliver(stage, job_of(ready), times=1)
    until_taken(stage, job_of(ready))
    demand(job_of(ready).attempts == 1, "the draw was run once")
    return Struck((ready,), seconds)


@fault("duplicate delivery × 8", "8 copies of a draw's message while it runs, 8 when it is over, 8 when it is void")
def duplicates(stage: Stage) -> Struck:
    ready, voided = world.ready_draw(), world.ready_draw()
    with stage.stopped_midway(ready):
        deliver(stage, job_of(ready))
    seconds = stage.wait_drawn(ready)
    stage.confirm(voided)
    stage.wait_drawn(voided)
    done = datong.void(Draw.objects.get(pk=voided.draw))
    for job in (job_of(ready), job_of(voided)):
        deliver(stage, job)
        until_taken(stage, job)
    still = Draw.objects.get(pk=voided.draw)
    demand((still.state, still.result_digest) == (DrawState.VOID, done.result_digest), "a void draw stays as it is")
    events = LogEntry.objects.filter(draw=still).values_list("event", flat=True)
    demand(
        list(events).count(LogEvent.DRAWN) == 1 == list(events).count(LogEvent.VOIDED), "it was drawn and voided once"
    )
    demand((job_of(ready).attempts, job_of(voided).attempts) == (1, 1), "each was run once")
    return Struck((ready,), seconds)


@fault("notices pressed × 8", "eight presses at once on both hosts issue the notices of a campaign")
def notices_pressed(stage: Stage) -> Struck:
    ready = world.ready_draw()
    stage.confirm(ready)
    seconds = stage.wait_drawn(ready)
    draw = Draw.objects.select_related("campaign").get(pk=ready.draw)
    transitions.dispatch(draw.campaign, by=datong.officer())
    datong.declared(draw.campaign)
    tasks = list(Task.objects.filter(draw=draw, bureau_id=datong.CITY).values_list("pk", flat=True))
    answers = pressed_at_once(stage, {"chosen": tasks})
    demand({each.status for each in answers} <= {302, 404, 403}, f"nobody gets an error: {answers}")
    issued = InspectionNotice.objects.filter(task__in=tasks)
    demand(issued.count() == len(tasks) > 0, f"{issued.count()} notices of {len(tasks)} tasks")
    numbers = set(issued.values_list("bureau", "year", "serial"))
    told = AuditEvent.objects.filter(action="campaigns.notify", subject_id__in=[str(pk) for pk in tasks]).count()
    demand(len(numbers) == told == len(tasks), "each has a number of its own and stands in the trail once")
    return Struck((ready,), seconds)


def pressed_at_once(stage: Stage, values: dict[str, object]) -> list[Answer]:
    answers: list[Answer] = []
    barrier = threading.Barrier(TIMES)

    def press(seat: int) -> None:
        barrier.wait(timeout=LIMIT)
        answers.append(stage.post("datong-officer", "/tasks/notify/", values, host=seat % 2))

    threads = [threading.Thread(target=press, args=(seat,)) for seat in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=LIMIT)
    connection.close()
    return answers
