"""One-time codes: sixteen characters in groups of four, none of which looks like another; 72 bits of chance."""

import hashlib
import secrets
import unicodedata

ALPHABET = "34679ACDEFHJKMNPQRTUWXY"
LENGTH = 16
GROUP = 4


def new_code() -> str:
    """K7WM-3RTA-…: as it is printed in the letter."""
    return in_groups("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def plain(typed: str) -> str:
    """What was meant: capitals, no spaces, no hyphens, half-width; empty if that cannot be a code."""
    meant = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", typed[:100]).upper()))
    return meant if len(meant) == LENGTH and set(meant) <= set(ALPHABET) else ""


def in_groups(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def digest(code: str) -> str:
    """All that is kept of a code, however it was written."""
    return hashlib.sha256(plain(code).encode()).hexdigest()
