"""The second pool 检查人员名录库: inspectors, experts, their conflicts of interest and leave, and their import."""

from inspectors.models.imports import PeopleImport, Pool
from inspectors.models.people import ConflictOfInterest, Expert, Inspector, Leave, PersonState

__all__ = [
    "ConflictOfInterest",
    "Expert",
    "Inspector",
    "Leave",
    "PeopleImport",
    "PersonState",
    "Pool",
]
