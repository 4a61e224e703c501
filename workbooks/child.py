"""The bounded process that opens an untrusted workbook: `python -m workbooks.child PATH SETTINGS`.

Started by workbooks.reading only. Settings and all answers are JSON, one value a line, so that nothing a
hostile file can do to this process reaches the parent but plain text. The conversation:

    child   {"sheets": [{"name", "hidden", "head": [row, …]}, …]}     the first rows of every worksheet
    parent  INDEX                                                      the worksheet it wants
    child   [row, …]                                                   many lines
    child   {"end": {"after_gap": null or row number}}
    parent  INDEX                                                      another one, if it likes

A row is [number, cells] or [number, cells, marks]; a mark is [cell index, tag], tag being one of
d (ISO date), t (ISO date and time), e (error such as #REF!), f (formula without a stored value), m (filled
from the merged cell above). At any point the child may say {"refused": [code, message]} and end.
"""

import json
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from workbooks.guard import (
    MAX_COLUMNS,
    MAX_ROWS,
    SAVE_AS,
    WorkbookRefused,
    broken,
    examine_workbook,
    too_big_unzipped,
    too_many_columns,
    too_many_rows,
)
from workbooks.package import Cell, Package, Row, SheetPart

BATCH_BYTES = 128 * 1024
MAX_OUTPUT_BYTES = 200 * 1024 * 1024
MAX_SHEETS = 60
HEAD_TEXT = 200  # characters of a cell that are enough to know a header

encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")).encode


def limit_self(*, memory_bytes: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def say(value: Any) -> None:
    send(encode(value))


def send(line: str) -> None:
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def converse(path: str, *, head_rows: int, max_gap: int) -> None:
    merges = examine_workbook(path)
    with zipfile.ZipFile(path) as archive:
        package = Package(archive)
        sheets = package.sheets[:MAX_SHEETS]
        if not sheets:
            raise WorkbookRefused("no_sheet", f"工作簿里没有工作表。{SAVE_AS}")
        say({"sheets": [describe(package, sheet, merges, head_rows) for sheet in sheets]})
        while answer := sys.stdin.readline().strip():
            send_rows(wanted_rows(package, sheets[int(answer)], merges), max_gap)


def describe(package: Package, sheet: SheetPart, merges: dict[str, list[str]], head_rows: int) -> dict[str, Any]:
    head: list[Row] = []
    if not sheet.hidden:
        for row in wanted_rows(package, sheet, merges):
            if row[0] > head_rows:
                break
            row[1] = [cell[:HEAD_TEXT] if type(cell) is str else cell for cell in row[1]]
            head.append(row)
    return {"name": sheet.name, "hidden": sheet.hidden, "head": head}


def wanted_rows(package: Package, sheet: SheetPart, merges: dict[str, list[str]]) -> Iterator[Row]:
    """The rows with content, in order, inside the limits."""
    return fill_merged(bounded(package.rows(sheet)), merges.get(sheet.part, []))


def bounded(rows: Iterable[Row]) -> Iterator[Row]:
    last = 0
    for row in rows:
        number = row[0]
        if number > MAX_ROWS:
            raise too_many_rows()
        if len(row[1]) > MAX_COLUMNS:
            raise too_many_columns()
        if number <= last:
            raise broken()
        last = number
        yield row


def fill_merged(rows: Iterable[Row], references: list[str]) -> Iterator[Row]:
    """Repeat the value of a vertically merged cell in the rows below it that have content of their own."""
    starts = vertical_merges(references)
    if not starts:
        yield from rows
        return
    active: dict[int, tuple[int, Cell, str | None]] = {}  # column index → last row, value, mark
    for row in rows:
        number, cells = row[0], row[1]
        marks: list[list[Any]] = row[2] if len(row) > 2 else []
        active = {column: merge for column, merge in active.items() if number <= merge[0]}
        for column, (_, value, tag) in active.items():
            fill(cells, marks, column, value, tag)
        for column, last in starts.get(number, ()):
            if column < len(cells) and cells[column] is not None:
                active[column] = (last, cells[column], next((tag for at, tag in marks if at == column), None))
        yield [number, cells, marks] if marks else row


def fill(cells: list[Cell], marks: list[list[Any]], column: int, value: Cell, tag: str | None) -> None:
    if column < len(cells) and cells[column] is not None:
        return
    cells.extend([None] * (column + 1 - len(cells)))
    cells[column] = value
    marks.append([column, "m"])
    if tag:
        marks.append([column, tag])


def vertical_merges(references: list[str]) -> dict[int, list[tuple[int, int]]]:
    """First row → (column index, last row) of every range that spans rows."""
    starts: dict[int, list[tuple[int, int]]] = {}
    for reference in references:
        first, last = reference.split(":")
        column, top = split_reference(first)
        bottom = split_reference(last)[1]
        if bottom > top and column < MAX_COLUMNS:
            starts.setdefault(top, []).append((column, bottom))
    return starts


def split_reference(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(reference[len(letters) :])


def send_rows(rows: Iterable[Row], max_gap: int) -> None:
    batch: list[str] = []
    size = total = last = 0
    after_gap = None
    for row in rows:
        if last and row[0] - last > max_gap:
            after_gap = row[0]
            break
        last = row[0]
        line = encode(row)
        batch.append(line)
        size += len(line)
        if size > BATCH_BYTES:
            send("[" + ",".join(batch) + "]")
            total += size
            batch, size = [], 0
            if total > MAX_OUTPUT_BYTES:
                raise too_big_unzipped()
    send("[" + ",".join(batch) + "]")
    say({"end": {"after_gap": after_gap}})


def main(path: str, settings: str) -> None:
    wanted = json.loads(settings)
    limit_self(memory_bytes=wanted["memory_bytes"], cpu_seconds=wanted["cpu_seconds"])
    try:
        converse(path, head_rows=wanted["head_rows"], max_gap=wanted["max_gap"])
    except WorkbookRefused as refusal:
        say({"refused": [refusal.code, refusal.message]})
    except BrokenPipeError:
        sys.exit(1)
    except MemoryError:
        say(
            {
                "refused": [
                    "too_complex",
                    "文件内容过多或过于复杂，读取所需内存超过上限。请把数据贴入模板，或分成几个文件上传。",
                ]
            }
        )
    except Exception:  # noqa: BLE001 - a hostile file may break any parser in any way (reliability.md M11)
        say({"refused": [broken().code, broken().message]})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
