"""One-time codes by the clock: RFC 6238 with SHA-1, six digits, thirty seconds, as every authenticator has it."""

import base64
import hashlib
import hmac
import secrets
import struct
from collections.abc import Iterator
from time import time
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1
"""So many steps may a telephone be early or late."""
SECRET_BYTES = 20
ISSUER = "联抽"


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def current_step() -> int:
    return int(time()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    mac = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    start = mac[-1] & 0x0F
    (number,) = struct.unpack(">I", mac[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 10**DIGITS:0{DIGITS}}"


def matching_steps(secret: str, code: str) -> Iterator[int]:
    """The steps around now that this is the code of, the latest first."""
    now = current_step()
    for step in range(now + DRIFT, now - DRIFT - 1, -1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            yield step


def enrolment_uri(secret: str, username: str) -> str:
    """What the QR code says to an authenticator; the rest is what every authenticator assumes."""
    values = {"secret": secret, "issuer": ISSUER}
    return f"otpauth://totp/{quote(ISSUER)}:{quote(username)}?{urlencode(values)}"
