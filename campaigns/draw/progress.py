"""How far a draw is, told to whoever waits for it."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]


class Phase:
    """One phase of a draw: tells its start, about every hundredth of the way, and its end; each figure once."""

    def __init__(self, name: str, total: int, progress: Progress | None) -> None:
        self._name = name
        self._total = total
        self._progress = progress
        self._done = 0
        self._due = 0
        self._tell()

    def add(self, count: int = 1) -> None:
        self._done += count
        if self._done >= self._due:
            self._tell()

    def end(self) -> None:
        """What was not needed counts as done."""
        self.add(self._total - self._done)

    def _tell(self) -> None:
        if self._progress is not None and self._due <= self._total:
            self._progress(self._name, self._done, self._total)
        is_over = self._done >= self._total
        self._due = self._total + 1 if is_over else min(self._done + max(1, self._total // 100), self._total)
