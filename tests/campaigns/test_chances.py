"""Chances before the draw, held against the engine itself: rules that give an exact figure, and urns with lots."""

from collections import Counter
from fractions import Fraction

import pytest

from campaigns import draw as engine
from campaigns.chances import Standing, chance_by_lots, chance_of, standing_of

SEEDS = 1000
CLOSE = 4.5  # standard deviations


def line(code="a", **more):
    return {"code": code, "title": code, "size": {"count": 2}, "reserve": 0, "team": [], **more}


def entry(number, code="a", tier=3, risk="", flags=()):
    return {"id": f"X{number:03d}", "line": code, "tier": tier, "risk": risk, "county": "140213", "flags": list(flags)}


def sheet(entries, *lines, quota=None):
    return {
        "protocol": engine.PROTOCOL, "draw": "d", "title": "t", "sources": ["public:x"], "lines": list(lines),
        "quota": quota, "institutions": entries, "inspectors": [],
    }  # fmt: skip


def drawn_share(of, wanted):
    """How often the entries that `wanted` picks were drawn over many seeds, as a mean per entry."""
    frozen_at, secret = "2025-09-10T10:00:00+08:00", b"\x01" * 32
    chosen = {each["id"] for each in of["institutions"] if wanted(each)}
    count = 0
    for number in range(SEEDS):
        result = engine.run(of, secret=secret, frozen_at=frozen_at, contributions={"public:x": str(number)})["result"]
        count += sum(row["id"] in chosen for each in result["lines"] for cell in each["cells"] for row in cell["drawn"])
    return count / SEEDS / len(chosen)


def figure(of, wanted):
    own = next(each for each in of["institutions"] if wanted(each))
    counts = Counter(standing_of(each, of) for each in of["institutions"] if "excluded" not in each)
    return chance_of(standing_of(own, of), of, counts).figure


def is_close(share, expected):
    return abs(share - float(expected)) < CLOSE * (float(expected) * (1 - float(expected)) / SEEDS) ** 0.5 + 1e-3


@pytest.mark.parametrize(
    ("size", "expected"),
    [({"count": 2}, Fraction(2, 7)), ({"ratio": "50%"}, Fraction(4, 7)), ({"all": True}, 1), ({"count": 9}, 1)],
)
def test_chance_without_tiers_is_places_over_members(size, expected):
    of = sheet([*(entry(n) for n in range(7)), entry(7) | {"excluded": "注销"}], line(size=size))

    assert figure(of, lambda each: True) == expected


def test_chance_counts_who_goes_first():
    tiers = [0, 1, 1, 3, 3, 3, 3]
    of = sheet([entry(n, tier=tier) for n, tier in enumerate(tiers)], line(size={"count": 4}))

    assert [figure(of, lambda each, tier=tier: each["tier"] == tier) for tier in (0, 1, 3)] == [1, 1, Fraction(1, 4)]


def test_chance_is_nothing_when_those_before_take_every_place():
    of = sheet([entry(0, tier=0), entry(1, tier=0), entry(2)], line(size={"count": 1}))

    assert [figure(of, lambda each, tier=tier: each["tier"] == tier) for tier in (0, 3)] == [Fraction(1, 2), 0]


def test_chance_by_class_and_of_a_class_that_is_not_drawn():
    risks = "AAAABBC"
    of = sheet([entry(n, risk=risk) for n, risk in enumerate(risks)], line(size={"ratio": {"A": "25%", "B": "100%"}}))

    found = [figure(of, lambda each, risk=risk: each["risk"] == risk) for risk in "ABC"]

    assert found == [Fraction(1, 4), 1, 0]


def test_chance_with_lots_for_one_place_is_the_share_of_lots():
    found = [chance_by_lots(own, {5: 1, 1: 3}, 1) for own in (5, 1)]

    assert [round(each, 3) for each in found] == [5 / 8, 1 / 8]


@pytest.mark.parametrize(("classes", "places"), [({3: 4, 1: 9}, 4), ({5: 2, 2: 10, 1: 40}, 20), ({4: 60, 1: 500}, 90)])
def test_chances_with_lots_add_up_to_the_places(classes, places):
    total = sum(count * chance_by_lots(own, classes, places) for own, count in classes.items())

    assert total == pytest.approx(places, rel=2e-3)


def test_chance_with_lots_is_that_of_the_engine():
    entries = [entry(n, risk="K" if n < 3 else "") for n in range(10)]
    of = sheet(entries, line(size={"count": 3}, lots={"K": 3}))

    for wanted in (lambda each: each["risk"] == "K", lambda each: each["risk"] == ""):
        assert is_close(drawn_share(of, wanted), figure(of, wanted))


@pytest.mark.parametrize("mode", ["exactly", "at_least"])
def test_chance_under_a_quota_is_that_of_the_engine(mode):
    entries = [entry(n, flags=["centre"] if n < 4 else []) for n in range(12)]
    of = sheet(entries, line(size={"count": 5}), quota={"flag": "centre", "count": 2, "mode": mode})

    for wanted in (lambda each: each["flags"], lambda each: not each["flags"]):
        assert is_close(drawn_share(of, wanted), figure(of, wanted))


def test_chance_under_a_quota_with_tiers_or_lots_has_no_simple_figure():
    quota = {"flag": "centre", "count": 1, "mode": "at_least"}
    of = sheet([entry(n, tier=n % 2, flags=["centre"] if n < 3 else []) for n in range(9)], line(), quota=quota)

    assert figure(of, lambda each: True) is None


def test_standing_names_all_that_decides():
    of = sheet([], line(), quota={"flag": "centre", "count": 1, "mode": "exactly"})

    assert standing_of(entry(1, tier=2, risk="B", flags=["centre"]), of) == Standing("a", 2, "B", is_flagged=True)


def test_extremes_of_lots_keep_their_figure():
    first, second = 1 / 1230, 3 * 400 / 1230 / 830 + 29 / 1230 / 1229

    assert chance_by_lots(1, {1: 30, 400: 3}, 2) == pytest.approx(first + second, rel=0.01)
