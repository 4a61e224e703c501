"""Chances that need no simulation: where all members of a stratum have the same, it is places / members."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from campaigns.draw.ranking import membership, positions_by_line
from campaigns.draw.sheet import Line, Sheet
from campaigns.draw.sizes import LineSize
from campaigns.simulation.groups import Group, Groups

Tiers = Mapping[int, Sequence[int]]


def chances_of_groups(sheet: Sheet, plans: Sequence[LineSize], groups: Groups) -> dict[Group, Fraction | None]:
    """The mean chance of each group's members; None for a group without members or with a member whose chance only
    a simulation can tell."""
    chances = chances_by_position(sheet, plans)
    return {group: _mean(positions, chances) for group, positions in groups.items()}


def _mean(positions: Sequence[int], chances: Mapping[int, Fraction]) -> Fraction | None:
    if not positions or any(position not in chances for position in positions):
        return None
    return sum((chances[position] for position in positions), Fraction(0)) / len(positions)


def chances_by_position(sheet: Sheet, plans: Sequence[LineSize]) -> dict[int, Fraction]:
    """The chance of each drawable institution for which it is simple; 0 for a class from which nobody is drawn."""
    tiers_by_line = positions_by_line(sheet)
    chances = {
        position: Fraction(0)
        for tiers, plan in zip(tiers_by_line.values(), plans, strict=True)
        for position in (*_unnamed(sheet, plan.code, tiers),)
    }
    for line, plan in zip(sheet.lines, plans, strict=True):
        chances.update(_of_line(sheet, line, plan, tiers_by_line[line.code]))
    return chances


def _unnamed(sheet: Sheet, code: str, tiers: Tiers) -> Iterator[int]:
    """Drawable institutions of the line whose class its rule does not name."""
    named = {position for positions in tiers.values() for position in positions}
    for position, entry in enumerate(sheet.institutions):
        if entry["line"] == code and "excluded" not in entry and position not in named:
            yield position


def _of_line(sheet: Sheet, line: Line, plan: LineSize, tiers: Tiers) -> Iterator[tuple[int, Fraction]]:
    if _cells_overlap(sheet, plan):
        return
    for cell in plan.cells:
        is_member = membership(line, cell.cell, sheet.quota)
        left = cell.size
        for tier in sorted(tiers):
            members = [position for position in tiers[tier] if is_member(sheet.institutions[position])]
            taken = min(left, len(members))
            left -= taken
            if taken in (0, len(members)) or _have_equal_lots(sheet, line, members):
                yield from ((position, Fraction(taken, len(members))) for position in members)


def _cells_overlap(sheet: Sheet, plan: LineSize) -> bool:
    """In a quota of `at_least`, who bears the flag may also come in by the second cell."""
    return sheet.quota is not None and sheet.quota.mode == "at_least" and plan.cells[0].population > 0


def _have_equal_lots(sheet: Sheet, line: Line, members: Sequence[int]) -> bool:
    return len({line.lots.get(sheet.institutions[position]["risk"], 1) for position in members}) == 1
