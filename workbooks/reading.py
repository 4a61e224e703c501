"""Rows of an untrusted workbook, read by a child process with limits on memory, processor and time.

    with open_workbook(path) as workbook:
        for row in workbook.rows(0):
            row.number, row.cells

The child reads ahead while the caller works on the rows it already has.
"""

import datetime as dt
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

from workbooks.guard import WorkbookRefused, broken

ROOT = Path(__file__).resolve().parent.parent
PIPE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    memory_bytes: int = 512 * 1024 * 1024  # address space of the child
    cpu_seconds: int = 60
    waiting_seconds: float = 180.0  # time spent waiting for the child, all told; long, for a busy machine
    head_rows: int = 60  # rows of every sheet that are looked at to choose one
    max_gap: int = 200  # reading stops where more empty rows than this follow each other


DEFAULT_LIMITS = Limits()


class Unreadable(NamedTuple):
    """A cell without a usable value: code "error_cell" (text is #REF! and so on) or "formula_without_value"."""

    code: str
    text: str


CellValue = str | int | float | bool | dt.date | dt.datetime | Unreadable | None


class RawRow(NamedTuple):
    number: int  # as Excel counts, from 1
    cells: list[CellValue]  # from column A to the last cell with content
    merged: tuple[int, ...] = ()  # indexes of cells that repeat the merged cell above them


@dataclass(frozen=True, slots=True)
class SheetHead:
    index: int
    name: str
    hidden: bool
    rows: list[RawRow]


def read_rows(path: str | PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Iterator[RawRow]:
    """The rows with content of the first visible worksheet."""
    with open_workbook(path, limits=limits) as workbook:
        visible = [sheet.index for sheet in workbook.sheets if not sheet.hidden]
        yield from workbook.rows(visible[0] if visible else 0)


def open_workbook(path: str | PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> "OpenWorkbook":
    """Check the workbook and read the head of every sheet. Raises WorkbookRefused."""
    return OpenWorkbook(path, limits)


class OpenWorkbook:
    sheets: list[SheetHead]
    after_gap: int | None = None  # the row with content that was not read because too many empty rows precede it

    def __init__(self, path: str | PathLike[str], limits: Limits) -> None:
        self.limits = limits
        self.waited = 0.0
        self.buffer = bytearray()
        self.process = start_child(path, limits)
        self.questions, self.answers = (pipe.fileno() for pipe in self.pipes())
        try:
            found = self.next_answer()
            self.sheets = [
                SheetHead(index, sheet["name"], sheet["hidden"], [raw_row(row) for row in sheet["head"]])
                for index, sheet in enumerate(found["sheets"])
            ]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def rows(self, index: int) -> Iterator[RawRow]:
        """All rows with content of one sheet. Several sheets one after the other, each to its end."""
        try:
            os.write(self.questions, f"{index}\n".encode())
        except BrokenPipeError:
            raise broken() from None
        while True:
            answer = self.next_answer()
            if isinstance(answer, dict):
                self.after_gap = answer["end"]["after_gap"]
                return
            for row in answer:
                yield RawRow(row[0], row[1]) if len(row) == 2 else raw_row(row)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in self.pipes():
            with suppress(BrokenPipeError):
                pipe.close()

    def pipes(self) -> "list[IO[bytes]]":
        return [pipe for pipe in (self.process.stdin, self.process.stdout) if pipe is not None]

    def next_answer(self) -> Any:
        line = self.next_line()
        answer = json.loads(line)
        if isinstance(answer, dict) and "refused" in answer:
            raise WorkbookRefused(*answer["refused"])
        return answer

    def next_line(self) -> bytes:
        end = self.buffer.find(b"\n")
        while end == -1:
            seen = len(self.buffer)
            self.buffer += self.next_bytes()
            end = self.buffer.find(b"\n", seen)
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 1]
        return line

    def next_bytes(self) -> bytes:
        started = time.monotonic()
        poll = select.poll()
        poll.register(self.answers, select.POLLIN)
        ready = poll.poll(max(0.0, self.limits.waiting_seconds - self.waited) * 1000)
        self.waited += time.monotonic() - started
        if not ready:
            raise too_slow()
        content = os.read(self.answers, PIPE_BYTES)
        if not content:
            raise self.ended_early()
        return content

    def ended_early(self) -> WorkbookRefused:
        """The child never ends without a word unless a limit or a crash ended it."""
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return too_slow()
        return too_slow() if code in (-24, -9) else broken()  # SIGXCPU, SIGKILL


def too_slow() -> WorkbookRefused:
    return WorkbookRefused(
        "too_slow", "读取这个文件用时过长，已停止。请只保留需要导入的工作表，把数据以“只粘贴值”的方式贴入模板后再上传。"
    )


def start_child(path: str | PathLike[str], limits: Limits) -> "subprocess.Popen[bytes]":
    settings = {
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": limits.cpu_seconds,
        "head_rows": limits.head_rows,
        "max_gap": limits.max_gap,
    }
    # An environment of its own: no database address or key reaches the process that opens strangers' files.
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
    return subprocess.Popen(  # noqa: S603 - our own module; the path is an argument, not a command
        [sys.executable, "-X", "utf8", "-m", "workbooks.child", str(Path(path).resolve()), json.dumps(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        pipesize=PIPE_BYTES,
    )


def raw_row(row: list[Any]) -> RawRow:
    number, cells, *rest = row
    merged: list[int] = []
    for index, tag in rest[0] if rest else ():
        if tag == "d":
            cells[index] = dt.date.fromisoformat(cells[index])
        elif tag == "t":
            cells[index] = dt.datetime.fromisoformat(cells[index])
        elif tag == "e":
            cells[index] = Unreadable("error_cell", cells[index])
        elif tag == "f":
            cells[index] = Unreadable("formula_without_value", "")
        elif tag == "m":
            merged.append(index)
    return RawRow(number, cells, tuple(merged))
