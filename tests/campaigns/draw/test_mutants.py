"""The engine broken on purpose: each of these must be noticed by the checks that the true one passes."""

import pytest

from tests.campaigns.draw.mutants import MUTANTS, Mutant, break_engine, copy_engine, find_fault

NOT_A_MUTANT = ("SyntaxError", "ImportError", "NameError", "AttributeError")  # text that Python itself refuses


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.file}: {mutant.name}")
def test_mutant_is_caught(mutant, tmp_path):
    break_engine(mutant, tmp_path)

    fault = find_fault(tmp_path)

    assert fault is not None
    assert fault["error"] not in NOT_A_MUTANT


def test_unbroken_copy_passes_every_check(tmp_path):
    copy_engine(tmp_path)

    assert find_fault(tmp_path) is None


def test_there_are_enough_mutants_and_none_twice():
    assert len({mutant[1:] for mutant in MUTANTS}) == len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 100


def test_mutant_whose_text_has_gone_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"^sizes\.py: 0 times 'no such text': renew mutant 'x'$"):
        break_engine(Mutant("x", "sizes.py", "no such text", ""), tmp_path)
