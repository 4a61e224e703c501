"""SQL that computes what campaigns.draw computes of an entry: ticket, salt, canonical JSON, leaf.

Secret and seed reach a statement as settings of its transaction, never as its text or parameters: a database may log
statements that take long. A scalar subquery is computed once and handed to parallel workers.
"""

from typing import Final

TABLE: Final = "campaigns_frozeninstitution"
SEED, INNER, OUTER = "lianchou.seed", "lianchou.inner", "lianchou.outer"

IS_DRAWABLE: Final = "NOT entry ? 'excluded'"
TIER: Final = "(entry->>'tier')::bigint"


def ticket(lots: str = "1") -> str:
    """The ticket as bytea. lots: SQL for how many lots the entry has; the lowest of them counts."""
    if lots == "1":
        return _ticket("'0'")
    lowest = (
        f"""SELECT min(encode({_ticket("lot::text")}, 'hex') COLLATE "C") FROM generate_series(0, {lots} - 1) AS lot"""
    )
    return f"decode(({lowest}), 'hex')"


def _ticket(number: str) -> str:
    seed = f"(SELECT current_setting('{SEED}'))"
    return rf"sha256(convert_to({seed} || E'\ninstitution\n' || (entry->>'id') || E'\n' || {number}, 'UTF8'))"


def _text(key: str) -> str:
    """A text as canonical JSON has it: PostgreSQL escapes as the protocol does."""
    return f"to_json(entry->>'{key}')::text"


def _optional(key: str) -> str:
    return f"""CASE WHEN entry ? '{key}' THEN ',"{key}":' || {_text(key)} ELSE '' END"""


PLAIN_KEYS: Final = "'{county,excluded,flags,id,line,name,risk,tier}'::text[]"
CANONICAL: Final = f"""CASE WHEN entry - {PLAIN_KEYS} = '{{}}' THEN
    '{{"county":' || {_text("county")} || {_optional("excluded")}
    || ',"flags":' || replace(entry->>'flags', ', ', ',')
    || ',"id":' || {_text("id")} || ',"line":' || {_text("line")} || {_optional("name")}
    || ',"risk":' || {_text("risk")} || ',"tier":' || (entry->>'tier') || '}}'
  ELSE lianchou_canonical(entry) END"""
"""The entry in canonical form; the function is slower and takes whatever else an entry may carry, e.g. a team."""

SALTED: Final = r"convert_to(E'institution\n' || (entry->>'id'), 'UTF8')"
SALT: Final = (
    f"sha256((SELECT decode(current_setting('{OUTER}'), 'hex'))"
    f" || sha256((SELECT decode(current_setting('{INNER}'), 'hex')) || {SALTED}))"
)
"""HMAC-SHA256, put together from its definition: the two pads of the key are in the settings."""

LEAF: Final = rf"sha256('\x00'::bytea || {SALT} || convert_to({CANONICAL}, 'UTF8'))"


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Inner and outer pad of an HMAC key of at most 64 bytes."""
    block = key.ljust(64, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)
