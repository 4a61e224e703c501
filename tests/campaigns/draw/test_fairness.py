"""20,000 draws with fixed seeds by the engine's own code: everybody who should have the same chance has it.

A draw passes if its counts are neither too uneven nor too even for luck (one in a million, by chi-square, for single
units and for pairs), if no unit and no pair is off by more than five standard deviations, and if every pair was seen.
The same checks are shown to fail for draws that are biased on purpose.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, permutations
from math import comb

import pytest

from campaigns.draw import ranking, teams
from campaigns.draw.drawing import Drawing
from campaigns.draw.sheet import read_sheet
from campaigns.draw.sizes import plan_lines
from tests.campaigns.draw.chances import (
    across,
    chi_square_p,
    pairs_p,
    sigmas,
    taken_with_at_least,
    taken_with_lots,
    together,
    units_p,
)

DRAWS = 20_000
LEAST_P = 1e-6
MOST_SIGMAS = 5


@dataclass
class Design:
    """A line, the groups whose members luck alone tells apart, and {numbers drawn per group: chance}, exactly."""

    size: int
    groups: list[list[str]]
    taken: Mapping[tuple[int, ...], Fraction]
    traits: list[dict]
    lots: Mapping[str, int]
    quota: dict | None = None

    def sheet(self):
        entries = [
            make_institution(id) | traits
            for group, traits in zip(self.groups, self.traits, strict=True)
            for id in group
        ]
        line = {"size": {"count": self.size}, "lots": dict(self.lots), "team": []}
        return make_sheet([line], entries, quota=self.quota)


def make_sheet(lines, institutions, inspectors=(), quota=None):
    return {
        "protocol": "lianchou-draw/1",
        "draw": "fairness-1",
        "title": "公平",
        "sources": ["public:开奖"],
        "lines": [{"code": f"line-{n}", "title": "条目", "reserve": 1} | line for n, line in enumerate(lines)],
        "quota": quota,
        "institutions": institutions,
        "inspectors": list(inspectors),
    }


def make_institution(id, county="140212"):
    return {"id": id, "line": "line-0", "tier": 0, "risk": "", "county": county, "flags": []}


def make_design(size, sizes, taken, traits=None, lots=None, quota=None):
    numbers = iter(range(sum(sizes)))
    groups = [[f"I{next(numbers):03}" for _ in range(members)] for members in sizes]
    return Design(size, groups, taken, traits or [{} for _ in sizes], lots or {}, quota)


FLAGGED = [{"flags": ["centre"]}, {}]
DESIGNS = {
    "tiered": make_design(5, [2, 9, 2], {(2, 3, 0): Fraction(1)}, [{"tier": tier} for tier in (-1, 0, 7)]),
    "lots": make_design(
        4, [4, 4, 5], taken_with_lots(4, [(4, 3), (4, 2), (5, 1)]), [{"risk": r} for r in "DCB"], {"D": 3, "C": 2}
    ),
    "quota, exactly": make_design(
        5, [5, 7], {(3, 2): Fraction(1)}, FLAGGED, quota={"flag": "centre", "count": 3, "mode": "exactly"}
    ),
    "quota, at least": make_design(
        5,
        [5, 7],
        taken_with_at_least(5, 2, 5, 7),
        FLAGGED,
        quota={"flag": "centre", "count": 2, "mode": "at_least"},
    ),
}


def draw_often(sheet, name, draws=DRAWS):
    """The results of many draws from one sheet, each with a seed of its own."""
    checked = read_sheet(sheet)
    plans = plan_lines(checked)
    for number in range(draws):
        yield Drawing(checked, plans, seed=hashlib.sha256(f"{name} {number}".encode()).hexdigest()).result


def drawn_of(result):
    return sorted(row["id"] for line in result["lines"] for cell in line["cells"] for row in cell["drawn"])


def count_sets(sets):
    """How often each unit, and each pair in the order of their names, was in one of the sets."""
    units, pairs = Counter(), Counter()
    for members in sets:
        units.update(members)
        pairs.update(combinations(members, 2))
    return units, pairs


def faults_of_sets(sets, groups, taken):
    """What a fair draw would not show, in words; sets: who was drawn, each sorted."""
    draws, (units, pairs) = len(sets), count_sets(sets)
    sizes = [len(group) for group in groups]
    faults = []
    for number, members in enumerate(groups):
        size = sizes[number]
        chances = [together(taken, number, size, k) for k in range(5)]
        counts = [units[unit] for unit in members]
        faults += off_by_sigmas("unit", units, members, draws, chances[1])
        faults += off_by_sigmas("pair", pairs, combinations(members, 2), draws, chances[2])
        if chances[1] > chances[2]:
            faults += unlikely("units", units_p(counts, draws, chances[1], chances[2]))
        if size > 3 and chances[2] - 2 * chances[3] + chances[4] > 0:
            faults += unlikely("pairs", pairs_p(pairs, members, draws, *chances[2:]))
    for left, right in combinations(range(len(groups)), 2):
        mixed = [tuple(sorted((one, two))) for one in groups[left] for two in groups[right]]
        faults += off_by_sigmas("pair", pairs, mixed, draws, across(taken, left, right, sizes))
    return faults


def off_by_sigmas(what, counts, keys, draws, chance):
    found = [(key, counts[key], sigmas(counts[key], draws, chance)) for key in keys]
    return [
        f"{what} {key}: {count} times, off by {off:.1f} sigma"
        for key, count, off in found
        if off > MOST_SIGMAS or (chance and not count)
    ]


def unlikely(what, p):
    return [] if LEAST_P < p < 1 - LEAST_P else [f"{what}: p = {p:.1e}"]


def faults_of_design(name, draws=DRAWS):
    design = DESIGNS[name]
    sets = [drawn_of(result) for result in draw_often(design.sheet(), name, draws)]
    return faults_of_sets(sets, design.groups, design.taken)


@pytest.mark.parametrize("name", DESIGNS)
def test_institutions_are_drawn_with_the_exact_chances(name):
    assert faults_of_design(name) == []


def test_plain_line_is_drawn_with_equal_chances_in_any_order():
    """Ten of a hundred; besides who is drawn also who is the first of them, and who the first reserve."""
    plain = make_design(10, [100], {(10,): Fraction(1)})
    drawn, first, reserve = [], [], []
    for result in draw_often(plain.sheet(), "plain"):
        cell = result["lines"][0]["cells"][0]
        drawn.append(drawn_of(result))
        first.append([cell["drawn"][0]["id"]])
        reserve.append([cell["reserve"][0]["id"]])

    assert faults_of_sets(drawn, plain.groups, plain.taken) == []
    assert faults_of_sets(first, plain.groups, {(1,): Fraction(1)}) == []
    assert faults_of_sets(reserve, plain.groups, {(1,): Fraction(1)}) == []


# Teams


def team_sheet(counties, slots, people, limit):
    """An institution in each county given, all drawn; people: {pool: their number}."""
    institutions = [make_institution(f"I{number}", county) for number, county in enumerate(counties)]
    line = {"size": {"all": True}, "team": [{"pool": pool, "role": "检查人员", "number": n} for pool, n in slots]}
    inspectors = [
        {"id": f"{pool[:1]}{pool[-1]}{number}", "pools": [pool], "limit": limit, "recused": []}
        for pool, size in people.items()
        for number in range(size)
    ]
    return make_sheet([line], institutions, inspectors)


def ids_of(sheet, pool):
    return [person["id"] for person in sheet["inspectors"] if person["pools"] == [pool]]


def members_of(team, slot=0):
    return sorted(member["inspector"] for member in team["members"] if member["slot"] == slot)


def faults_of_matching(teams, people, draws):
    """Pairs of people who are in at most one team each; teams: of all draws, the two members of each."""
    pairs = Counter(tuple(members) for members in teams)
    per_draw, number = len(teams) // draws, len(people)
    chance = Fraction(per_draw, comb(number, 2))
    disjoint = chance * Fraction(per_draw - 1, comb(number - 2, 2))
    found = off_by_sigmas("pair", pairs, combinations(people, 2), draws, chance)
    return found + unlikely("pairs", pairs_p(pairs, people, draws, chance, 0, disjoint))


COUNTIES = ["140212", "140213"]


def faults_of_one_round(draws=DRAWS):
    """Two teams of two from seven and one from the county's three: nobody has more than one task."""
    counties = {f"L:{county}": 3 for county in COUNTIES}
    sheet = team_sheet(COUNTIES, [("A", 2), ("L:{county}", 1)], {"A": 7} | counties, limit=1)
    drawn = [result["teams"] for result in draw_often(sheet, "one round", draws)]
    people, local = ids_of(sheet, "A"), [ids_of(sheet, pool) for pool in counties]
    members = [members_of(team) for teams in drawn for team in teams]
    chosen = [sorted(id for team in teams for id in members_of(team)) for teams in drawn]
    cooperating = [sorted(id for team in teams for id in members_of(team, 1)) for teams in drawn]
    faults = faults_of_sets(chosen, [people], {(4,): Fraction(1)})
    faults += faults_of_sets(cooperating, local, {(1, 1): Fraction(1)})
    faults += faults_of_matching(members, people, draws)
    for number in range(len(COUNTIES)):  # whichever the institution and its county
        own = [members_of(team) for teams in drawn for team in teams if team["institution"] == f"I{number}"]
        faults += faults_of_sets(own, [people], {(2,): Fraction(1)})
    return faults


def faults_of_many_rounds(draws=DRAWS):
    """Four teams of two from five who take two tasks at most: three have both, and the last team is any pair."""
    sheet = team_sheet(["140212"] * 4, [("A", 2)], {"A": 5}, limit=2)
    people = ids_of(sheet, "A")
    busiest, last = [], []
    for result in draw_often(sheet, "many rounds", draws):
        tasks = Counter(id for team in result["teams"] for id in members_of(team))
        busiest.append(sorted(id for id in people if tasks[id] == 2))
        last.append(members_of(result["teams"][-1]))
    return faults_of_sets(busiest, [people], {(3,): Fraction(1)}) + faults_of_sets(last, [people], {(2,): Fraction(1)})


def test_everybody_is_as_likely_in_a_team_and_with_anybody_wherever_it_goes():
    assert faults_of_one_round() == []


def test_tasks_beyond_the_first_come_to_anybody():
    assert faults_of_many_rounds() == []


# What the checks are worth: biased on purpose, in one place, with all the rest of the engine as it is

BIASED = make_design(3, [12], {(3,): Fraction(1)})


def faults_with(make_tickets, monkeypatch, draws=DRAWS // 4):
    monkeypatch.setattr(ranking, "make_tickets", make_tickets)
    sets = [drawn_of(result) for result in draw_often(BIASED.sheet(), "biased", draws)]
    return faults_of_sets(sets, BIASED.groups, BIASED.taken)


def test_chance_a_tenth_heavier_for_one_is_found(monkeypatch):
    """I005 has two lots instead of one in 15 % of the draws, so that 0.25 becomes 0.275."""
    fair = ranking.make_tickets
    second = ranking.ticket_maker("00" * 32, "second lot")

    def make_heavier(institutions, positions, *, lots, seed):
        tickets = fair(institutions, positions, lots=lots, seed=seed)
        if second(seed, 0)[0] < 0.15 * 256:
            tickets[5] = min(tickets[5], second(seed, 1))
        return tickets

    assert any(fault.startswith("unit I005:") for fault in faults_with(make_heavier, monkeypatch, DRAWS))


def test_remainder_of_a_byte_is_found(monkeypatch):
    fair = ranking.make_tickets

    def make_modulo(institutions, positions, **given):
        return [bytes([ticket[0] % 12]) for ticket in fair(institutions, positions, **given)]

    faults = faults_with(make_modulo, monkeypatch)

    assert any(fault.startswith("unit I000:") for fault in faults)
    assert any(fault.startswith("units: p =") for fault in faults)


def test_every_fourth_from_a_random_start_is_found_by_its_pairs(monkeypatch):
    """Each has exactly the right chance; only who comes with whom is wrong."""

    def make_systematic(institutions, positions, *, lots, seed):
        return [bytes([(position - int(seed, 16)) % 4, position]) for position in positions]

    faults = faults_with(make_systematic, monkeypatch)

    assert "pairs: p = 0.0e+00" in faults
    assert "pair ('I000', 'I001'): 0 times, off by 15.4 sigma" in faults
    assert not any(fault.startswith("unit") for fault in faults)


def test_draw_too_even_for_luck_is_found(monkeypatch):
    """Taken in turns: whoever was drawn is not drawn again before all the others were."""
    turns = iter(range(DRAWS))

    def make_turns(institutions, positions, **given):
        turn = next(turns) * 3
        return [bytes([(position - turn) % 12]) for position in positions]

    assert "units: p = 1.0e+00" in faults_with(make_turns, monkeypatch)


def test_inspectors_in_the_order_of_their_names_are_found(monkeypatch):
    monkeypatch.setattr(teams, "ticket_maker", lambda seed, kind: lambda id, number: b"")

    assert any(fault.startswith("unit") for fault in faults_of_many_rounds(draws=1_000))


def test_neighbours_who_always_go_together_are_found(monkeypatch):
    """Everybody's turn comes as often, but those next to each other in the list come together."""

    def make_rotating(seed, kind):
        return lambda id, number: bytes([number, (ord(id[-1]) - int(seed, 16)) % 7])

    monkeypatch.setattr(teams, "ticket_maker", make_rotating)

    assert "pairs: p = 0.0e+00" in faults_of_one_round(draws=2_000)


# The exact chances themselves, against every order of a small urn


def test_lots_have_the_chances_of_every_order_of_the_urn():
    urn = [0, 0, 0, 1, 1, 2, 3]  # one institution with three lots, one with two, two with one
    orders = Counter(tuple(dict.fromkeys(order))[:2] for order in permutations(urn))
    chances = Counter()
    for drawn, number in orders.items():
        chances[tuple(sum(group(id) for id in drawn) for group in GROUPS)] += Fraction(number, 5040)

    assert taken_with_lots(2, [(1, 3), (1, 2), (2, 1)]) == chances


GROUPS = (lambda id: id == 0, lambda id: id == 1, lambda id: id > 1)


def test_at_least_has_the_chances_of_every_order_of_the_line():
    chances = Counter()
    for order in permutations("ffoooo"):
        first = order.index("f")
        rest = [*order[:first], *order[first + 1 :]][:2]
        chances[1 + rest.count("f"), rest.count("o")] += Fraction(1, 720)

    assert taken_with_at_least(3, 1, 2, 4) == chances


@pytest.mark.parametrize(("statistic", "degrees"), [(3.841, 1), (5.991, 2), (7.815, 3), (18.307, 10), (123.225, 99)])
def test_chi_square_p_is_that_of_the_tables(statistic, degrees):
    """The five per cent column of any table."""
    assert round(chi_square_p(statistic, degrees), 4) == 0.05
