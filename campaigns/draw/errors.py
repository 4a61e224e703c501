"""What the engine refuses: where, why (a code) and the facts; the web layer words it for its readers."""

from collections.abc import Mapping
from typing import Self, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

PROBLEMS = {
    "missing": "is missing",
    "unknown_key": "is not a key known here",
    "repeated_key": "stands twice in the same object",
    "not_object": "must be an object",
    "not_list": "must be a list",
    "not_text": "must be text",
    "not_integer": "must be an integer",
    "not_json": "is not JSON: {reason}",
    "not_json_value": "holds a {type}, which has no place in a sheet",
    "number_too_large": "is beyond ±(2^53 - 1)",
    "not_nfc": "is not in Unicode normal form C",
    "not_unicode": "holds half of a surrogate pair, which is no character",
    "astral_key": "is a key with a character above U+FFFF",
    "too_deep": "is nested deeper than {limit} levels",
    "empty": "must not be empty",
    "too_long": "is longer than {limit} characters",
    "control_character": "holds a control character",
    "not_identifier": "{value!r} is not 1–64 characters of A–Z a–z 0–9 : _ -",
    "not_one_of": "{value!r} is none of {allowed}",
    "too_low": "{value} is below {lowest}",
    "too_high": "{value} is above {highest}",
    "not_sorted": "must be sorted and without repetition",
    "duplicate": "{value!r} stands twice",
    "other_protocol": "{value!r} is not {expected!r}",
    "too_few_sources": "needs a public source or two people",
    "not_a_size": "must be one of count, ratio (with an optional rounding) and all",
    "not_a_ratio": "{value!r} is not a ratio from 0% to 100% with at most two decimals",
    "not_true": "can only be true",
    "not_a_class": "{value!r} is not a class (one capital letter)",
    "not_a_county": "{value!r} is not a county code (six digits)",
    "not_a_recusal": "{value!r} is neither an institution's id nor county: and six digits",
    "no_such_line": "there is no line {value!r}",
    "quota_with_classes": "cannot be combined with ratios by class (line {line!r})",
    "quota_impossible": "{count} cannot be met: the lines allow from {lowest} to {highest}",
    "not_a_time": "{value!r} is not an RFC 3339 time with offset",
    "not_a_secret": "must be 32 random bytes (64 lower-case hex digits in JSON)",
    "not_revealed": "has not been revealed, which voids the draw",
    "not_a_source": "is not among the sources of the sheet",
    "no_such_kind": "{value!r} is none of institution, inspector, withdrawal",
    "not_in_draw": "{value!r} is not now in the draw",
    "not_in_team": "{value!r} is not in the team of {institution!r}",
    "no_such_inspector": "there is no inspector {value!r}",
    "already_withdrawn": "{value!r} has withdrawn already",
    "no_reserve": "no member of the cell of {value!r} is left to enter",
    "no_such_entry": "there is no {kind} {value!r}",
    "does_not_verify": "differs: expected {expected}, found {found}",
}


class Phrase(str):
    """English words that also know what they say, a code and facts, so that wording.py can say it in Chinese."""

    __slots__ = ("code", "facts")
    code: str
    facts: Mapping[str, object]

    def __new__(cls, text: str, code: str = "", facts: Mapping[str, object] | None = None) -> Self:
        phrase = super().__new__(cls, text)
        phrase.code = code
        phrase.facts = facts or {}
        return phrase


class DrawError(Exception):
    """Anything the engine will not do."""


class Refused(DrawError):
    """Input refused: `path` (`lines[2].size.ratio`), `code` (a key of PROBLEMS) and `facts`."""

    def __init__(self, path: Path, code: str, **facts: object) -> None:
        self.path = path_text(path)
        self.code = code
        self.facts = facts
        self.problem = Phrase(PROBLEMS[code].format(**facts), code, facts)
        super().__init__(f"{self.path}: {self.problem}" if self.path else self.problem)


class SheetRefused(Refused):
    """A malformed or impossible sheet."""


class OptionsRefused(Refused):
    """A secret, freezing time or contribution that cannot be used."""


class SubstitutionRefused(Refused):
    """A substitution the rules do not allow."""


class TranscriptRefused(Refused):
    """A transcript that cannot be continued or proved from, because it does not verify."""


class ProofRefused(Refused):
    """An entry that cannot be proved, or a proof that is not one."""


class LogRefused(Refused):
    """An entry that the public log cannot hold."""


class JsonRefused(Refused):
    """Text that is not JSON of the kind the protocol allows."""


def path_text(path: Path) -> str:
    """`("lines", 2, "size")` as `lines[2].size`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")
