"""The sheet: all that is fixed before the draw (section 1), read strictly and never repaired."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from operator import itemgetter
from typing import Any, Final, TypeAlias

from campaigns.draw.canonical import check_json, check_text
from campaigns.draw.errors import Path, SheetRefused

PROTOCOL: Final = "lianchou-draw/1"
MOST_LOTS: Final = 10_000  # a limit of this implementation: each lot costs one hash
COUNTY_IN_POOL: Final = "{county}"

Entry: TypeAlias = dict[str, Any]  # an institution or an inspector as given, with whatever further keys it carries

_is_identifier = re.compile(r"[A-Za-z0-9:_-]{1,64}").fullmatch
_is_class = re.compile(r"[A-Z]").fullmatch
_is_county = re.compile(r"[0-9]{6}").fullmatch
_is_ratio = re.compile(r"((?:0|[1-9][0-9]?)(?:\.[0-9]{1,2})?|100(?:\.0{1,2})?)%").fullmatch

ROUNDINGS: Final = ("ceil", "half_up", "floor")
MODES: Final = ("exactly", "at_least")


@dataclass(frozen=True, slots=True)
class Count:
    """A fixed number of institutions."""

    count: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """One part of the whole line."""

    ratio: Fraction
    rounding: str


@dataclass(frozen=True, slots=True)
class RatioByClass:
    """One part of each class named, in the order of its letter."""

    ratios: Mapping[str, Fraction]
    rounding: str


@dataclass(frozen=True, slots=True)
class All:
    """Everyone."""


Size: TypeAlias = Count | Ratio | RatioByClass | All


@dataclass(frozen=True, slots=True)
class Slot:
    """`number` places of a team, to be filled from `pool`."""

    pool: str
    role: str
    number: int

    def pool_in(self, county: str) -> str:
        return self.pool.replace(COUNTY_IN_POOL, county)


@dataclass(frozen=True, slots=True)
class Line:
    """A plan line."""

    code: str
    size: Size
    lots: Mapping[str, int]
    reserve: int
    team: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Quota:
    """`count` places, over all lines, for institutions that bear `flag`."""

    flag: str
    count: int
    mode: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that has been checked; `head` is what the manifest repeats, entries stand in id order."""

    head: Mapping[str, Any]
    sources: tuple[str, ...]
    lines: tuple[Line, ...]
    quota: Quota | None
    institutions: list[Entry]
    inspectors: list[Entry]


HEAD_KEYS: Final = ("protocol", "draw", "title", "sources", "lines", "quota")
SHEET_KEYS: Final = (*HEAD_KEYS, "institutions", "inspectors")


def read_sheet(given: Mapping[str, Any]) -> Sheet:
    """Check everything but the arithmetic of the quota; raises SheetRefused at the first fault."""
    if not isinstance(given, Mapping):
        raise SheetRefused((), "not_object")
    if given.get("protocol", PROTOCOL) != PROTOCOL:
        raise SheetRefused(("protocol",), "other_protocol", value=given["protocol"], expected=PROTOCOL)
    _keys(given, (), SHEET_KEYS)
    _identifier(given["draw"], ("draw",))
    _text(given["title"], ("title",))
    sources = _read_sources(given["sources"])
    lines = _read_lines(given["lines"])
    quota = _read_quota(given["quota"], lines)
    institutions = _list(given["institutions"], ("institutions",))
    codes = frozenset(line.code for line in lines)
    for number, entry in enumerate(institutions):
        check_institution(entry, ("institutions", number), codes)
    inspectors = _list(given["inspectors"], ("inspectors",))
    for number, entry in enumerate(inspectors):
        _check_inspector(entry, ("inspectors", number))
    head = {key: given[key] for key in HEAD_KEYS}
    return Sheet(
        head, sources, lines, quota, _in_id_order(institutions, "institutions"), _in_id_order(inspectors, "inspectors")
    )


def read_team(slots: Iterable[Mapping[str, Any]]) -> tuple[Slot, ...]:
    """The slots of a team already checked."""
    return tuple(Slot(slot["pool"], slot["role"], slot["number"]) for slot in slots)


def people_of(sources: Iterable[str]) -> list[str]:
    """The sources that commit before the public value exists, and reveal after it."""
    return [source for source in sources if not source.startswith("public:")]


def public_of(sources: Iterable[str]) -> list[str]:
    """The sources whose value comes into being in public after the freeze."""
    return [source for source in sources if source.startswith("public:")]


def _read_sources(given: object) -> tuple[str, ...]:
    sources = _list(given, ("sources",))
    for number, source in enumerate(sources):
        _name(source, ("sources", number))
        if max(source) > "\uffff":
            raise SheetRefused(("sources", number), "astral_key")
    _refuse_repetition(sources, lambda number: ("sources", number))
    if not public_of(sources) and len(people_of(sources)) < 2:
        raise SheetRefused(("sources",), "too_few_sources")
    return tuple(sources)


def _read_lines(given: object) -> tuple[Line, ...]:
    lines = tuple(_read_line(line, ("lines", number)) for number, line in enumerate(_list(given, ("lines",))))
    if not lines:
        raise SheetRefused(("lines",), "empty")
    _refuse_repetition([line.code for line in lines], lambda number: ("lines", number, "code"))
    return lines


def _read_line(given: object, path: Path) -> Line:
    line = _object(given, path, ("code", "title", "size", "reserve", "team"), ("lots",))
    _identifier(line["code"], (*path, "code"))
    _text(line["title"], (*path, "title"))
    size = _read_size(line["size"], (*path, "size"))
    lots = _read_lots(line.get("lots", {}), (*path, "lots"))
    _integer(line["reserve"], (*path, "reserve"), lowest=0)
    _check_team(line["team"], (*path, "team"))
    return Line(line["code"], size, lots, line["reserve"], read_team(line["team"]))


def _read_size(given: object, path: Path) -> Size:
    if not isinstance(given, dict):
        raise SheetRefused(path, "not_object")
    kinds = [kind for kind in ("count", "ratio", "all") if kind in given]
    if len(kinds) != 1:
        raise SheetRefused(path, "not_a_size")
    kind = kinds[0]
    _keys(given, path, (kind,), ("rounding",) if kind == "ratio" else ())
    if kind == "count":
        return Count(_integer(given["count"], (*path, "count"), lowest=0))
    if kind == "ratio":
        return _read_ratio_size(given, path)
    if given["all"] is not True:
        raise SheetRefused((*path, "all"), "not_true")
    return All()


def _read_ratio_size(given: Entry, path: Path) -> Ratio | RatioByClass:
    rounding = _one_of(given.get("rounding", "ceil"), (*path, "rounding"), ROUNDINGS)
    ratio, path = given["ratio"], (*path, "ratio")
    if not isinstance(ratio, dict):
        return Ratio(_ratio(ratio, path), rounding)
    if not ratio:
        raise SheetRefused(path, "empty")
    for letter in ratio:
        if not isinstance(letter, str) or not _is_class(letter):
            raise SheetRefused((*path, str(letter)), "not_a_class", value=letter)
    return RatioByClass({letter: _ratio(ratio[letter], (*path, letter)) for letter in sorted(ratio)}, rounding)


def _ratio(given: object, path: Path) -> Fraction:
    matched = _is_ratio(given) if isinstance(given, str) else None
    if matched is None:
        raise SheetRefused(path, "not_a_ratio", value=_shown(given))
    return Fraction(matched[1]) / 100


def _read_lots(given: object, path: Path) -> Mapping[str, int]:
    if not isinstance(given, dict):
        raise SheetRefused(path, "not_object")
    for letter, number in given.items():
        _class(letter, (*path, str(letter)))
        _integer(number, (*path, letter), lowest=1, highest=MOST_LOTS)
    return dict(given)


def _check_team(given: object, path: Path) -> None:
    for number, item in enumerate(_list(given, path)):
        where = (*path, number)
        slot = _object(item, where, ("pool", "role", "number"))
        pool = _text(slot["pool"], (*where, "pool"))
        if not _is_identifier(pool.replace(COUNTY_IN_POOL, "000000")):
            raise SheetRefused((*where, "pool"), "not_identifier", value=_shown(pool))
        _name(slot["role"], (*where, "role"))
        _integer(slot["number"], (*where, "number"), lowest=1)


def _read_quota(given: object, lines: Sequence[Line]) -> Quota | None:
    if given is None:
        return None
    quota = _object(given, ("quota",), ("flag", "count", "mode"))
    _identifier(quota["flag"], ("quota", "flag"))
    _integer(quota["count"], ("quota", "count"), lowest=0)
    _one_of(quota["mode"], ("quota", "mode"), MODES)
    for line in lines:
        if isinstance(line.size, RatioByClass):
            raise SheetRefused(("quota",), "quota_with_classes", line=line.code)
    return Quota(quota["flag"], quota["count"], quota["mode"])


INSTITUTION_KEYS: Final = ("id", "line", "tier", "risk", "county", "flags")
INSTITUTION_ALL_KEYS: Final = frozenset((*INSTITUTION_KEYS, "excluded", "team"))


def check_institution(entry: object, path: Path, codes: frozenset[str]) -> None:
    """Raise SheetRefused unless this is an institution of one of these lines."""
    if not isinstance(entry, dict):
        raise SheetRefused(path, "not_object")
    for key in INSTITUTION_KEYS:
        if key not in entry:
            raise SheetRefused((*path, key), "missing")
    _identifier(entry["id"], (*path, "id"))
    if not isinstance(entry["line"], str) or entry["line"] not in codes:
        raise SheetRefused((*path, "line"), "no_such_line", value=_shown(entry["line"]))
    _integer(entry["tier"], (*path, "tier"))
    _class(entry["risk"], (*path, "risk"))
    if not isinstance(entry["county"], str) or not _is_county(entry["county"]):
        raise SheetRefused((*path, "county"), "not_a_county", value=_shown(entry["county"]))
    if entry["flags"] != []:
        _check_identifiers(entry["flags"], (*path, "flags"))
    if len(entry) > len(INSTITUTION_KEYS):
        _check_optional_keys(entry, path)


def _check_optional_keys(entry: Entry, path: Path) -> None:
    if "excluded" in entry and not _text(entry["excluded"], (*path, "excluded")):
        raise SheetRefused((*path, "excluded"), "empty")
    if "team" in entry:
        _check_team(entry["team"], (*path, "team"))
    carried = {key: value for key, value in entry.items() if key not in INSTITUTION_ALL_KEYS}
    check_json(carried, path, refusal=SheetRefused)


def _check_inspector(entry: object, path: Path) -> None:
    inspector = _object(entry, path, ("id", "pools", "limit", "recused"))
    _identifier(inspector["id"], (*path, "id"))
    _check_identifiers(inspector["pools"], (*path, "pools"))
    _integer(inspector["limit"], (*path, "limit"), lowest=0)
    _check_identifiers(inspector["recused"], (*path, "recused"))
    for number, token in enumerate(inspector["recused"]):
        if token.startswith("county:") and not _is_county(token.removeprefix("county:")):
            raise SheetRefused((*path, "recused", number), "not_a_recusal", value=token)


def _check_identifiers(given: object, path: Path) -> None:
    """A list of identifiers, sorted by code point and distinct."""
    identifiers = _list(given, path)
    for number, identifier in enumerate(identifiers):
        _identifier(identifier, (*path, number))
    if any(left >= right for left, right in pairwise(identifiers)):
        raise SheetRefused(path, "not_sorted")


def _in_id_order(entries: list[Entry], kind: str) -> list[Entry]:
    ordered = sorted(entries, key=itemgetter("id"))
    if any(left["id"] == right["id"] for left, right in pairwise(ordered)):
        _refuse_repetition([entry["id"] for entry in entries], lambda number: (kind, number, "id"))
    return ordered


def _refuse_repetition(values: Sequence[str], path_of: Callable[[int], Path]) -> None:
    seen: set[str] = set()
    for number, value in enumerate(values):
        if value in seen:
            raise SheetRefused(path_of(number), "duplicate", value=value)
        seen.add(value)


def _object(given: object, path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Entry:
    if not isinstance(given, dict):
        raise SheetRefused(path, "not_object")
    _keys(given, path, required, optional)
    return given


def _keys(given: Mapping[str, Any], path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> None:
    for key in given:
        if key not in required and key not in optional:
            raise SheetRefused((*path, str(key)), "unknown_key")
    for key in required:
        if key not in given:
            raise SheetRefused((*path, key), "missing")


def _list(given: object, path: Path) -> list[Any]:
    if not isinstance(given, list):
        raise SheetRefused(path, "not_list")
    return given


def _text(given: object, path: Path) -> str:
    if not isinstance(given, str):
        raise SheetRefused(path, "not_text")
    check_text(given, path, refusal=SheetRefused)
    return given


def _name(given: object, path: Path) -> str:
    """1–64 characters without control characters."""
    name = _text(given, path)
    if not name:
        raise SheetRefused(path, "empty")
    if len(name) > 64:
        raise SheetRefused(path, "too_long", limit=64)
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise SheetRefused(path, "control_character")
    return name


def _identifier(given: object, path: Path) -> None:
    if not isinstance(given, str) or not _is_identifier(given):
        raise SheetRefused(path, "not_identifier", value=_shown(given))


def _class(given: object, path: Path) -> None:
    if given != "" and not (isinstance(given, str) and _is_class(given)):
        raise SheetRefused(path, "not_a_class", value=_shown(given))


def _one_of(given: object, path: Path, allowed: Sequence[str]) -> str:
    if not isinstance(given, str) or given not in allowed:
        raise SheetRefused(path, "not_one_of", value=_shown(given), allowed=", ".join(allowed))
    return given


def _integer(given: object, path: Path, *, lowest: int = 1 - 2**53, highest: int = 2**53 - 1) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise SheetRefused(path, "not_integer")
    if given < lowest:
        raise SheetRefused(path, "too_low", value=given, lowest=lowest)
    if given > highest:
        raise SheetRefused(path, "too_high", value=given, highest=highest)
    return given


def _shown(given: object) -> object:
    """A value short enough to stand in a one-line message."""
    if isinstance(given, list | dict):
        return type(given).__name__
    return given if len(str(given)) <= 80 else str(given)[:79] + "…"
