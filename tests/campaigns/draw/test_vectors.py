import copy

import pytest

from campaigns import draw as engine
from tests.campaigns.draw.second_opinion import Opinion
from tests.campaigns.draw.vectors import NAMES, VECTORS, options_of, read_vector, run_vector


@pytest.mark.parametrize("name", NAMES)
def test_run_gives_the_transcript_to_the_byte(name):
    transcript = run_vector(name)

    assert engine.dump(transcript) == (VECTORS / f"{name}.transcript.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_run_does_not_depend_on_the_order_of_entries(name):
    sheet = read_vector(f"{name}.sheet.json")
    sheet["institutions"].reverse()
    sheet["inspectors"].reverse()

    assert engine.run(sheet, **options_of(name)) == read_vector(f"{name}.transcript.json")


@pytest.mark.parametrize("name", NAMES)
def test_verify_accepts(name):
    assert engine.verify(read_vector(f"{name}.transcript.json")) is None


@pytest.mark.parametrize("name", [name for name in NAMES if "substitutions" in options_of(name)])
def test_substitute_continues_the_draw_one_by_one(name):
    options = options_of(name)
    requests = options.pop("substitutions")
    transcript = engine.run(read_vector(f"{name}.sheet.json"), **options)

    for request in requests:
        transcript = engine.substitute(transcript, request)

    assert transcript == read_vector(f"{name}.transcript.json")


@pytest.mark.parametrize("name", NAMES)
def test_second_opinion_agrees_with_the_vectors(name):
    options = options_of(name)
    requests = options.pop("substitutions", [])
    opinion = Opinion(read_vector(f"{name}.sheet.json"), **options)

    assert [opinion.substitute(request) for request in requests] == [True] * len(requests)
    assert opinion.transcript == read_vector(f"{name}.transcript.json")


@pytest.mark.parametrize("proof", read_vector("small.proofs.json"), ids=lambda proof: proof["entry"]["id"])
def test_prove_gives_the_proof(proof):
    transcript = read_vector("small.transcript.json")

    assert engine.prove(transcript, proof["entry"]["id"], proof["kind"]) == proof
    assert engine.check_proof(proof, transcript["manifest"])


@pytest.mark.parametrize("change", read_vector("refused.json"), ids=lambda change: change["refused_at"])
def test_refused_sheet_is_named_by_its_path(change):
    sheet = copy.deepcopy(read_vector("small.sheet.json"))
    *steps, last = change["set"]
    place = sheet
    for step in steps:
        place = place[step]
    place[last] = change["to"]

    with pytest.raises(engine.SheetRefused) as refused:
        engine.check_sheet(sheet)

    assert refused.value.path == change["refused_at"]
    assert str(refused.value).startswith(f"{change['refused_at']}: ")
