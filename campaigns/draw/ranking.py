"""Tickets (section 3), ranks and the institutions drawn (section 4)."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from campaigns.draw.commitment import DIGEST, Progress
from campaigns.draw.sheet import Entry, Line, Quota, RatioByClass, Sheet
from campaigns.draw.sizes import EVERYONE, CellSize, LineSize

# An institution's rank is one byte string that sorts as (tier, ticket) does and ends in the institution's position:
# a third of the memory of a tuple, and compared at the speed of memory.
TIER: Final = slice(0, 8)
TICKET: Final = slice(8, 8 + DIGEST)
POSITION: Final = slice(8 + DIGEST, None)
TIER_ZERO: Final = 2**53


@dataclass(frozen=True, slots=True)
class Ranked:
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


def rank(institutions: Sequence[Entry], positions: Iterable[int], *, lots: Mapping[str, int], seed: str) -> list[bytes]:
    """The ranks of the institutions at these positions, lowest (tier, ticket) first."""
    begin = hashlib.sha256(f"{seed}\ninstitution\n".encode()).copy
    make_ticket = ticket_maker(seed, "institution")
    ranks = []
    for position in positions:
        entry = institutions[position]
        id = entry["id"]
        digest = begin()
        digest.update(f"{id}\n0".encode())
        ticket = digest.digest()
        if lots and (number := lots.get(entry["risk"], 1)) > 1:
            ticket = min(ticket, *(make_ticket(id, lot) for lot in range(1, number)))
        ranks.append((entry["tier"] + TIER_ZERO).to_bytes(8) + ticket + position.to_bytes(4))
    ranks.sort()
    return ranks


def read_rank(rank: bytes, institutions: Sequence[Entry]) -> Ranked:
    position = int.from_bytes(rank[POSITION])
    return Ranked(position, institutions[position]["id"], institutions[position]["tier"], rank[TICKET].hex())


def draw_lines(
    sheet: Sheet, plans: Sequence[LineSize], *, seed: str, progress: Progress | None = None
) -> list[DrawnLine]:
    """All lines drawn, one at a time so that only one line's ranks are in memory."""
    positions = positions_by_line(sheet)
    drawn = []
    for number, (line, plan) in enumerate(zip(sheet.lines, plans, strict=True)):
        if progress is not None:
            progress("rank", number, len(plans))
        ranks = rank(sheet.institutions, positions[line.code], lots=line.lots, seed=seed)
        drawn.append(draw_line(sheet, line, plan, ranks))
    return drawn


def positions_by_line(sheet: Sheet) -> dict[str, list[int]]:
    """Where the drawable institutions of each line stand; of classes nobody draws from, none."""
    wanted = {
        line.code: line.size.ratios.keys() if isinstance(line.size, RatioByClass) else None for line in sheet.lines
    }
    positions: dict[str, list[int]] = {line.code: [] for line in sheet.lines}
    for position, entry in enumerate(sheet.institutions):
        classes = wanted[entry["line"]]
        if "excluded" not in entry and (classes is None or entry["risk"] in classes):
            positions[entry["line"]].append(position)
    return positions


def draw_line(sheet: Sheet, line: Line, plan: LineSize, ranks: Sequence[bytes]) -> DrawnLine:
    """Each cell draws the first of its members, in the order of the cells; the reserves are found after all draws."""
    taken: set[int] = set()
    drawn = []
    for cell in plan.cells:
        drawn.append(list(islice(next_members(sheet, line, cell.cell, ranks, taken), cell.size)))
        taken.update(ranked.position for ranked in drawn[-1])
    return DrawnLine(
        plan,
        [
            DrawnCell(cell, rows, list(islice(next_members(sheet, line, cell.cell, ranks, taken), line.reserve)))
            for cell, rows in zip(plan.cells, drawn, strict=True)
        ],
    )


def next_members(sheet: Sheet, line: Line, cell: str, ranks: Iterable[bytes], taken: set[int]) -> Iterator[Ranked]:
    """The members of the cell that are not taken, by rank."""
    institutions = sheet.institutions
    is_member = membership(line, cell, sheet.quota)
    for rank in ranks:
        position = int.from_bytes(rank[POSITION])
        if position not in taken and is_member(institutions[position]):
            yield read_rank(rank, institutions)


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
