"""The chance of an institution before the randomness, from the frozen rules and counts (draw-protocol.md section 4).

What an institution's chance depends on is its Standing alone, so a pool is counted by standings once.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from statistics import NormalDist
from typing import Any, Final, NamedTuple

from campaigns.draw.sheet import HEAD_KEYS, Line, Quota, RatioByClass, Sheet, read_sheet
from campaigns.draw.sizes import Census, LineSize, apply_quota, plan_line

STEPS: Final = 200  # of the integral over an institution's own ticket, narrower where the ticket is low
SMALLEST: Final = 1e-12  # a probability that is as good as none
EXACT_UP_TO: Final = 60  # places; beyond, the number of better tickets is as good as normally distributed

Figure = Fraction | float


class Standing(NamedTuple):
    """All of an entry that decides its chance."""

    line: str
    tier: int
    risk: str
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class Chance:
    """figure: between 0 and 1, a Fraction where it is exact; None where the rule gives no simple figure.

    plan: the sizes of its line. members, places: of the cell it competes in, before anybody who goes first is counted;
    ahead: how many members go before it in any case; equals: how many stand as it does, itself among them.
    """

    figure: Figure | None
    plan: LineSize
    members: int = 0
    places: int = 0
    ahead: int = 0
    equals: int = 0


def standing_of(entry: Mapping[str, Any], manifest: Mapping[str, Any]) -> Standing:
    quota = manifest["quota"]
    is_flagged = quota is not None and quota["flag"] in entry["flags"]
    return Standing(entry["line"], entry["tier"], entry["risk"], is_flagged)


def chance_of(standing: Standing, manifest: Mapping[str, Any], counts: Mapping[Standing, int]) -> Chance:
    """The chance of a drawable institution. counts: all drawable institutions by standing."""
    sheet = read_sheet({key: manifest[key] for key in HEAD_KEYS} | {"institutions": [], "inspectors": []})
    plans = {plan.code: plan for plan in plan_sizes(sheet, counts)}
    line = next(line for line in sheet.lines if line.code == standing.line)
    plan = plans[line.code]
    if isinstance(line.size, RatioByClass) and standing.risk not in line.size.ratios:
        return Chance(Fraction(0), plan)
    if sheet.quota and sheet.quota.mode == "at_least" and plan.cells[0].size:
        return _chance_with_least(standing, line, plan, counts)
    cell = _cell(standing, line, plan, sheet.quota)
    rivals = Counter(
        {other: count for other, count in counts.items() if _cell(other, line, plan, sheet.quota) == cell and count}
    )
    return _chance_in_cell(standing, line, plan, rivals, plan.cells[cell].size)


def plan_sizes(sheet: Sheet, counts: Mapping[Standing, int]) -> list[LineSize]:
    """As campaigns.draw.sizes.plan_lines, from counts instead of entries."""
    census = {line.code: Census() for line in sheet.lines}
    for standing, count in counts.items():
        counted = census[standing.line]
        counted.population += count
        counted.by_class[standing.risk] += count
        counted.flagged += count if standing.is_flagged else 0
    plans = [plan_line(line, census[line.code]) for line in sheet.lines]
    if sheet.quota is None:
        return plans
    return apply_quota(plans, sheet.quota, [census[line.code].flagged for line in sheet.lines])


def _cell(standing: Standing, line: Line, plan: LineSize, quota: Quota | None) -> int:
    """The index of the cell that decides; -1 for another line and for a class that is not drawn."""
    if standing.line != line.code:
        return -1
    if isinstance(line.size, RatioByClass):
        return next((place for place, cell in enumerate(plan.cells) if cell.cell == standing.risk), -1)
    if quota is None:
        return 0
    return 0 if quota.mode == "exactly" and standing.is_flagged else 1


def _chance_in_cell(
    standing: Standing, line: Line, plan: LineSize, rivals: Mapping[Standing, int], places: int
) -> Chance:
    ahead = sum(count for other, count in rivals.items() if other.tier < standing.tier)
    equals: Counter[int] = Counter()
    for other, count in rivals.items():
        if other.tier == standing.tier:
            equals[line.lots.get(other.risk, 1)] += count
    figure = chance_by_lots(line.lots.get(standing.risk, 1), equals, places - ahead)
    return Chance(figure, plan, sum(rivals.values()), places, ahead, equals.total())


def chance_by_lots(own: int, rivals: Mapping[int, int], places: int) -> Figure:
    """The chance of one with `own` lots for one of these places. rivals: how many have so many lots, itself included.

    With n lots one holds the lowest of n tickets, so places go out as if lots were drawn one by one from an urn.
    """
    total = sum(rivals.values())
    if places <= 0:
        return Fraction(0)
    if places >= total:
        return Fraction(1)
    if len(rivals) == 1:
        return Fraction(places, total)
    others = {lots: count - (lots == own) for lots, count in rivals.items()}
    middles = [(step + 0.5) / STEPS for step in range(STEPS)]
    return sum(3 * t**2 * _is_enough(t**3, own, others, places) for t in middles) / STEPS


def _is_enough(share: float, own: int, others: Mapping[int, int], places: int) -> float:
    """The probability that fewer than `places` others are better, given that one's own ticket is its `share` quantile.

    Of others with so many lots each is worse with probability (1 − share) ^ (lots / own).
    """
    worse = [(count, max((1 - share) ** (lots / own), SMALLEST)) for lots, count in others.items() if count]
    if places > EXACT_UP_TO:
        mean = sum(count * (1 - q) for count, q in worse)
        deviation = sum(count * q * (1 - q) for count, q in worse) ** 0.5
        return NormalDist(mean, deviation).cdf(places - 0.5) if deviation else float(mean < places)
    better = [1.0]
    for count, q in worse:
        better = _sums(better, _binomial(count, q, places), places)
    return sum(better)


def _binomial(count: int, q: float, places: int) -> list[float]:
    """The probabilities that 0, 1, … of so many are better, as far as they leave a place."""
    found = [q**count]
    for better in range(1, min(count + 1, places)):
        found.append(found[-1] * (count - better + 1) / better * (1 - q) / q)
    return found


def _sums(first: list[float], second: list[float], places: int) -> list[float]:
    found = [0.0] * min(len(first) + len(second) - 1, places)
    for a, x in enumerate(first):
        for b, y in enumerate(second[: len(found) - a]):
            found[a + b] += x * y
    return found


def _chance_with_least(standing: Standing, line: Line, plan: LineSize, counts: Mapping[Standing, int]) -> Chance:
    """At least q of the n drawn bear the flag: where all rank alike, the drawn are the first n by ticket if q of them
    bear it; else the first q that do and the first n − q that do not."""
    members = {other: count for other, count in counts.items() if other.line == line.code}
    flagged = sum(count for other, count in members.items() if other.is_flagged)
    whole, size, least = plan.population, plan.size, plan.cells[0].size
    chance = Chance(None, plan, whole, size)
    if len({(other.tier, line.lots.get(other.risk, 1)) for other in members}) > 1:
        return chance
    expected = Fraction(
        sum(max(n, least) * comb(flagged, n) * comb(whole - flagged, size - n) for n in range(min(flagged, size) + 1)),
        comb(whole, size),
    )
    figure = expected / flagged if standing.is_flagged else (size - expected) / (whole - flagged)
    return Chance(figure, plan, whole, size, 0, flagged if standing.is_flagged else whole - flagged)
