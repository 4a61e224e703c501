"""What must hold after every fault, looked up in the database and asked of the public pages."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count

from accounts import verification
from campaigns import draw as engine
from campaigns import freezing
from campaigns.models import Draw, DrawnInstitution, DrawTranscript, InspectionNotice, LogEntry, LogEvent, Task
from campaigns.states import DrawState
from tests.production.faults.world import TASKS


def faults_of(draw_id: int) -> list[str]:
    """Of one draw that should have come to its end: exactly one result, the one that the stored inputs demand."""
    draw = Draw.objects.select_related("campaign", "secret").get(pk=draw_id)
    return [f"{draw.code}: {fault}" for fault in _faults_of_result(draw)]


def _faults_of_result(draw: Draw) -> Iterator[str]:
    if draw.state != DrawState.DRAWN:
        yield f"is {draw.state}, not drawn"
        return
    secret = bytes.fromhex(draw.secret.value)
    contributions = dict(draw.contributions.values_list("source", "value"))
    demanded = engine.run(
        freezing.frozen_sheet(draw), secret=secret, frozen_at=draw.manifest["frozen_at"], contributions=contributions
    )
    if draw.seed != engine.make_seed(draw.commitment, contributions, secret):
        yield "has another seed than its inputs give"
    texts = list(DrawTranscript.objects.filter(draw=draw).values_list("text", flat=True))
    if texts != [engine.dump(demanded)]:
        yield f"has {len(texts)} transcripts, or one that its inputs do not demand"
    if dict(_stored(draw)) != dict(_demanded(demanded)):
        yield "has stored other institutions than its transcript names"
    if (tasks := Task.objects.filter(draw=draw).count()) != TASKS:
        yield f"has {tasks} tasks"
    events = LogEntry.objects.filter(draw=draw, event=LogEvent.DRAWN).count()
    if events != 1:
        yield f"was drawn {events} times by the public log"


def _stored(draw: Draw) -> Iterator[tuple[str, str]]:
    yield from DrawnInstitution.objects.filter(draw=draw).values_list("institution__uscc", "ticket")


def _demanded(transcript: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for line in transcript["result"]["lines"]:
        for cell in line["cells"]:
            yield from ((row["id"], row["ticket"]) for row in (*cell["drawn"], *cell["reserve"]))


def faults_of_all() -> list[str]:
    """Of the whole database: both chains, nothing half done anywhere, no notice twice."""
    return [*_faults_of_chains(), *_half_done()]


def _faults_of_chains() -> Iterator[str]:
    if faults := verification.verify_trail():
        yield f"the trail is broken: {faults[0]}"
    entries = LogEntry.objects.order_by("number")
    rows = entries.values("number", "at", "draw__code", "event", "facts", "previous", "digest")
    log = engine.make_log([row | {"draw": row.pop("draw__code")} for row in rows])
    if fault := engine.verify_log(log):
        yield f"the public log is broken: {fault}"


def _half_done() -> Iterator[str]:
    undrawn = Draw.objects.filter(state=DrawState.FROZEN)
    for model in (DrawnInstitution, DrawTranscript, Task):
        if count := model.objects.filter(draw__in=undrawn).count():
            yield f"{count} {model.__name__} of draws that are not drawn"
    sealed = Draw.objects.filter(state=DrawState.VOID, result_digest="").exclude(seed="").count()
    if sealed:
        yield f"{sealed} draws are sealed and void without a result"
    twice = InspectionNotice.objects.values("task").annotate(count=Count("pk")).filter(count__gt=1).count()
    if twice:
        yield f"{twice} tasks have two notices"
