"""A draw from a pool too large to hold: the first of each cell decide all of it (docs/adr/0015-draws-at-scale.md).

A cell draws the first of its members by rank; its reserves, and whoever enters later, are its next ones. So a sheet
that holds of every cell only its first members, a few more than it draws, gives the result that the whole sheet gives.
What needs everybody, the counts and the root, the pool computes where its rows are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from campaigns.draw.commitment import (
    check_contributions,
    check_secret,
    check_time,
    make_manifest,
    make_tree,
    promise,
)
from campaigns.draw.drawing import Drawing
from campaigns.draw.errors import DrawError
from campaigns.draw.progress import Phase, Progress
from campaigns.draw.ranking import ticket_maker
from campaigns.draw.sheet import Entry, Line, Quota, RatioByClass, Sheet, read_sheet
from campaigns.draw.sizes import EVERYONE, CellSize, Census, LineSize, plan_census
from campaigns.draw.transcript import make_transcript


@dataclass(frozen=True, slots=True)
class Reach:
    """The first `count` members, by rank, of one cell of a line.

    risk: only those of this class; flagged: only those with, or only those without the quota's flag. None: no matter.
    """

    line: Line
    count: int
    risk: str | None = None
    flagged: bool | None = None


class Pool(Protocol):
    """The frozen institutions of one draw, wherever they are kept."""

    def census(self, lines: Sequence[Line], quota: Quota | None) -> Mapping[str, Census]:
        """The drawable ones, counted, by line code."""

    def promise(self, secret: bytes, phase: Phase) -> Mapping[str, Any]:
        """Count and root of the tree over all of them in id order; the phase is told of every one."""

    def count(self) -> int:
        """All of them, the excluded included."""

    def first(self, reach: Reach, quota: Quota | None, seed: str) -> Iterable[tuple[Entry, str]]:
        """The drawable ones within reach, by tier and ticket, each with the ticket by which it was ranked."""


class PoolDisagrees(DrawError):
    """A pool has ranked otherwise than the protocol does: nothing that it says can be used."""


def reaches(
    lines: Sequence[Line], quota: Quota | None, plans: Sequence[LineSize], *, further: int = 0
) -> Iterator[Reach]:
    """How far one must look in every cell; `further`: how many substitutions follow the draw."""
    for line, plan in zip(lines, plans, strict=True):
        for cell in plan.cells:
            yield _reach(line, plan, cell, quota, further)


def _reach(line: Line, plan: LineSize, cell: CellSize, quota: Quota | None, further: int) -> Reach:
    """In mode at_least a cell's members may be taken by the other cell, so it must look past those as well."""
    is_shared = quota is not None and quota.mode == "at_least"
    count = (plan.size if is_shared else cell.size) + line.reserve + further
    if isinstance(line.size, RatioByClass):
        return Reach(line, count, risk=cell.cell)
    if quota is not None and cell.cell == quota.flag:
        return Reach(line, count, flagged=True)
    if quota is not None and cell.cell == EVERYONE and quota.mode == "exactly":
        return Reach(line, count, flagged=False)
    return Reach(line, count)


def run_over(
    pool: Pool,
    rules: Mapping[str, Any],
    *,
    secret: bytes,
    frozen_at: str,
    contributions: Mapping[str, str],
    substitutions: Sequence[object] = (),
    progress: Progress | None = None,
) -> dict[str, Any]:
    """What `run` gives for the sheet of these rules (without institutions) and this pool, less the institutions.

    progress is told as by `run`, and of one more phase before "tickets": "front", cells whose first members are found.
    Raises what `run` raises, and PoolDisagrees.
    """
    sheet = read_sheet({**rules, "institutions": []})
    plans = plan_census(sheet.lines, sheet.quota, pool.census(sheet.lines, sheet.quota))
    check_secret(secret)
    check_time(frozen_at)
    check_contributions(contributions, sheet.sources)
    further = len(substitutions)
    return make_transcript(
        _manifest(pool, sheet, secret, frozen_at, progress),
        lambda seed: _draw(pool, sheet, plans, seed=seed, further=further, progress=progress),
        secret=secret,
        contributions=contributions,
        pools={"inspectors": sheet.inspectors},
        substitutions=substitutions,
    )


def _manifest(pool: Pool, sheet: Sheet, secret: bytes, frozen_at: str, progress: Progress | None) -> dict[str, Any]:
    phase = Phase("freeze", pool.count() + len(sheet.inspectors), progress)
    institutions = pool.promise(secret, phase)
    inspectors = make_tree(sheet.inspectors, secret=secret, kind="inspector", phase=phase)
    return make_manifest(sheet.head, secret, frozen_at, institutions=institutions, inspectors=promise(inspectors))


def _draw(
    pool: Pool, sheet: Sheet, plans: Sequence[LineSize], *, seed: str, further: int, progress: Progress | None
) -> Drawing:
    found = list(reaches(sheet.lines, sheet.quota, plans, further=further))
    phase = Phase("front", len(found), progress)
    front: dict[str, Entry] = {}
    for reach in found:
        front.update(_checked(pool.first(reach, sheet.quota, seed), reach, seed))
        phase.add()
    few = replace(sheet, institutions=[front[id] for id in sorted(front)])
    drawing = Drawing(few, plans, seed=seed, progress=progress)
    for plan, line in zip(plans, drawing.result["lines"], strict=True):
        if [cell.size for cell in plan.cells] != [len(cell["drawn"]) for cell in line["cells"]]:
            raise PoolDisagrees(f"line {plan.code}: fewer institutions than were counted")
    return drawing


def _checked(rows: Iterable[tuple[Entry, str]], reach: Reach, seed: str) -> Iterator[tuple[str, Entry]]:
    """The rows by id, if their tickets and their order are those of the protocol."""
    make_ticket = ticket_maker(seed, "institution")
    last = None
    for entry, ticket in rows:
        lots = reach.line.lots.get(entry["risk"], 1)
        if ticket != min(make_ticket(entry["id"], lot) for lot in range(lots)).hex():
            raise PoolDisagrees(f"{entry['id']}: another ticket than the protocol's")
        rank = entry["tier"], ticket
        if last is not None and rank < last:
            raise PoolDisagrees(f"{entry['id']}: out of order")
        last = rank
        yield entry["id"], entry
