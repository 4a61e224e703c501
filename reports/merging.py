"""One PDF of many documents, typeset a few at a time: all at once would need too much memory."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, TypeVar

from jobs.running import Progress

Item = TypeVar("Item")


def batches(items: Sequence[Item], size: int) -> Iterator[tuple[int, Sequence[Item]]]:
    """(how many came before, the next ones)."""
    for start in range(0, len(items), size):
        yield start, items[start : start + size]


def merge(
    file: IO[bytes],
    steps: Iterable[tuple[int, Sequence[Item]]],
    render: Callable[[Sequence[Item]], bytes],
    *,
    of: int,
    doing: str,
    progress: Progress,
) -> None:
    """Each step is rendered as a PDF and they follow each other in `file`. of: how many items there are in all."""
    parts = ((done, render(batch)) for done, batch in _told(steps, of=of, doing=doing, progress=progress))
    merge_parts(file, parts, of=of, progress=progress)


def _told(
    steps: Iterable[tuple[int, Sequence[Item]]], *, of: int, doing: str, progress: Progress
) -> Iterator[tuple[int, Sequence[Item]]]:
    for done, batch in steps:
        progress(doing, done, of)
        yield done, batch


def merge_parts(file: IO[bytes], parts: Iterable[tuple[int, bytes]], *, of: int, progress: Progress) -> None:
    """PDFs as they come, (how many came before, bytes), follow each other in `file`."""
    from pypdf import PdfWriter  # noqa: PLC0415  # slow to import, in workers only

    merged = PdfWriter()
    for _, part in parts:
        merged.append(io.BytesIO(part))
    progress("正在合并", of, of)
    merged.compress_identical_objects()
    merged.write(file)
