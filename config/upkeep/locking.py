"""One process at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from config.upkeep.errors import BackupUnderWay


@contextmanager
def alone() -> Iterator[None]:
    """One backup at a time on the same files; the lock goes with the process. Raises BackupUnderWay."""
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "backup.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupUnderWay("另一个备份正在进行，请等它结束。") from None
        yield
