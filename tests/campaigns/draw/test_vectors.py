import pytest

from tests.campaigns.draw import checks
from tests.campaigns.draw.second_opinion import Opinion
from tests.campaigns.draw.vectors import NAMES, options_of, read_vector


@pytest.mark.parametrize("name", NAMES)
def test_run_gives_the_transcript_to_the_byte(name):
    checks.check_run(name)


@pytest.mark.parametrize("name", NAMES)
def test_run_does_not_depend_on_the_order_of_entries(name):
    checks.check_order_of_entries(name)


@pytest.mark.parametrize("name", NAMES)
def test_verify_accepts(name):
    checks.check_verify(name)


@pytest.mark.parametrize("name", checks.WITH_SUBSTITUTIONS)
def test_substitute_continues_the_draw_one_by_one(name):
    checks.check_substitutions_one_by_one(name)


@pytest.mark.parametrize("name", NAMES)
def test_second_opinion_agrees_with_the_vectors(name):
    options = options_of(name)
    requests = options.pop("substitutions", [])
    opinion = Opinion(read_vector(f"{name}.sheet.json"), **options)

    assert [opinion.substitute(request) for request in requests] == [True] * len(requests)
    assert opinion.transcript == read_vector(f"{name}.transcript.json")


@pytest.mark.parametrize("proof", checks.PROOFS, ids=lambda proof: proof["entry"]["id"])
def test_prove_gives_the_proof(proof):
    checks.check_proof(proof)


@pytest.mark.parametrize("change", checks.REFUSED, ids=lambda change: change["refused_at"])
def test_refused_sheet_is_named_by_its_path(change):
    checks.check_refused(change)
