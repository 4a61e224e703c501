"""All accounts of the demo have one password, which takes a third of a second to hash: once is enough."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from unittest import mock

from django.contrib.auth import hashers


@contextmanager
def hashed_once() -> Iterator[None]:
    """While this lasts, equal passwords of new accounts have equal hashes; for the demo's open password only."""
    with mock.patch("django.contrib.auth.base_user.make_password", cache(hashers.make_password)):
        yield
