"""A sheet cut down to the first of every cell gives the result of the whole; a tree that grows has the tree's root."""

import hashlib
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import draw as engine
from campaigns.draw import commitment
from campaigns.draw.commitment import GrowingTree, Tree, make_tree, promise
from campaigns.draw.front import run_over
from campaigns.draw.ranking import ticket_maker
from campaigns.draw.sizes import count_institutions
from tests.campaigns.draw.invented import OPTIONS, make_request, make_sheet

SEEDS = st.integers(min_value=0, max_value=2**32)
trying = settings(max_examples=80, deadline=None, derandomize=True)


class ListPool:
    """A pool that reads all of a list for every answer."""

    def __init__(self, entries, *, wrong=lambda rows: rows):
        self._entries = sorted(entries, key=lambda entry: entry["id"])
        self._wrong = wrong

    def count(self):
        return len(self._entries)

    def census(self, lines, quota):
        return count_institutions(lines, quota, self._entries)

    def promise(self, secret, phase):
        return promise(make_tree(self._entries, secret=secret, kind="institution", phase=phase))

    def first(self, reach, quota, seed):
        make_ticket = ticket_maker(seed, "institution")
        rows = [
            (entry, min(make_ticket(entry["id"], lot) for lot in range(reach.line.lots.get(entry["risk"], 1))).hex())
            for entry in self._entries
            if "excluded" not in entry
            and entry["line"] == reach.line.code
            and reach.risk in (None, entry["risk"])
            and (reach.flagged is None or reach.flagged == (quota.flag in entry["flags"]))
        ]
        rows.sort(key=lambda row: (row[0]["tier"], row[1]))
        return self._wrong(rows[: reach.count])


def rules_of(sheet):
    return {key: value for key, value in sheet.items() if key != "institutions"}


def without_institutions(transcript):
    return {key: value for key, value in transcript.items() if key != "institutions"}


def outcome(run):
    """The transcript, or how it was refused."""
    try:
        return run()
    except engine.Refused as refused:
        return str(refused)


def requests_for(sheet, random):
    """A few substitutions, each of which the rules allow after those before it."""
    requests, transcript = [], engine.run(sheet, **OPTIONS)
    for _ in range(4):
        request = make_request(random, current_teams(transcript))
        try:
            transcript = engine.run(sheet, **OPTIONS, substitutions=[*requests, request])
        except engine.SubstitutionRefused:
            continue
        requests.append(request)
    return requests


def current_teams(transcript):
    teams = {team["institution"]: team for team in transcript["result"]["teams"]}
    for record in transcript["substitutions"]:
        teams |= {team["institution"]: team for team in record["teams"]}
        if record["kind"] == "institution":
            del teams[record["out"]]
    return list(teams.values())


@trying
@given(SEEDS)
def test_front_decides_as_the_whole_pool_does_through_substitutions(seed):
    sheet = make_sheet(Random(seed), institutions=40)
    expected = outcome(lambda: engine.run(sheet, **OPTIONS))
    if isinstance(expected, str):
        assert outcome(lambda: run_over(ListPool(sheet["institutions"]), rules_of(sheet), **OPTIONS)) == expected
        return
    requests = requests_for(sheet, Random(seed))

    drawn = run_over(ListPool(sheet["institutions"]), rules_of(sheet), **OPTIONS, substitutions=requests)

    expected = without_institutions(engine.run(sheet, **OPTIONS, substitutions=requests))
    assert engine.dump(drawn) == engine.dump(expected)


def swapped(rows):
    return rows[::-1]


def forged(rows):
    return [(entry, "0" * 64) for entry, _ in rows]


def cut(rows):
    return rows[:1]


@pytest.mark.parametrize("wrong", [swapped, forged, cut])
def test_pool_that_ranks_otherwise_is_not_believed(wrong):
    sheet = make_sheet(Random(1), institutions=0)
    line = sheet["lines"][0] | {"size": {"count": 5}, "reserve": 0, "lots": {}}
    entries = [
        {"id": f"I{number}", "line": line["code"], "tier": 0, "risk": "", "county": "140212", "flags": []}
        for number in range(20)
    ]
    rules = rules_of(sheet) | {"lines": [line], "quota": None}

    with pytest.raises(engine.PoolDisagrees):
        run_over(ListPool(entries, wrong=wrong), rules, **OPTIONS)


@pytest.mark.parametrize("step", [1, 3, 7, 200])
def test_growing_tree_has_the_root_of_the_whole(step, monkeypatch):
    monkeypatch.setattr(commitment, "BLOCK", 4)
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(140)]
    for count in range(140):
        growing = GrowingTree()
        for start in range(0, count, step):
            growing.add(b"".join(leaves[start : min(start + step, count)]))
        assert promise(growing) == promise(Tree(b"".join(leaves[:count])))
