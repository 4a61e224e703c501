import pytest

from campaigns import draw as engine
from tests.campaigns.draw import checks
from tests.campaigns.draw.vectors import read_vector

REFUSALS = [
    ({"kind": "merger"}, "kind", "no_such_kind"),
    ({"kind": ["institution"]}, "kind", "no_such_kind"),
    ({"kind": "institution", "out": "V002"}, "reason", "missing"),
    ({"kind": "institution", "out": "V002", "reason": ""}, "reason", "empty"),
    ({"kind": "institution", "out": 2, "reason": "x"}, "out", "not_text"),
    ({"kind": "institution", "out": "V002", "reason": "x", "in": "V001"}, "in", "unknown_key"),
    ({"kind": "institution", "out": "V001", "reason": "x"}, "out", "not_in_draw"),
    ({"kind": "inspector", "institution": "V001", "out": "P1", "reason": "x"}, "institution", "not_in_draw"),
    ({"kind": "inspector", "institution": "V007", "out": "P1", "reason": "x"}, "out", "not_in_team"),
    ({"kind": "withdrawal", "out": "P99", "reason": "x"}, "out", "no_such_inspector"),
]


@pytest.mark.parametrize(("request_", "path", "code"), REFUSALS, ids=[f"{row[1]}-{row[2]}" for row in REFUSALS])
def test_substitute_refuses_with_path_and_code(request_, path, code):
    with pytest.raises(engine.SubstitutionRefused) as refused:
        engine.substitute(read_vector("small.transcript.json"), request_)

    assert (refused.value.path, refused.value.code) == (path, code)


def test_institution_that_left_never_comes_back_and_the_cell_runs_out():
    checks.check_cell_runs_out()


def test_withdrawn_inspector_is_fit_for_nothing_and_cannot_withdraw_again():
    request = {"kind": "withdrawal", "out": "P1", "reason": "病假"}
    transcript = engine.substitute(read_vector("small.transcript.json"), request)

    teams = transcript["substitutions"][0]["teams"]
    assert [member["inspector"] for team in teams for member in team["members"]].count("P1") == 0
    with pytest.raises(engine.SubstitutionRefused) as refused:
        engine.substitute(transcript, request)
    assert refused.value.code == "already_withdrawn"


def test_substitute_refuses_a_transcript_that_does_not_verify():
    transcript = read_vector("small.transcript.json")
    transcript["result"]["teams"][0]["members"][0]["inspector"] = "P5"

    with pytest.raises(engine.TranscriptRefused) as refused:
        engine.substitute(transcript, {"kind": "withdrawal", "out": "P1", "reason": "病假"})

    assert refused.value.path == "result.teams[0].members[0].inspector"


def test_substitute_leaves_the_given_transcript_as_it_was():
    transcript = read_vector("small.transcript.json")

    engine.substitute(transcript, {"kind": "withdrawal", "out": "P1", "reason": "病假"})

    assert transcript == read_vector("small.transcript.json")
