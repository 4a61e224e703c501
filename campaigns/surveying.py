"""Counting a population as it passes by: all that a preview says of it, and whom the recusals of a draw concern."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from campaigns import draw as engine
from campaigns.models import PlanLine
from campaigns.population import NATIONAL_CENTRE, Candidate
from campaigns.staffing import Person


@dataclass(slots=True)
class LineFigures:
    """One line's institutions, counted. `received` and all of `census` are of those that can be drawn."""

    considered: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    census: engine.Census = field(default_factory=engine.Census)
    key_targets: int = 0
    received: int = 0
    counties: set[str] = field(default_factory=set)

    def add(self, candidate: Candidate) -> None:
        self.considered += 1
        if candidate.excluded:
            self.excluded[candidate.excluded] += 1
            return
        self.census.population += 1
        self.census.by_class[candidate.risk] += 1
        self.census.flagged += NATIONAL_CENTRE in candidate.flags
        self.key_targets += candidate.is_key_target
        self.received += candidate.is_received
        self.counties.add(candidate.county)


class Survey:
    """`met`: the institutions considered from which somebody is recused."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self.met: set[str] = set()
        self._recused = frozenset(token for person in people.values() for token in person.recused)
        self._figures: dict[str, LineFigures] = {}

    def add(self, candidate: Candidate) -> None:
        self._figures.setdefault(candidate.line.code, LineFigures()).add(candidate)
        if candidate.identifier in self._recused:
            self.met.add(candidate.identifier)

    def of(self, candidates: Iterable[Candidate]) -> Self:
        """All of these added."""
        for candidate in candidates:
            self.add(candidate)
        return self

    def of_line(self, line: PlanLine) -> LineFigures:
        return self._figures.get(line.code, LineFigures())
