import pytest

from campaigns import draw as engine
from tests.campaigns.draw import checks
from tests.campaigns.draw.vectors import read_vector


@pytest.mark.parametrize("name", ["small", "datong"])
def test_every_entry_can_be_proved(name):
    checks.check_every_entry_is_proved(name)


@pytest.mark.parametrize("count", checks.TREE_SIZES)
def test_proofs_hold_for_every_size_of_the_tree(count):
    checks.check_proofs_of_a_tree_of(count)


@pytest.mark.parametrize("change", checks.ALTERED_PROOFS, ids=str)
def test_altered_proof_is_not_accepted(change):
    checks.check_altered_proof(change)


def test_path_of_the_wrong_length_is_not_accepted():
    checks.check_path_length()


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
