"""The list of faults. A fault is a function of the stage: it breaks something and tells what must come right again.
Whoever runs it (running.py) waits for that, and checks what must hold afterwards."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.production.faults.stage import Stage
from tests.production.faults.world import Ready


class NotHeld(Exception):
    """Something that was promised did not happen; the text says what."""


def nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Struck:
    """The draws that must come to their one right end; what is to be looked at, or put right, when they have.
    `seconds`: how long the site took to mend itself, where the fault has waited for that already."""

    draws: tuple[Ready, ...] = ()
    seconds: float | None = None
    afterwards: Callable[[], None] = nothing


Strike = Callable[[Stage], Struck]


@dataclass(frozen=True, slots=True)
class Fault:
    """`is_slow`: it is mended only when a lease, or a message's time, is over; the next fault need not wait for that.
    `is_alone`: it would undo what the site has mended so far of other faults, so they are waited for.
    `answers`: what people may be answered meanwhile."""

    name: str
    done: str
    strike: Strike
    is_slow: bool
    is_alone: bool
    answers: frozenset[int]


FAULTS: dict[str, Fault] = {}
USUAL = frozenset({0, 200, 302, 304, 503})
"""What people may be answered meanwhile; 0: no answer at all, from a process killed in the middle of it."""


def fault(
    name: str, done: str, *, slow: bool = False, alone: bool = False, answers: frozenset[int] = USUAL
) -> Callable[[Strike], Strike]:
    """Put a fault on the list: its name, and what is done in words."""

    def register(strike: Strike) -> Strike:
        FAULTS[name] = Fault(name, done, strike, slow, alone, answers)
        return strike

    return register


def demand(holds: object, what: str) -> None:
    if not holds:
        raise NotHeld(what)
