"""Secrets at rest, readable with the site's SECRET_KEY alone: a copy of the database gives nothing away."""

import base64

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(secret: str) -> bytes:
    return _box().encrypt(secret.encode())


def unseal(sealed: bytes) -> str:
    """InvalidToken when it was sealed under another SECRET_KEY."""
    return _box().decrypt(bytes(sealed)).decode()


def _box() -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"lianchou-second-factor").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
