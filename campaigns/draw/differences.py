"""Comparing what was found with what should be there, and naming the first place where they part."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from campaigns.draw.errors import Path, Refused, path_text

ABSENT: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a document first differs from what the protocol demands; `section` is one of its top-level keys."""

    section: str
    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"

    def facts(self) -> dict[str, str]:
        return {"expected": self.expected, "found": self.found}


class Differs(Exception):
    """Ends a verification at its first difference."""

    def __init__(self, path: Path, expected: object, found: object) -> None:
        super().__init__(path)
        self.difference = Difference(str(path[0]), path_text(path), shown(expected), shown(found))


def expect(expected: object, found: object, path: Path) -> None:
    """Raise at the first place, in the order of `expected`, where found is something else."""
    if type(expected) is not type(found):
        raise Differs(path, expected, found)
    if isinstance(expected, dict) and isinstance(found, dict):
        _expect_object(expected, found, path)
    elif isinstance(expected, list) and isinstance(found, list):
        for number, (left, right) in enumerate(zip(expected, found, strict=False)):
            expect(left, right, (*path, number))
        if len(expected) != len(found):
            raise Differs(path, f"{len(expected)} items", f"{len(found)} items")
    elif expected != found:
        raise Differs(path, expected, found)


def _expect_object(expected: dict[str, object], found: dict[str, object], path: Path) -> None:
    for key, value in expected.items():
        if key not in found:
            raise Differs((*path, key), value, ABSENT)
        expect(value, found[key], (*path, key))
    for key, value in found.items():
        if key not in expected:
            raise Differs((*path, str(key)), ABSENT, value)


def is_same(expected: object, found: object) -> bool:
    """Equal, and of one type: JSON's 1, 1.0 and true are three things."""
    return type(expected) is type(found) and expected == found


def check_keys(given: object, keys: Sequence[str], path: Path, *, refusal: type[Refused]) -> Mapping[str, Any]:
    """The given value as an object with exactly these keys, in any order."""
    if not isinstance(given, dict):
        raise refusal(path, "not_object")
    for key in keys:
        if key not in given:
            raise refusal((*path, key), "missing")
    for key in given:
        if key not in keys:
            raise refusal((*path, str(key)), "unknown_key")
    return given


def shown(value: object) -> str:
    """A value as a reader sees it in one line."""
    if isinstance(value, dict):
        return f"an object of {len(value)} keys"
    if isinstance(value, list):
        return f"a list of {len(value)} items"
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 120 else f"{text[:119]}…"
