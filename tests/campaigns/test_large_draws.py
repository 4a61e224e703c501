"""Draws computed in PostgreSQL: byte for byte what the engine gives that reads every row."""

import json
from random import Random

import pytest
from django.utils import timezone

from campaigns import draw as engine
from campaigns import drawing, freezing, large, substituting, transcripts
from campaigns.draw.progress import Phase
from campaigns.large import pool
from campaigns.large.pool import DatabasePool
from campaigns.models import Cause, Draw, FrozenInstitution, Task
from campaigns.states import DrawState
from institutions.models import Institution
from tests.campaigns import datong
from tests.campaigns.draw.invented import OPTIONS, make_sheet
from tests.campaigns.draw.test_front import outcome, requests_for, rules_of, without_institutions
from tests.factories import institutions

pytestmark = [pytest.mark.django_db, pytest.mark.needs_postgres]

NAMES = ("名\u2028称", '引"号\\', "\x01\x1f\x7f\t\n\r\b\f", "𠮷野家🜁", "/é", "")
CASES = 30
SOUND = 7


@pytest.fixture
def frozen_as():
    """A draw whose frozen rows are the institutions of a sheet."""
    campaign = datong.campaign()
    behind = institutions.institution()
    numbers = iter(range(1, 1000))

    def freeze(sheet) -> Draw:
        number, now = next(numbers), timezone.now()
        draw = Draw.objects.create(
            campaign=campaign, number=number, code=f"large-{number}", manifest={}, commitment="0" * 64,
            frozen_by=datong.officer(), frozen_at=now, state=DrawState.VOID, voided_at=now, void_reason="试算",
        )  # fmt: skip
        ordered = sorted(sheet["institutions"], key=lambda entry: entry["id"])
        FrozenInstitution.objects.bulk_create(row(draw, behind, *each) for each in enumerate(ordered))
        return draw

    return freeze


def row(draw: Draw, behind: Institution, position: int, entry: dict) -> FrozenInstitution:
    return FrozenInstitution(
        draw=draw, position=position, identifier=entry["id"], institution=behind, line_code=entry["line"],
        excluded=entry.get("excluded", ""), entry=entry,
    )  # fmt: skip


def strange_sheet(random: Random) -> dict:
    """With every feature of the protocol, names of all kinds and whatever else an entry may carry."""
    sheet = make_sheet(random, institutions=60)
    for entry in sheet["institutions"]:
        entry["name"] = random.choice(NAMES)
        if random.random() < 0.2:
            entry["más"] = {"b": [1, -2, True, None, {"z": "x, y", "A": "ü"}], "空": [], "": {}}
        if random.random() < 0.3:
            entry["flags"] = sorted({*entry["flags"], "a-b", "z:1"})
        if random.random() < 0.2:
            del entry["name"]
    return sheet


def test_database_draws_and_substitutes_as_the_engine_does(frozen_as, monkeypatch):
    monkeypatch.setattr(pool, "PIECE", 7)
    for seed in range(CASES):
        sheet = strange_sheet(Random(seed))
        draw = frozen_as(sheet)
        expected = outcome(lambda sheet=sheet: engine.run(sheet, **OPTIONS))
        requests = [] if isinstance(expected, str) else requests_for(sheet, Random(seed))
        drawn = outcome(
            lambda draw=draw, sheet=sheet, requests=requests: engine.run_over(
                DatabasePool(draw), rules_of(sheet), **OPTIONS, substitutions=requests
            )
        )
        if isinstance(expected, str):
            assert drawn == expected
            continue
        whole = engine.run(sheet, **OPTIONS, substitutions=requests)
        assert engine.dump(drawn) == engine.dump(without_institutions(whole))
        assert list(DatabasePool(draw).canonical_entries()) == [
            engine.canonical(entry) for entry in whole["institutions"]
        ]


def test_progress_is_told_of_every_row(frozen_as):
    sheet = make_sheet(Random(SOUND), institutions=60)
    told = []
    DatabasePool(frozen_as(sheet)).promise(OPTIONS["secret"], Phase("freeze", 99, lambda *each: told.append(each)))

    assert told[-1][1] == len(sheet["institutions"])


def test_secret_and_seed_are_in_no_statement(frozen_as, django_assert_max_num_queries):
    """A database may log what takes long; what must stay secret is in short statements alone."""
    sheet = make_sheet(Random(SOUND), institutions=60)
    draw = frozen_as(sheet)
    with django_assert_max_num_queries(100) as captured:
        seed = engine.run_over(DatabasePool(draw), rules_of(sheet), **OPTIONS)["seed"]
    long = [each["sql"] for each in captured.captured_queries if "set_config" not in each["sql"]]

    assert any("sha256" in each for each in long)
    assert not [each for each in long if seed in each or OPTIONS["secret"].hex() in each]


def test_large_draw_goes_through_the_rooms_as_a_small_one_does(monkeypatch):
    datong.pool()
    datong.officers()
    draw = datong.frozen()
    datong.contribute(draw)
    draw.refresh_from_db()
    small = drawing.compute(draw)
    monkeypatch.setattr(large, "FEWEST", 1)

    drawn = datong.run(draw)

    assert '"institutions": [' not in drawn.transcript.text
    assert transcripts.current_text(drawn) == engine.dump(small)
    assert transcripts.current_digest(drawn) == engine.transcript_digest(small)
    assert engine.verify(transcripts.current_transcript(drawn)) is None
    assert b"".join(transcripts.answer(drawn, headers={})) == engine.dump(small).encode()
    assert Task.objects.count() == 4
    assert drawn.result_digest == engine.result_digest(small["result"])
    assert freezing.frozen_sheet(drawn)["institutions"] == small["institutions"]

    task = Task.objects.filter(line__code="vehicle").first()
    proposal = substituting.propose_institution(task, cause=Cause.CLOSED, reason="已停业", by=datong.officer())
    done = substituting.substitute(datong.approvals.mark_confirmed(proposal, by=datong.approver()))

    asked = {key: done.record[key] for key in ("kind", "out", "reason")}
    record = engine.substitute(small, asked)
    assert done.record == record["substitutions"][0]
    assert done.transcript_digest == engine.transcript_digest(record)
    assert json.loads(transcripts.current_text(drawn)) == record
