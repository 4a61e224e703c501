"""What a crowd's answers say: percentiles by kind and by page, against the trivial view probed beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.production.crowd import Answer

FLOOR = 3.0
"""Milliseconds below which the trivial view tells nothing."""
TRIVIAL = "trivial"


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    count: int
    median: float
    p95: float
    ratio: float
    most: float | None
    """The ratio that is allowed; None: told only."""

    @property
    def is_held(self) -> bool:
        return self.most is None or self.ratio <= self.most


def percentile(values: Sequence[float], part: float) -> float:
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]


def base_of(answers: Iterable[Answer]) -> float:
    """p95 of the trivial view in milliseconds, at least FLOOR."""
    times = [answer.milliseconds for answer in answers if answer.kind == TRIVIAL]
    return max(FLOOR, percentile(times, 0.95))


def by_kind(answers: Sequence[Answer], most: Mapping[str, float]) -> list[Line]:
    """`most`: kind → the ratio that is allowed; writes are one kind, whoever writes."""
    named = [(("writes" if answer.kind.endswith("write") else answer.kind), answer) for answer in answers]
    return _lines(named, base_of(answers), most)


def by_page(answers: Sequence[Answer], most: float) -> list[Line]:
    """The slowest first."""
    named = [(f"{answer.kind}: {answer.page}", answer) for answer in answers if answer.kind != TRIVIAL]
    lines = _lines(named, base_of(answers), {})
    limited = [Line(line.name, line.count, line.median, line.p95, line.ratio, most) for line in lines]
    return sorted(limited, key=lambda line: -line.p95)


def _lines(named: Iterable[tuple[str, Answer]], base: float, most: Mapping[str, float]) -> list[Line]:
    times: dict[str, list[float]] = {}
    for name, answer in named:
        times.setdefault(name, []).append(answer.milliseconds)
    return [
        Line(name, len(found), percentile(found, 0.5), p95, p95 / base, most.get(name))
        for name, found in times.items()
        for p95 in [percentile(found, 0.95)]
    ]


def table(lines: Iterable[Line], title: str) -> str:
    rows = [f"{title:<38}{'answers':>8}{'median':>9}{'p95':>9}{'ratio':>8}{'at most':>9}"]
    for line in lines:
        most = "" if line.most is None else f"{line.most:.0f}"
        mark = "" if line.is_held else "  too slow"
        rows.append(
            f"{line.name:<38}{line.count:>8}{line.median:>7.1f}ms{line.p95:>7.1f}ms{line.ratio:>8.1f}{most:>9}{mark}"
        )
    return "\n".join(rows)
