"""What many tests of a module begin with, made once for all of them: each test ends by undoing what it did to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


@contextmanager
def kept_for_a_module(django_db_blocker: Any) -> Iterator[None]:
    """For a fixture with scope="module" that has asked for django_db_setup. Every test of the module sees that world, so
    whoever needs another has a module of its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
