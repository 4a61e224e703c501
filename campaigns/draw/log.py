"""The public log `lianchou-log/1`: every event of every draw, each bound by a digest to all that went before.

    {"log": "lianchou-log/1", "entries": [entry …], "head": {"number", "digest"}}
    entry = {"number", "at", "draw", "event", "facts", "previous", "digest"}

Numbers run from 1 without gaps; `previous` is the digest of the entry before (GENESIS for the first), `digest` the
SHA-256 of the entry's canonical form without it. The head repeats the last entry's number and digest (0 and GENESIS
while there is none). Whoever kept one head (they are printed on notices and minutes) can tell whether anything up to
there was changed or taken away since.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from campaigns.draw.canonical import check_json, check_text, digest_of, encode
from campaigns.draw.commitment import check_time
from campaigns.draw.differences import (
    ABSENT,
    Difference,
    Differs,
    Report,
    check_keys,
    difference_of,
    expect,
    say,
    shown,
    unheard,
)
from campaigns.draw.errors import LogRefused, Path, Refused

LOG: Final = "lianchou-log/1"
GENESIS: Final = "0" * 64
LOG_KEYS: Final = ("log", "entries", "head")
ENTRY_KEYS: Final = ("number", "at", "draw", "event", "facts", "previous", "digest")
EMPTY_HEAD: Final[dict[str, Any]] = {"number": 0, "digest": GENESIS}


def make_entry(
    previous: Mapping[str, Any] | None, *, at: str, draw: str, event: str, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The entry that follows `previous`: the entry before, or the log's head, or None for the first one of all.

    at: RFC 3339 with offset. draw: its code, or "" for events of the log itself. facts: any JSON of the protocol.
    Raises LogRefused.
    """
    before = previous or EMPTY_HEAD
    entry = {
        "number": before["number"] + 1,
        "at": at,
        "draw": draw,
        "event": event,
        "facts": dict(facts),
        "previous": before["digest"],
    }
    _check_values(entry, ())
    return {**entry, "digest": entry_digest(entry)}


def make_log(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The log as it is published, from all its entries in order."""
    return {"log": LOG, "entries": list(entries), "head": head_of(entries)}


def head_of(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What is printed on notices and minutes: number and digest of the last entry."""
    last = entries[-1] if entries else EMPTY_HEAD
    return {"number": last["number"], "digest": last["digest"]}


def entry_digest(entry: Mapping[str, Any]) -> str:
    """SHA-256 of the entry's canonical form without its own digest."""
    return digest_of({key: entry[key] for key in entry if key != "digest"})


def verify_log(log: object, heads: Iterable[tuple[int, str]] = (), report: Report = unheard) -> Difference | None:
    """None if the log is whole and holds every printed head, else the first difference. Never raises.

    heads: (number, digest) pairs printed elsewhere; a log that ends before one, or differs there, is named as such.
    """
    try:
        _verify(log, heads, report)
    except Differs as differs:
        return differs.difference
    except Refused as refusal:
        return difference_of(refusal, refusal.path or "log")
    return None


def _verify(given: object, heads: Iterable[tuple[int, str]], report: Report) -> None:
    log = check_keys(given, LOG_KEYS, (), refusal=LogRefused)
    expect(LOG, log["log"], ("log",))
    if not isinstance(log["entries"], list):
        raise LogRefused(("entries",), "not_list")
    report("log", count=len(log["entries"]))
    previous: Mapping[str, Any] = EMPTY_HEAD
    for position, entry in enumerate(log["entries"]):
        _verify_entry(entry, previous, ("entries", position))
        previous = entry
        report("entry", **entry | {"facts": encode(entry["facts"]).decode()})
    expect(head_of(log["entries"]), log["head"], ("head",))
    report("head", **log["head"])
    for number, digest in heads:
        _verify_head(log["entries"], number, digest)
        report("printed", number=number, digest=digest)


def _verify_entry(given: object, previous: Mapping[str, Any], path: Path) -> None:
    entry = check_keys(given, ENTRY_KEYS, path, refusal=LogRefused)
    expect(previous["number"] + 1, entry["number"], (*path, "number"))
    _check_values(entry, path)
    expect(previous["digest"], entry["previous"], (*path, "previous"))
    expect(entry_digest(entry), entry["digest"], (*path, "digest"))


def _check_values(entry: Mapping[str, Any], path: Path) -> None:
    check_time(entry["at"], (*path, "at"), refusal=LogRefused)
    for key in ("draw", "event"):
        if not isinstance(entry[key], str):
            raise LogRefused((*path, key), "not_text")
        check_text(entry[key], (*path, key), refusal=LogRefused)
    if not entry["event"]:
        raise LogRefused((*path, "event"), "empty")
    if not isinstance(entry["facts"], dict):
        raise LogRefused((*path, "facts"), "not_object")
    check_json(entry["facts"], (*path, "facts"), refusal=LogRefused, depth=1)


def _verify_head(entries: Sequence[Mapping[str, Any]], number: object, digest: object) -> None:
    """The log must have been at this head once: it reaches as far, and has this digest there."""
    expected = say("printed", number=shown(number), digest=shown(digest))
    if type(number) is not int or not 0 <= number <= len(entries):
        raise Differs(("entries",), expected, ABSENT)
    found = entries[number - 1]["digest"] if number else GENESIS
    if found != digest:
        raise Differs(("entries", number - 1, "digest") if number else ("entries",), expected, found)
