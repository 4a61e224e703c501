import json
from random import Random

import pytest

from campaigns import draw as engine
from tests.campaigns.draw import checks
from tests.campaigns.draw.altering import leaves, with_altered
from tests.campaigns.draw.vectors import read_vector

SECTIONS = list(read_vector("small.transcript.json"))


@pytest.mark.parametrize("name", ["small", "seats"])
def test_every_altered_leaf_is_named_by_its_section(name):
    checks.check_every_altered_leaf_is_named(name)


@pytest.mark.parametrize("forgery", checks.FORGERIES, ids=lambda forgery: ".".join(forgery[0]))
def test_forged_manifest_is_found_by_what_it_promises(forgery):
    checks.check_forgery(forgery)


def test_altered_public_value_is_told_from_an_altered_seed():
    transcript = read_vector("scarce.transcript.json")

    value = engine.verify(with_altered(transcript, ("contributions", "public:双色球2025105期")))
    seed = engine.verify(with_altered(transcript, ("seed",)))

    assert (value.path, seed.path) == ("contributions.public:双色球2025105期", "seed")


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        (("manifest", "secret_hash"), "manifest.secret_hash"),
        (("manifest", "institutions", "root"), "manifest.institutions.root"),
        (("manifest", "title"), "manifest"),
        (("institutions", 3, "name"), "institutions"),
        (("result", "lines", 1, "cells", 0, "drawn", 1, "ticket"), "result.lines[1].cells[0].drawn[1].ticket"),
        (("result", "teams", 0, "members", 1, "inspector"), "result.teams[0].members[1].inspector"),
    ],
)
def test_difference_is_named_by_its_path(steps, path):
    assert engine.verify(with_altered(read_vector("small.transcript.json"), steps)).path == path


def test_entries_out_of_order_are_named():
    transcript = read_vector("small.transcript.json")
    entries = transcript["institutions"]
    entries[0], entries[1] = entries[1], entries[0]

    assert engine.verify(transcript) == engine.Difference("institutions", "institutions[0].id", "E001", "E002")


def test_numbers_of_another_type_differ():
    transcript = read_vector("small.transcript.json")
    transcript["result"]["lines"][0]["shortfall"] = False

    assert engine.verify(transcript) == engine.Difference("result", "result.lines[0].shortfall", "0", "false")


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("junk", [None, True, 1.5, 2**60, "", "x", [], [[]], {}, {"x": {}}, "\ud800"])
def test_junk_for_a_section_is_a_difference(section, junk):
    transcript = read_vector("small.transcript.json")
    if junk == transcript[section]:
        junk = [None]
    transcript[section] = junk

    difference = engine.verify(transcript)

    assert difference.section in SECTIONS
    assert "\n" not in str(difference)


@pytest.mark.parametrize("junk", [None, [], "x", {}, 7, {"manifest": 1}])
def test_what_is_no_transcript_is_a_difference(junk):
    assert isinstance(engine.verify(junk), engine.Difference)


def test_missing_and_unknown_keys_are_differences():
    missing, unknown = read_vector("small.transcript.json"), read_vector("small.transcript.json")
    del missing["seed"]
    unknown["note"] = "x"

    assert [engine.verify(missing).path, engine.verify(unknown).path] == ["seed", "note"]


def test_verify_never_raises_on_mutated_transcripts():
    random = Random(7)
    text = json.dumps(read_vector("seats.transcript.json"))
    junk = [None, True, -1, 0, 2**53, 10**30, 1.5, "", "x", "\ud800", [], {}, [None], {"a": []}, "e\u0301"]
    unnoticed = []
    for _ in range(600):
        transcript = json.loads(text)
        steps = random.choice(leaves(transcript))
        steps = steps[: random.randint(1, len(steps))]
        place = transcript
        for step in steps[:-1]:
            place = place[step]
        new = random.choice(junk)
        if place[steps[-1]] == new or steps[-1] == "reason" or steps == ("substitutions",):
            continue  # that later substitutions were left out, or another reason given, no digest tells
        place[steps[-1]] = new
        if engine.verify(transcript) is None:
            unnoticed.append((steps, new))

    assert unnoticed == []
