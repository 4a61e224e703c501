"""Drawing a sheet many times with the engine's own code, and adding up what came out."""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, sqrt

from campaigns.draw.drawing import Drawing
from campaigns.draw.ranking import draw_lines
from campaigns.draw.sheet import Sheet
from campaigns.draw.sizes import LineSize
from campaigns.simulation.groups import Group, Groups

DRAWS = 10_000
LEAST_DRAWS = 1_000
"""What is kept of a pool so large that even choosing the institutions 10,000 times would take too long."""
SECONDS = 200
LEAST_TEAM_SECONDS = 30
MOST_LINE_SECONDS = 900
PROBES = 8
CERTAINTY = 1.96
"""Standard errors to each side that hold the true mean 95 times in 100."""

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Tally:
    """One number per draw, added up: enough for its mean, the mean's error, and how often it was zero."""

    draws: int = 0
    total: int = 0
    squares: int = 0
    zeros: int = 0

    def add(self, number: int) -> None:
        self.draws += 1
        self.total += number
        self.squares += number * number
        self.zeros += number == 0

    @property
    def mean(self) -> float:
        return self.total / self.draws

    @property
    def margin(self) -> float:
        """Half the width of the 95 % interval of the mean."""
        if self.draws < 2:
            return 0.0
        variance = (self.squares - self.total * self.total / self.draws) / (self.draws - 1)
        return CERTAINTY * sqrt(max(variance, 0) / self.draws)

    @property
    def share_of_zeros(self) -> float:
        return self.zeros / self.draws

    @property
    def margin_of_zeros(self) -> float:
        return CERTAINTY * sqrt(self.share_of_zeros * (1 - self.share_of_zeros) / self.draws)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is drawn, read once: the checked sheet, its sizes, whom to count, and each inspector's bureau in order."""

    sheet: Sheet
    plans: Sequence[LineSize]
    groups: Groups
    bureaus: Sequence[str]


@dataclass(frozen=True, slots=True)
class Pace:
    """How many draws, and of every how many the teams are formed as well."""

    draws: int
    team_every: int = 1


@dataclass(slots=True)
class Counts:
    """Sums over all draws; those of teams over the draws in which teams were formed.

    drawn: institutions of the group in a draw. carried: places that people of the bureau fill in a draw.
    loads: bureau → tasks of one person → how often (people × draws). gaps: empty places of a draw → how many draws.
    places_short, draws_short: by pool, the empty places in all and the draws that had any.
    """

    drawn: dict[Group, Tally]
    carried: dict[str, Tally]
    loads: dict[str, Counter[int]]
    draws: int = 0
    team_draws: int = 0
    gaps: Counter[int] = field(default_factory=Counter)
    places_short: Counter[str] = field(default_factory=Counter)
    draws_short: Counter[str] = field(default_factory=Counter)


def fresh_seeds(number: int) -> list[str]:
    """Seeds of no draw: a real one is computed from a commitment, contributions and the secret."""
    return [secrets.token_hex(32) for _ in range(number)]


def choose_pace(frame: Frame, *, draws: int = DRAWS) -> Pace:
    """Tries a few draws, which count for nothing."""
    return pace_for(
        draws,
        line_seconds=_seconds_each(lambda seed: draw_lines(frame.sheet, frame.plans, seed=seed)),
        whole_seconds=_seconds_each(lambda seed: Drawing(frame.sheet, frame.plans, seed=seed)),
    )


def _seconds_each(act: Callable[[str], object]) -> float:
    started = time.thread_time()
    for seed in fresh_seeds(PROBES):
        act(seed)
    return (time.thread_time() - started) / PROBES


def pace_for(draws: int, *, line_seconds: float, whole_seconds: float) -> Pace:
    """All draws whole if that takes about three minutes; else teams now and then; of a huge pool fewer draws."""
    if line_seconds * draws > MOST_LINE_SECONDS:
        draws = max(LEAST_DRAWS, int(MOST_LINE_SECONDS / line_seconds))
    if whole_seconds * draws <= SECONDS:
        return Pace(draws)
    team_seconds = max(LEAST_TEAM_SECONDS, SECONDS - line_seconds * draws)
    return Pace(draws, max(1, ceil((whole_seconds - line_seconds) * draws / team_seconds)))


def simulate(frame: Frame, seeds: Sequence[str], *, team_every: int = 1, progress: Progress | None = None) -> Counts:
    """One draw per seed. progress is told every percent (words, done, total)."""
    counts = _empty_counts(frame)
    counter = _Counter(frame, counts)
    for number, seed in enumerate(seeds):
        if progress is not None and number % max(1, len(seeds) // 100) == 0:
            progress("正在模拟抽取机构、组成检查组", number, len(seeds))
        if number % team_every == 0:
            counter.count_whole(seed)
        else:
            counter.count_lines(seed)
    return counts


def _empty_counts(frame: Frame) -> Counts:
    bureaus = dict.fromkeys(frame.bureaus)
    return Counts(
        drawn={group: Tally() for group in frame.groups},
        carried={bureau: Tally() for bureau in bureaus},
        loads={bureau: Counter() for bureau in bureaus},
    )


class _Counter:
    """Adds draws to counts; what does not change from draw to draw is looked up once."""

    def __init__(self, frame: Frame, counts: Counts) -> None:
        self._frame = frame
        self._counts = counts
        self._tallies = list(counts.drawn.values())
        self._groups_of: list[list[int]] = [[] for _ in frame.sheet.institutions]
        for number, positions in enumerate(frame.groups.values()):
            for position in positions:
                self._groups_of[position].append(number)
        self._positions = {entry["id"]: position for position, entry in enumerate(frame.sheet.institutions)}

    def count_lines(self, seed: str) -> None:
        lines = draw_lines(self._frame.sheet, self._frame.plans, seed=seed)
        self._count_drawn([ranked.position for line in lines for cell in line.cells for ranked in cell.drawn])

    def count_whole(self, seed: str) -> None:
        drawing = Drawing(self._frame.sheet, self._frame.plans, seed=seed)
        self._count_drawn([self._positions[id] for id in drawing.cells])
        self._counts.team_draws += 1
        self._count_loads(drawing)
        self._count_gaps(drawing)

    def _count_drawn(self, positions: Sequence[int]) -> None:
        drawn = [0] * len(self._tallies)
        for position in positions:
            for group in self._groups_of[position]:
                drawn[group] += 1
        for tally, number in zip(self._tallies, drawn, strict=True):
            tally.add(number)
        self._counts.draws += 1

    def _count_loads(self, drawing: Drawing) -> None:
        carried = dict.fromkeys(self._counts.carried, 0)
        for bureau, person in zip(self._frame.bureaus, drawing.staff.by_id.values(), strict=True):
            tasks = len(person.held)
            carried[bureau] += tasks
            self._counts.loads[bureau][tasks] += 1
        for bureau, places in carried.items():
            self._counts.carried[bureau].add(places)

    def _count_gaps(self, drawing: Drawing) -> None:
        short: Counter[str] = Counter()
        for team in drawing.result["teams"]:
            for gap in team["unfilled"]:
                short[gap["pool"]] += gap["number"]
        self._counts.gaps[short.total()] += 1
        self._counts.places_short += short
        self._counts.draws_short.update(short.keys())
