"""Comparing what was found with what should be there: the first place where they part, and the steps that held."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from campaigns.draw.errors import Path, Phrase, Refused, path_text

PHRASES: Final = {
    "nothing": "nothing",
    "object": "an object of {count} keys",
    "list": "a list of {count} items",
    "items": "{count} items",
    "allowed": "what the protocol allows",
    "refused": "what {problem}",
    "manifest_of": "one with the digest {digest}",
    "secret_of": "the secret with the digest {digest}",
    "frozen_count": "{count} entries, as frozen",
    "frozen_root": "entries with the frozen root {root}",
    "value_of": "a value with the commitment {digest}",
    "values_of": "values that give the seed {seed}",
    "printed": "entry {number} with the printed digest {digest}",
}


def say(code: str, **facts: object) -> Phrase:
    return Phrase(PHRASES[code].format(**facts), code, facts)


ABSENT: Final = say("nothing")


class Report(Protocol):
    """Told of each step of a verification once it has held: a code of wording.STEPS, and its figures."""

    def __call__(self, step: str, **facts: object) -> None: ...


def unheard(step: str, **facts: object) -> None:
    """For verifications that nobody follows step by step."""


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


def difference_of(refusal: Refused, path: str) -> Difference:
    """What the protocol refuses outright, as a difference at that path."""
    section = path.partition(".")[0].partition("[")[0]
    return Difference(section, path, say("allowed"), say("refused", problem=refusal.problem))


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
            raise Differs(path, say("items", count=len(expected)), say("items", count=len(found)))
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
        return say("object", count=len(value))
    if isinstance(value, list):
        return say("list", count=len(value))
    if isinstance(value, Phrase):
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 120 else f"{text[:119]}…"
