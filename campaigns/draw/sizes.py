"""How many of each cell are drawn (section 4): known before the randomness, shown with the plan, used by the draw."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

from campaigns.draw.errors import SheetRefused
from campaigns.draw.sheet import All, Count, Entry, Line, Quota, Ratio, RatioByClass, Sheet

EVERYONE = "*"


@dataclass(frozen=True, slots=True)
class CellSize:
    """A cell, the number of its members and how many of them are drawn."""

    cell: str
    population: int
    size: int


@dataclass(frozen=True, slots=True)
class LineSize:
    """What a line draws; `size` is the sum over its cells, `shortfall` what its count asks beyond its population."""

    code: str
    population: int
    size: int
    shortfall: int
    cells: tuple[CellSize, ...]


@dataclass(slots=True)
class Census:
    """The drawable institutions of one line, counted."""

    population: int = 0
    flagged: int = 0
    by_class: Counter[str] = field(default_factory=Counter)


def plan_lines(sheet: Sheet) -> list[LineSize]:
    """The plan of every line; raises SheetRefused where the quota cannot be met."""
    return plan_census(sheet.lines, sheet.quota, count_institutions(sheet.lines, sheet.quota, sheet.institutions))


def plan_census(lines: Sequence[Line], quota: Quota | None, census: Mapping[str, Census]) -> list[LineSize]:
    """The same from counts by line code, wherever the institutions themselves are; raises SheetRefused."""
    plans = [plan_line(line, census[line.code]) for line in lines]
    if quota is None:
        return plans
    return apply_quota(plans, quota, [census[line.code].flagged for line in lines])


def count_institutions(
    lines: Sequence[Line], quota: Quota | None, institutions: Iterable[Entry]
) -> Mapping[str, Census]:
    census = {line.code: Census() for line in lines}
    for entry in institutions:
        if "excluded" in entry:
            continue
        count_institution(census[entry["line"]], entry, quota)
    return census


def count_institution(counted: Census, entry: Entry, quota: Quota | None) -> None:
    """One more drawable institution of the line."""
    counted.population += 1
    counted.by_class[entry["risk"]] += 1
    if quota is not None and quota.flag in entry["flags"]:
        counted.flagged += 1


def plan_line(line: Line, census: Census) -> LineSize:
    """The plan of one line, before any quota."""
    population = census.population
    shortfall = 0
    match line.size:
        case Count(count):
            cells = [CellSize(EVERYONE, population, min(count, population))]
            shortfall = max(0, count - population)
        case Ratio(ratio, rounding):
            cells = [CellSize(EVERYONE, population, part_of(population, ratio, rounding))]
        case RatioByClass(ratios, rounding):
            cells = [
                CellSize(letter, census.by_class[letter], part_of(census.by_class[letter], ratio, rounding))
                for letter, ratio in ratios.items()
            ]
        case All():
            cells = [CellSize(EVERYONE, population, population)]
    return LineSize(line.code, population, sum(cell.size for cell in cells), shortfall, tuple(cells))


def part_of(population: int, ratio: Fraction, rounding: str) -> int:
    """ratio × population, rounded; at least 1 where neither is zero."""
    exact = ratio * population
    if exact == 0:
        return 0
    rounded = {"ceil": ceil(exact), "half_up": floor(exact + Fraction(1, 2)), "floor": floor(exact)}[rounding]
    return max(1, rounded)


def apply_quota(plans: Sequence[LineSize], quota: Quota, flagged: Sequence[int]) -> list[LineSize]:
    """Each line's single cell parted into the flag's and the rest's."""
    places = share_quota([plan.size for plan in plans], [plan.population for plan in plans], flagged, quota)
    return [part_line(plan, quota, bearers, given) for plan, bearers, given in zip(plans, flagged, places, strict=True)]


def part_line(plan: LineSize, quota: Quota, flagged: int, places: int) -> LineSize:
    others = plan.population - (flagged if quota.mode == "exactly" else places)
    cells = (CellSize(quota.flag, flagged, places), CellSize(EVERYONE, others, plan.size - places))
    return LineSize(plan.code, plan.population, plan.size, plan.shortfall, cells)


def share_quota(sizes: Sequence[int], populations: Sequence[int], flagged: Sequence[int], quota: Quota) -> list[int]:
    """The quota's places per line: the nearest whole numbers to the ideal shares that the bounds allow."""
    ideals = [
        Fraction(size * bearers, population) if population else Fraction(0)
        for size, population, bearers in zip(sizes, populations, flagged, strict=True)
    ]
    total = sum(ideals)
    shares = [ideal * quota.count / total if total else Fraction(0) for ideal in ideals]
    highest = [min(size, bearers) for size, bearers in zip(sizes, flagged, strict=True)]
    lowest = [
        max(0, size - (population - bearers)) if quota.mode == "exactly" else 0
        for size, population, bearers in zip(sizes, populations, flagged, strict=True)
    ]
    if not sum(lowest) <= quota.count <= sum(highest):
        raise SheetRefused(
            ("quota", "count"), "quota_impossible", count=quota.count, lowest=sum(lowest), highest=sum(highest)
        )
    return _settle(shares, lowest, highest, quota.count)


def _settle(shares: Sequence[Fraction], lowest: Sequence[int], highest: Sequence[int], count: int) -> list[int]:
    """Whole places within the bounds that add up to count; of equals the earliest line moves."""
    lines = range(len(shares))
    places = [min(max(floor(shares[line]), lowest[line]), highest[line]) for line in lines]
    while sum(places) < count:
        with_room = (line for line in lines if places[line] < highest[line])
        places[max(with_room, key=lambda line: shares[line] - places[line])] += 1
    while sum(places) > count:
        with_spare = (line for line in lines if places[line] > lowest[line])
        places[min(with_spare, key=lambda line: shares[line] - places[line])] -= 1
    return places
