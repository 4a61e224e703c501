"""What many tests of a module begin with, made once for all of them: each test ends by undoing what it did to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction


@contextmanager
def kept_for_a_module(django_db_blocker: Any, media: Path) -> Iterator[None]:
    """For a fixture with scope="module" that has asked for django_db_setup; `media`: an empty folder for its files.
    Every test of the module sees that world, so whoever needs another has a module of its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        settings.MEDIA_ROOT, kept = media, settings.MEDIA_ROOT
        try:
            yield
        finally:
            settings.MEDIA_ROOT = kept
            transaction.set_rollback(True)
