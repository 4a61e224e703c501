"""Tickets (section 3), ranks and the institutions drawn (section 4)."""

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil, sqrt
from typing import Final, NamedTuple

from campaigns.draw.progress import Phase, Progress
from campaigns.draw.sheet import Entry, Line, Quota, RatioByClass, Sheet
from campaigns.draw.sizes import EVERYONE, CellSize, LineSize

SAMPLE: Final = 1_000  # tickets looked at to guess how far down the wanted ones reach
STRETCH: Final = 10_000  # tickets made before progress is told


class Ranked(NamedTuple):
    """A row of the result, and the institution's position in the sheet."""

    position: int
    id: str
    tier: int
    ticket: str

    def row(self) -> dict[str, object]:
        return {"id": self.id, "tier": self.tier, "ticket": self.ticket}


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A cell with whom it draws and who follows, both in rank order."""

    plan: CellSize
    drawn: list[Ranked]
    reserve: list[Ranked]


@dataclass(frozen=True, slots=True)
class DrawnLine:
    plan: LineSize
    cells: list[DrawnCell]


def ticket_maker(seed: str, kind: str) -> Callable[[str, int], bytes]:
    """A function from (id, n) to ticket(kind, id, n), as the digest itself: digests and their hex text sort alike."""
    begun = hashlib.sha256(f"{seed}\n{kind}\n".encode())

    def make_ticket(id: str, number: int) -> bytes:
        digest = begun.copy()
        digest.update(f"{id}\n{number}".encode())
        return digest.digest()

    return make_ticket


class Ranking:
    """Institutions by (tier, ticket), sorted only as far as somebody looks.

    positions: where they stand in `institutions`, by tier.
    wanted: about how many will be looked at; more may be.
    """

    def __init__(
        self,
        institutions: Sequence[Entry],
        positions: Mapping[int, Sequence[int]],
        *,
        lots: Mapping[str, int],
        seed: str,
        wanted: int,
        phase: Phase | None = None,
    ) -> None:
        self._institutions = institutions
        self._positions = positions
        self._lots = lots
        self._seed = seed
        self._wanted = wanted
        self._phase = phase
        self._known: list[Ranked] = []
        self._stretches = self._rank()

    def __iter__(self) -> Iterator[Ranked]:
        seen = 0
        while seen < len(self._known) or self._look_further():
            yield self._known[seen]
            seen += 1

    def _look_further(self) -> bool:
        """Whether there was another stretch with somebody in it."""
        for stretch in self._stretches:
            if stretch:
                self._known += stretch
                return True
        return False

    def _rank(self) -> Iterator[list[Ranked]]:
        """All in order, in stretches: of each tier first those likely to be wanted, then the others."""
        for tier in sorted(self._positions):
            positions = self._positions[tier]
            tickets = self._make_tickets(positions)
            bound = likely_bound(tickets, self._wanted - len(self._known))
            if bound is None:
                yield self._sort(zip(tickets, positions, strict=True), tier)
                continue
            yield self._sort((pair for pair in zip(tickets, positions, strict=True) if pair[0] < bound), tier)
            yield self._sort((pair for pair in zip(tickets, positions, strict=True) if pair[0] >= bound), tier)

    def _make_tickets(self, positions: Sequence[int]) -> list[bytes]:
        tickets: list[bytes] = []
        for start in range(0, len(positions), STRETCH):
            some = positions[start : start + STRETCH]
            tickets += make_tickets(self._institutions, some, lots=self._lots, seed=self._seed)
            if self._phase is not None:
                self._phase.add(len(some))
        return tickets

    def _sort(self, tickets: Iterable[tuple[bytes, int]], tier: int) -> list[Ranked]:
        institutions = self._institutions
        return [
            Ranked(position, institutions[position]["id"], tier, ticket.hex()) for ticket, position in sorted(tickets)
        ]


def make_tickets(
    institutions: Sequence[Entry], positions: Iterable[int], *, lots: Mapping[str, int], seed: str
) -> list[bytes]:
    """The institutions' tickets, as digests. The loop that a draw spends most of its time in."""
    begin = hashlib.sha256(f"{seed}\ninstitution\n".encode()).copy
    tickets: list[bytes] = []
    keep = tickets.append
    for position in positions:
        digest = begin()
        digest.update(institutions[position]["id"].encode() + b"\n0")
        keep(digest.digest())
    if lots:
        _draw_more_lots(tickets, institutions, positions, lots=lots, seed=seed)
    return tickets


def _draw_more_lots(
    tickets: list[bytes], institutions: Sequence[Entry], positions: Iterable[int], *, lots: Mapping[str, int], seed: str
) -> None:
    """Where a class has several lots, the lowest of them counts."""
    make_ticket = ticket_maker(seed, "institution")
    for number, position in enumerate(positions):
        entry = institutions[position]
        for lot in range(1, lots.get(entry["risk"], 1)):
            tickets[number] = min(tickets[number], make_ticket(entry["id"], lot))


def likely_bound(tickets: Sequence[bytes], wanted: int) -> bytes | None:
    """A ticket below which about `wanted` of these lie, rather more than fewer; None if that is most of them."""
    if wanted < 0 or len(tickets) < SAMPLE:
        return None
    sample = sorted(tickets[:: len(tickets) // SAMPLE])
    expected = len(sample) * wanted / len(tickets)
    index = ceil(expected + 4 * sqrt(expected) + 4)
    return sample[index] if index < len(sample) else None


def draw_lines(
    sheet: Sheet, plans: Sequence[LineSize], *, seed: str, progress: Progress | None = None
) -> list[DrawnLine]:
    """All lines drawn, one at a time so that only one line's ranks are in memory."""
    positions = positions_by_line(sheet)
    tickets = Phase("tickets", sum(len(some) for tiers in positions.values() for some in tiers.values()), progress)
    lines = Phase("lines", len(plans), progress)
    drawn = []
    for line, plan in zip(sheet.lines, plans, strict=True):
        wanted = plan.size + line.reserve
        ranking = Ranking(
            sheet.institutions, positions[line.code], lots=line.lots, seed=seed, wanted=wanted, phase=tickets
        )
        drawn.append(draw_line(sheet, line, plan, ranking))
        lines.add()
    tickets.end()
    return drawn


def positions_by_line(sheet: Sheet) -> dict[str, dict[int, "array[int]"]]:
    """Where the drawable institutions of each line stand, by tier; of classes nobody draws from, none."""
    wanted = {
        line.code: line.size.ratios.keys() if isinstance(line.size, RatioByClass) else None for line in sheet.lines
    }
    positions: dict[str, dict[int, "array[int]"]] = {line.code: {} for line in sheet.lines}
    for position, entry in enumerate(sheet.institutions):
        classes = wanted[entry["line"]]
        if "excluded" not in entry and (classes is None or entry["risk"] in classes):
            positions[entry["line"]].setdefault(entry["tier"], array("L")).append(position)
    return positions


def draw_line(sheet: Sheet, line: Line, plan: LineSize, ranking: Iterable[Ranked]) -> DrawnLine:
    """Each cell draws the first of its members, in the order of the cells; the reserves are found after all draws."""
    taken: set[int] = set()
    drawn = []
    for cell in plan.cells:
        drawn.append(list(islice(next_members(sheet, line, cell.cell, ranking, taken), cell.size)))
        taken.update(ranked.position for ranked in drawn[-1])
    return DrawnLine(
        plan,
        [
            DrawnCell(cell, rows, list(islice(next_members(sheet, line, cell.cell, ranking, taken), line.reserve)))
            for cell, rows in zip(plan.cells, drawn, strict=True)
        ],
    )


def next_members(sheet: Sheet, line: Line, cell: str, ranking: Iterable[Ranked], taken: set[int]) -> Iterator[Ranked]:
    """The members of the cell that are not taken, by rank."""
    institutions = sheet.institutions
    is_member = membership(line, cell, sheet.quota)
    for ranked in ranking:
        if ranked.position not in taken and is_member(institutions[ranked.position]):
            yield ranked


def membership(line: Line, cell: str, quota: Quota | None) -> Callable[[Entry], bool]:
    """Whether an institution of the line belongs to the cell.

    In mode at_least the cell "*" has all whom the first cell did not draw; those are taken when it is asked.
    """
    if isinstance(line.size, RatioByClass):
        return lambda entry: entry["risk"] == cell
    if quota is not None and cell == quota.flag:
        return lambda entry: quota.flag in entry["flags"]
    if quota is not None and cell == EVERYONE and quota.mode == "exactly":
        return lambda entry: quota.flag not in entry["flags"]
    return lambda entry: True
