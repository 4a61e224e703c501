import copy

import pytest

from campaigns import draw as engine
from tests.campaigns.draw.vectors import read_vector


@pytest.mark.parametrize("name", ["small", "datong"])
def test_every_entry_can_be_proved(name):
    transcript = read_vector(f"{name}.transcript.json")
    for kind, key in (("institution", "institutions"), ("inspector", "inspectors")):
        for entry in transcript[key]:
            proof = engine.prove(transcript, entry["id"], kind)
            assert (proof["entry"], engine.proof_problem(proof, transcript["manifest"])) == (entry, None)


@pytest.mark.parametrize("count", range(1, 18))
def test_proofs_hold_for_every_size_of_the_tree(count):
    sheet = read_vector("small.sheet.json")
    sheet["institutions"] = [sheet["institutions"][0] | {"id": f"I{number:02}"} for number in range(count)]
    sheet["lines"] = sheet["lines"][:1]
    sheet["sources"] = ["public:a"]
    transcript = engine.run(sheet, secret=bytes(32), frozen_at="2026-01-01T00:00:00Z", contributions={"public:a": "1"})
    proofs = [engine.prove(transcript, f"I{number:02}") for number in range(count)]

    assert all(engine.check_proof(proof, transcript["manifest"]) for proof in proofs)
    assert not any(
        engine.check_proof(proof | {"index": other}, transcript["manifest"])
        for number, proof in enumerate(proofs)
        for other in range(count)
        if other != number
    )


CHANGES = [
    {"kind": "inspector"},
    {"kind": ["institution"]},
    {"index": 4},
    {"index": True},
    {"index": -1},
    {"index": 12},
    {"count": 13},
    {"salt": "0" * 64},
    {"salt": "zz"},
    {"entry": {"id": "E004"}},
    {"entry": {"id": 1.5}},
    {"path": []},
    {"path": ["0" * 64] * 9},
    {"path": None},
    {"more": 1},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_altered_proof_is_not_accepted(change):
    transcript = read_vector("small.transcript.json")
    proof = engine.prove(transcript, "E004")

    assert not engine.check_proof(copy.deepcopy(proof) | change, transcript["manifest"])


def test_path_of_the_wrong_length_is_not_accepted():
    transcript = read_vector("small.transcript.json")
    proof = engine.prove(transcript, "E004")

    assert not engine.check_proof(proof | {"path": proof["path"][:-1]}, transcript["manifest"])
    assert not engine.check_proof(proof | {"path": [*proof["path"], "0" * 64]}, transcript["manifest"])


@pytest.mark.parametrize("manifest", [None, [], {}, {"institutions": 1}, {"institutions": {"count": "12"}}])
def test_proof_against_junk_is_not_accepted(manifest):
    assert not engine.check_proof(engine.prove(read_vector("small.transcript.json"), "E004"), manifest)


def test_prove_refuses_who_is_not_there():
    with pytest.raises(engine.ProofRefused) as refused:
        engine.prove(read_vector("small.transcript.json"), "P1", "institution")

    assert refused.value.code == "no_such_entry"


def test_manifest_without_a_root_proves_nothing():
    proof, manifest = read_vector("small.proofs.json")[0], read_vector("small.transcript.json")["manifest"]
    del manifest["institutions"]["root"]

    problems = {engine.proof_problem(changed, manifest) for changed in (proof, proof | {"path": []})}

    assert problems == {"the manifest has no count and root of institutions"}
