"""The groups whose chances are compared: plan lines, credit classes, counties, flags."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from campaigns.draw.sheet import Sheet
from campaigns.population import NATIONAL_CENTRE, Candidate

LINE, CLASS, COUNTY, FLAG = "line", "class", "county", "flag"
KEY_TARGET, RECEIVED, UNFLAGGED = "key_target", "received", "none"
UNRATED = ""
"""The name of the class of institutions without a credit class."""


@dataclass(frozen=True, slots=True)
class Group:
    """`name` is the line's code, the class letter, the county's code or the flag; `line` parts classes by line."""

    kind: str
    name: str
    line: str = ""


Groups = Mapping[Group, list[int]]
"""The positions in the sheet of each group's drawable institutions."""


def group_institutions(
    sheet: Sheet, candidates: Mapping[str, Candidate], *, classes: Mapping[int, str], counties: Iterable[str]
) -> Groups:
    """classes: credit class by the institution's pk; counties: those to be listed even with nobody in them."""
    found: dict[Group, list[int]] = {Group(LINE, line.code): [] for line in sheet.lines}
    found |= {Group(COUNTY, code): [] for code in counties}
    for position, entry in enumerate(sheet.institutions):
        if "excluded" not in entry:
            candidate = candidates[entry["id"]]
            for group in _groups_of(candidate, classes.get(candidate.pk, UNRATED)):
                found.setdefault(group, []).append(position)
    return found


def _groups_of(candidate: Candidate, letter: str) -> Iterator[Group]:
    line = candidate.line.code
    yield Group(LINE, line)
    yield Group(CLASS, letter)
    yield Group(CLASS, letter, line)
    yield Group(COUNTY, candidate.county)
    for flag in flags_of(candidate) or [UNFLAGGED]:
        yield Group(FLAG, flag)


def flags_of(candidate: Candidate) -> list[str]:
    flags = {
        KEY_TARGET: candidate.is_key_target,
        NATIONAL_CENTRE: NATIONAL_CENTRE in candidate.flags,
        RECEIVED: candidate.is_received,
    }
    return [flag for flag, is_borne in flags.items() if is_borne]
