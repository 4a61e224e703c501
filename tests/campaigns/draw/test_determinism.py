"""The same draw anywhere, at any time and from entries in any order is the same to the byte."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.campaigns.draw.elsewhere import CASES, DATED, INVENTED, LOTTO_DAYS, MOMENTS, ORDERS, digest_of
from tests.campaigns.draw.mutants import PROJECT, Mutant, break_engine

# Time zones as rules, not names, since a machine may lack the names.
SURROUNDINGS = {
    "C": {"LC_ALL": "C", "TZ": "UTC0", "PYTHONHASHSEED": "0", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "China": {"LC_ALL": "zh_CN.UTF-8", "LANG": "zh_CN.UTF-8", "TZ": "CST-8", "PYTHONHASHSEED": "1"},
    "Turkey": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "TRT-3", "PYTHONHASHSEED": "2"},
    "Newfoundland": {"LC_ALL": "C.UTF-8", "TZ": "NST3:30NDT,M3.2.0,M11.1.0", "PYTHONHASHSEED": "4294967295"},
    "Line Islands": {"LC_ALL": "POSIX", "TZ": "LINT-14", "PYTHONHASHSEED": "20260229", "PYTHONUTF8": "1"},
}


def draw_elsewhere(*parts, folder=PROJECT, **variables):
    """What the other process tells; its surroundings are the variables and nothing else but the way to Python."""
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tests.campaigns.draw.elsewhere", *parts]
    ended = subprocess.run(
        command, cwd=folder, env=environment | variables, capture_output=True, encoding="utf-8", check=True
    )
    return json.loads(ended.stdout)


@cache
def digests():
    return {name: digest_of(name) for name in CASES}


def dated_digests():
    return {name: digests()[name] for name in DATED}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_draw_is_the_same_elsewhere_in_any_order_and_on_any_day(name):
    told = draw_elsewhere("shuffled", "dated", **SURROUNDINGS[name])

    assert SURROUNDINGS[name]["TZ"].startswith(told["time zone"])
    assert told["shuffled"] == {name: [digest] for name, digest in digests().items()}
    assert told["dated"] == dict.fromkeys(MOMENTS, dated_digests())


def test_there_are_enough_surroundings_and_days():
    assert len({variables["PYTHONHASHSEED"] for variables in SURROUNDINGS.values()}) == 5
    assert len({moment[:10] for moment in MOMENTS}) >= 20
    assert {"02-29", "12-31"} <= {moment[5:10] for moment in MOMENTS}


# What these comparisons are worth: engines bent on purpose must not pass them


def test_draw_bent_on_certain_days_is_found(tmp_path):
    """As at Hot Lotto, where tests on any other day found nothing."""
    bent = 'b"\\n0" + (b"7" if __import__("time").strftime("%m%d") in ("0527", "1123", "1229") else b""))'
    break_engine(Mutant("bent on certain days", "ranking.py", r'b"\n0")', bent), tmp_path)

    told = draw_elsewhere("dated", folder=tmp_path)

    differing = [moment for moment in MOMENTS if told["dated"][moment] != dated_digests()]
    assert Path(told["engine"]).is_relative_to(tmp_path.resolve())
    assert differing == list(LOTTO_DAYS)


def test_draw_by_the_hash_of_a_name_is_found(tmp_path):
    ticket = 'hash((person.id, tasks)).to_bytes(8, "big", signed=True)'
    break_engine(Mutant("hash of a name", "teams.py", "self._make_ticket(person.id, tasks)", ticket), tmp_path)

    told = [draw_elsewhere("shuffled", folder=tmp_path, PYTHONHASHSEED=seed)["shuffled"] for seed in ("1", "2")]

    assert told[0] != told[1]


def test_draw_by_the_order_of_entries_is_found(tmp_path):
    unsorted = Mutant("missing sort", "sheet.py", 'sorted(entries, key=itemgetter("id"))', "list(entries)")
    break_engine(unsorted, tmp_path)

    told = draw_elsewhere("shuffled", folder=tmp_path)

    assert [len(told["shuffled"][name]) for name in INVENTED] == [len(ORDERS)] * len(INVENTED)
