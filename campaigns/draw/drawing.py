"""One draw from a checked sheet and a seed: institutions, teams and, afterwards, substitutions."""

from collections.abc import Sequence
from typing import Any

from campaigns.draw.progress import Phase, Progress
from campaigns.draw.ranking import DrawnLine, Ranked, Ranking, draw_lines, next_members, positions_by_line
from campaigns.draw.sheet import Entry, Sheet, Slot, read_team
from campaigns.draw.sizes import LineSize
from campaigns.draw.teams import Staff


class Drawing:
    """The state of a draw: who is in it, in which cell, and who goes there.

    cells: (line number, cell) of every institution now in the draw.
    result: the draw itself, as the transcript shows it, before any substitution.
    """

    def __init__(self, sheet: Sheet, plans: Sequence[LineSize], *, seed: str, progress: Progress | None = None) -> None:
        self.sheet = sheet
        self.seed = seed
        lines = draw_lines(sheet, plans, seed=seed, progress=progress)
        self.cells = _cells_of_drawn(lines)
        self.staff = Staff(sheet.inspectors, seed=seed)
        self.withdrawn: set[str] = set()
        self._taken = [{ranked.position for cell in line.cells for ranked in cell.drawn} for line in lines]
        self._rankings: dict[int, Ranking] = {}
        self._teams = {line.code: line.team for line in sheet.lines}
        self._form_teams(lines, progress)
        teams = [team.record() for team in self.staff.teams.values()]
        self.result: dict[str, Any] = {"lines": [_line_record(line) for line in lines], "teams": teams}

    def _form_teams(self, lines: Sequence[DrawnLine], progress: Progress | None) -> None:
        drawn = [ranked.position for line in lines for cell in line.cells for ranked in cell.drawn]
        phase = Phase("teams", len(drawn), progress)
        for position in drawn:
            entry = self.sheet.institutions[position]
            self.staff.fill_team(self.staff.take_up(entry, self.slots_of(entry)))
            phase.add()

    def slots_of(self, entry: Entry) -> tuple[Slot, ...]:
        """The institution's own team, or its line's."""
        return read_team(entry["team"]) if "team" in entry else self._teams[entry["line"]]

    def next_reserve(self, out: str) -> Ranked | None:
        """Who enters for `out`: the highest-ranked member of its cell that has never been in the draw."""
        number, cell = self.cells[out]
        line = self.sheet.lines[number]
        return next(next_members(self.sheet, line, cell, self._ranking_of(number), self._taken[number]), None)

    def replace(self, out: str, by: Ranked) -> Entry:
        """The entry of the institution that now stands in the cell of `out`."""
        number, cell = self.cells.pop(out)
        self.cells[by.id] = number, cell
        self._taken[number].add(by.position)
        return self.sheet.institutions[by.position]

    def _ranking_of(self, number: int) -> Ranking:
        if number not in self._rankings:
            line = self.sheet.lines[number]
            self._rankings[number] = Ranking(
                self.sheet.institutions,
                positions_by_line(self.sheet)[line.code],
                lots=line.lots,
                seed=self.seed,
                wanted=len(self._taken[number]) + 1,
            )
        return self._rankings[number]


def _cells_of_drawn(lines: Sequence[DrawnLine]) -> dict[str, tuple[int, str]]:
    return {
        ranked.id: (number, cell.plan.cell)
        for number, line in enumerate(lines)
        for cell in line.cells
        for ranked in cell.drawn
    }


def _line_record(line: DrawnLine) -> dict[str, object]:
    cells = [
        {
            "cell": cell.plan.cell,
            "population": cell.plan.population,
            "size": cell.plan.size,
            "drawn": [ranked.row() for ranked in cell.drawn],
            "reserve": [ranked.row() for ranked in cell.reserve],
        }
        for cell in line.cells
    ]
    plan = line.plan
    return {"code": plan.code, "population": plan.population, "shortfall": plan.shortfall, "cells": cells}
