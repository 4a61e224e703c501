"""Formulas with the values they have: openpyxl writes a formula without its result, so that a viewer that does not
compute shows nothing. The result is put beside it as the sheet is packed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.writer.excel import ExcelWriter

Number = int | float | Decimal
PIECE = 1 << 20
END_OF_ROW = b"</row>"
FORMULA = re.compile(rb'(<c r="([A-Z]+[0-9]+)"[^>]*><f>[^<]*</f>)<v\s*(?:/>|></v>)')


def save(book: Any, stream: IO[bytes], results: Sequence[Mapping[str, Number]]) -> None:
    """results: for each sheet in order, cell → value of the formula in it."""
    parts = {f"xl/worksheets/sheet{number}.xml": values for number, values in enumerate(results, start=1)}
    ExcelWriter(book, Archive(stream, parts)).save()


class Archive(ZipFile):
    """The file that openpyxl packs its parts into."""

    def __init__(self, stream: IO[bytes], results: Mapping[str, Mapping[str, Number]]) -> None:
        super().__init__(stream, "w", ZIP_DEFLATED)
        self.results = results

    def write(self, filename: Any, arcname: Any = None, *rest: Any) -> None:
        values = self.results.get(arcname)
        if not values:
            super().write(filename, arcname, *rest)
            return
        with Path(filename).open("rb") as source, self.open(arcname, "w") as part:
            for rows in whole_rows(source):
                part.write(with_results(rows, values) if b"<f>" in rows else rows)


def whole_rows(source: IO[bytes], size: int = PIECE) -> Iterator[bytes]:
    """The file in pieces, none of which ends inside a row."""
    rest = b""
    while piece := source.read(size):
        rest += piece
        cut = rest.rfind(END_OF_ROW) + len(END_OF_ROW)
        if cut >= len(END_OF_ROW):
            yield rest[:cut]
            rest = rest[cut:]
    yield rest


def with_results(rows: bytes, values: Mapping[str, Number]) -> bytes:
    def put(found: re.Match[bytes]) -> bytes:
        value = values.get(found[2].decode())
        return found[0] if value is None else found[1] + f"<v>{plain(value)}</v>".encode()

    return FORMULA.sub(put, rows)


def plain(value: Number) -> str:
    """In digits that XML takes for a number, without an exponent."""
    return f"{value:f}" if isinstance(value, Decimal) else repr(value)
