"""Every act of a draw dies at every statement and COMMIT in turn and is tried again: nothing half done, one result,
the one that the stored inputs demand."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from accounts import verification
from accounts.models import AuditEvent
from campaigns import draw as engine
from campaigns import drawing, freezing, transcripts, transitions
from campaigns.models import Act, Approval, Contribution, Draw, InspectionNotice, LogEntry, Substitution, Task
from tests.campaigns import datong

pytestmark = pytest.mark.django_db(transaction=True)
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def killed(worker_environment):
    """`killed("draw", pk)`: carry the act out under ever later kills; what the program saw."""

    def run(act: str, pk: int, *options: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.campaigns.killing", act, str(pk), *options]
        answer = subprocess.run(
            command, cwd=PROJECT, env=worker_environment, capture_output=True, text=True, timeout=500, check=False
        )
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    return run


@pytest.fixture
def campaign():
    datong.pool(vehicle=3, eco=2, food=2)
    datong.officers(city=4, police=2, ecology=2, county=1)
    return datong.agreed(datong.planned())


def proposal(of, act: Act, **more: object) -> int:
    return datong.approved(of, act, **more).pk


def one_step(told: dict[str, Any]) -> None:
    """Before and after were seen, and nothing in between; the trail and the log are whole."""
    assert len(told["seen"]) == 2, told["seen"]
    assert told["kills"] > 10
    whole()


def whole() -> None:
    entries = LogEntry.objects.values("number", "at", "draw__code", "event", "facts", "previous", "digest")
    log = engine.make_log([row | {"draw": row.pop("draw__code")} for row in entries])
    assert (verification.verify_trail(), engine.verify_log(log)) == ([], None)


def events() -> list[str]:
    return list(LogEntry.objects.values_list("event", flat=True))


@pytest.mark.once_with_postgres
def test_freeze(campaign, killed):
    told = killed("freeze", proposal(campaign, Act.FREEZE))

    one_step(told)
    draw = Draw.objects.get()
    assert (
        engine.freeze(
            freezing.frozen_sheet(draw), secret=bytes.fromhex(draw.secret.value), frozen_at=draw.manifest["frozen_at"]
        ).commitment
        == draw.commitment
    )
    assert events() == ["frozen"]


@pytest.mark.once_with_postgres
def test_commit(campaign, killed):
    draw = datong.freeze(campaign)

    told = killed("commit", draw.contributions.first().pk)

    one_step(told)
    assert [each.commitment for each in draw.contributions.all()] == ["ab" * 32, "", ""]
    assert events() == ["frozen", "committed"]


@pytest.mark.once_with_postgres
def test_reveal(campaign, killed):
    draw = datong.freeze(campaign)
    datong.commit(draw)
    datong.enter_public(draw)
    first = draw.contributions.first()

    told = killed("reveal", first.pk)

    one_step(told)
    assert Contribution.objects.get(pk=first.pk).value == datong.value_of(first.source)
    assert events()[-2:] == ["public_value", "revealed"]


def reference(draw: Draw) -> dict[str, Any]:
    """What the stored inputs demand."""
    return engine.run(
        freezing.frozen_sheet(draw),
        secret=bytes.fromhex(draw.secret.value),
        frozen_at=draw.manifest["frozen_at"],
        contributions=dict(draw.contributions.values_list("source", "value")),
    )


def test_draw(campaign, killed):
    draw = datong.freeze(campaign)
    datong.contribute(draw)

    told = killed("draw", proposal(campaign, Act.DRAW, draw=draw))

    draw.refresh_from_db()
    states = [seen["draws"][0][:3] for seen in told["seen"]]
    assert states == [["frozen", "", ""], ["frozen", draw.seed, ""], ["drawn", draw.seed, draw.result_digest]]
    assert told["seen"][0]["rows"] == told["seen"][1]["rows"]
    assert draw.transcript.text == engine.dump(reference(draw))
    assert Task.objects.count() == 4
    assert events().count("drawn") == 1
    whole()


def test_draw_that_keeps_neither_seed_nor_transaction_is_found_out(campaign, killed):
    draw = datong.freeze(campaign)
    datong.contribute(draw)

    told = killed("draw", proposal(campaign, Act.DRAW, draw=draw), "--naive")

    left = told["seen"][-1]
    assert left["draws"][0][0] == "frozen"
    assert left["rows"]["DrawnInstitution"] > 0, "half a result stays, and every further try fails on it"
    expected = {row["id"]: row["ticket"] for line in reference(draw)["result"]["lines"] for row in drawn_in(line)}
    stored = dict(draw.drawn_institutions.values_list("institution__uscc", "ticket"))
    assert stored != expected, "and it is not what the stored inputs demand"


def drawn_in(line: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for cell in line["cells"] for row in (*cell["drawn"], *cell["reserve"])]


@pytest.mark.once_with_postgres
def test_void(campaign, killed):
    draw = datong.freeze(campaign)
    datong.contribute(draw)
    done = datong.run(draw)

    told = killed("void", proposal(campaign, Act.VOID, draw=done, reason="名录有误"))

    one_step(told)
    voided = Draw.objects.get()
    assert (voided.state, voided.result_digest) == ("void", done.result_digest)
    assert set(Task.objects.values_list("state", flat=True)) == {"cancelled"}
    assert events().count("voided") == 1


@pytest.mark.once_with_postgres
def test_substitute(campaign, killed):
    draw = datong.freeze(campaign)
    datong.contribute(draw)
    draw = datong.run(draw)
    transitions.dispatch(draw.campaign, by=datong.officer())
    before = transcripts.current_transcript(draw)
    out = before["result"]["lines"][0]["cells"][0]["drawn"][0]["id"]
    request = {"kind": "institution", "out": out, "reason": "已停业关闭"}
    parameters = {"request": request, "cause": "closed"}

    told = killed("substitute", proposal(campaign, Act.SUBSTITUTE, draw=draw, subject=out, parameters=parameters))

    one_step(told)
    assert transcripts.current_transcript(draw) == engine.substitute(before, request)
    assert (Substitution.objects.count(), Task.objects.live().count()) == (1, 4)
    assert events().count("substituted") == 1
    assert Approval.objects.filter(act=Act.SUBSTITUTE).count() == 1


@pytest.mark.once_with_postgres
def test_dispatch(campaign, killed):
    draw = datong.freeze(campaign)
    datong.contribute(draw)
    datong.run(draw)

    told = killed("dispatch", campaign.pk)

    one_step(told)
    assert set(Task.objects.values_list("state", flat=True)) == {"dispatched"}
    assert AuditEvent.objects.filter(action="campaigns.dispatch").count() == 1


@pytest.mark.once_with_postgres
def test_notices(campaign, killed):
    draw = datong.freeze(campaign)
    datong.contribute(draw)
    draw = datong.run(draw)
    datong.declared(transitions.dispatch(draw.campaign, by=datong.officer()))

    told = killed("notify", campaign.pk)

    one_step(told)
    assert sorted(InspectionNotice.objects.values_list("serial", flat=True)) == [1, 2]
    assert AuditEvent.objects.filter(action="campaigns.notify").count() == 2


class Refuser:
    """PostgreSQL refuses the statement of that number: 40P01 (deadlock) or 40001 (serialization), in turn; SQLite
    says that it is locked. The connection is left as a real refusal leaves it."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def around(self, execute, sql, params, many, context):
        self.passed += 1
        if self.passed != self.at:
            return execute(sql, params, many, context)
        if connection.vendor == "sqlite":
            raise OperationalError("database is locked")
        state = ("40001", "40P01")[self.at % 2]
        with connection.wrap_database_errors:
            return connection.connection.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$")


@pytest.mark.once_with_postgres
def test_draw_whose_every_statement_is_refused_once(campaign):
    draw = datong.freeze(campaign)
    datong.contribute(draw)
    approval = datong.approved(campaign, Act.DRAW, draw=draw)
    seen, at = [seen_of(draw)], 0

    while True:
        at += 1
        refuser = Refuser(at)
        with contextlib.suppress(OperationalError), connection.execute_wrapper(refuser.around):
            drawing.run_draw(approval)
        if (now := seen_of(draw)) != seen[-1]:
            seen.append(now)
            at = 0
        if refuser.passed < refuser.at:
            break

    draw.refresh_from_db()
    assert seen == [("frozen", "", 0), ("frozen", draw.seed, 0), ("drawn", draw.seed, 4)]
    assert draw.transcript.text == engine.dump(reference(draw))
    assert events().count("drawn") == 1
    whole()


def seen_of(draw: Draw) -> tuple[str, str, int]:
    now = Draw.objects.get(pk=draw.pk)
    return now.state, now.seed, Task.objects.filter(draw=draw).count()
