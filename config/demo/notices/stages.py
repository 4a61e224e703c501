"""How far a notice's demo goes, and what it is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from accounts.models import User
from config.demo.visits.cast import Cast
from config.demo.visits.clock import Clock

Say = Callable[[str], object]


class StageReached(IntEnum):
    PLANNED, DRAWN, INSPECTED, PUBLISHED = 1, 2, 3, 4

    @classmethod
    def named(cls, name: str) -> "StageReached":
        return cls[name.upper()]


@dataclass(frozen=True, slots=True)
class Show:
    """One seeding. `visits`: how many institutions are visited at most, None for all."""

    cast: Cast
    clock: Clock
    until: StageReached
    visits: int | None = None

    @property
    def accounts(self) -> Mapping[str, User]:
        return self.cast.accounts

    def reaches(self, stage: StageReached) -> bool:
        return self.until >= stage
