"""Uploaded and made files on disk, as a backup needs them: what its snapshot refers to is there until it has ended."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class MediaStorage(FileSystemStorage):
    """While a backup runs, a deleted file is set aside instead, and its name is not given to another."""

    @property
    def aside(self) -> Path:
        return Path(f"{self.location}-aside")

    def _save(self, name: str, content: File[bytes]) -> str:
        """Nothing stays of a file that does not fit on the disk."""
        place = Path(self.path(name))
        is_new = not place.exists()
        try:
            return str(super()._save(name, content))  # type: ignore[misc]  # the stubs leave it out
        except OSError:
            if is_new and place.exists() and place.stat().st_size < content.size:
                place.unlink()
            raise

    def delete(self, name: str) -> None:
        if not name or not self._set_aside(name):
            super().delete(name)

    def is_name_available(self, name: str, max_length: int | None = None) -> bool:
        return bool(super().is_name_available(name, max_length)) and not self._place_aside(name).exists()

    @contextmanager
    def keeping_deleted(self) -> Iterator[None]:
        """One backup at a time: config.upkeep.backing_up holds a lock."""
        shutil.rmtree(self.aside, ignore_errors=True)
        self.aside.mkdir(parents=True)
        try:
            yield
        finally:
            shutil.rmtree(self.aside, ignore_errors=True)

    def open_kept(self, name: str) -> BinaryIO:
        """The file, deleted meanwhile or not. Raises FileNotFoundError."""
        try:
            return Path(self.path(name)).open("rb")
        except FileNotFoundError:
            return self._place_aside(name).open("rb")

    def _set_aside(self, name: str) -> bool:
        """False without a backup under way: then the folder is not there."""
        try:
            os.rename(self.path(name), self._place_aside(name))  # noqa: PTH104  # a folder that is gone must refuse
        except OSError:
            return False
        return True

    def _place_aside(self, name: str) -> Path:
        return self.aside / hashlib.sha256(str(name).encode()).hexdigest()
