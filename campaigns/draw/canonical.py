"""Canonical JSON (equal to RFC 8785 for the data of the protocol), and JSON read without surprises."""

import hashlib
import json
import unicodedata
from typing import Final

from campaigns.draw.errors import JsonRefused, Path, Refused

LARGEST_INTEGER: Final = 2**53 - 1
DEEPEST: Final = 64  # levels of nesting; a limit of this implementation, far above any real sheet

_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)


def canonical(value: object) -> bytes:
    """The one encoding of `value`; raises JsonRefused for what the protocol's JSON cannot hold."""
    check_json(value)
    return encode(value)


def digest_of(value: object) -> str:
    """SHA-256 of the canonical form, as hex text."""
    return hashlib.sha256(canonical(value)).hexdigest()


def encode(value: object) -> bytes:
    """`canonical` of a value already checked."""
    return _ENCODER.encode(value).encode()


def check_json(value: object, path: Path = (), *, refusal: type[Refused] = JsonRefused, depth: int = 0) -> None:
    """Raise `refusal` unless value is null, a boolean, an integer, NFC text, or a list or object of such."""
    if isinstance(value, str):
        check_text(value, path, refusal=refusal)
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise refusal(path, "number_too_large")
    elif not isinstance(value, dict | list):
        raise refusal(path, "not_json_value", type=type(value).__name__)
    elif depth == DEEPEST:
        raise refusal(path, "too_deep", limit=DEEPEST)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            check_json(item, (*path, number), refusal=refusal, depth=depth + 1)
    else:
        for key, item in value.items():
            check_key(key, path, refusal=refusal)
            check_json(item, (*path, key), refusal=refusal, depth=depth + 1)


def check_key(key: object, path: Path, *, refusal: type[Refused]) -> None:
    """Keys are text within the basic plane, where order by code point and by UTF-16 unit agree."""
    if not isinstance(key, str):
        raise refusal(path, "not_json_value", type=f"{type(key).__name__} as key")
    check_text(key, (*path, key), refusal=refusal)
    if not key.isascii() and max(key) > "\uffff":
        raise refusal((*path, key), "astral_key")


def check_text(text: str, path: Path, *, refusal: type[Refused]) -> None:
    """Raise `refusal` unless text is well-formed Unicode in NFC."""
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        raise refusal(path, "not_unicode") from None
    if not unicodedata.is_normalized("NFC", text):
        raise refusal(path, "not_nfc")


class _Repeated(dict[str, object]):
    """An object in which `key` stood twice; refused with its place once that is known."""

    key: str


def _keep_repetition(pairs: list[tuple[str, object]]) -> _Repeated:
    repeated = _Repeated(pairs)
    seen: set[str] = set()
    repeated.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return repeated


def parse(text: str | bytes) -> object:
    """The value of a JSON text; JsonRefused for anything `check_json` refuses, and for repeated keys."""
    repeated: list[_Repeated] = []

    def read_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        repeated.append(_keep_repetition(pairs))
        return repeated[-1]

    try:
        value = json.loads(text.decode() if isinstance(text, bytes) else text, object_pairs_hook=read_object)
    except RecursionError:
        raise JsonRefused((), "too_deep", limit=DEEPEST) from None
    except ValueError as error:  # malformed JSON, bytes that are not UTF-8, numbers of thousands of digits
        raise JsonRefused((), "not_json", reason=str(error).replace("\n", " ")) from None
    check_json(value)
    if repeated:
        _refuse_repeated_keys(value, ())
    return value


def _refuse_repeated_keys(value: object, path: Path) -> None:
    if isinstance(value, _Repeated):
        raise JsonRefused((*path, value.key), "repeated_key")
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_repeated_keys(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _refuse_repeated_keys(item, (*path, number))


def dump(value: object) -> str:
    """The stable, readable text that files hold: the keys stay as they stand, one space of indent."""
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
