"""The frozen institutions of one draw, where they are: in PostgreSQL."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction

from campaigns.draw.commitment import GrowingTree, promise
from campaigns.draw.front import Reach
from campaigns.draw.progress import Phase
from campaigns.draw.sheet import Entry, Line, Quota
from campaigns.draw.sizes import Census
from campaigns.large.statements import CANONICAL, INNER, IS_DRAWABLE, LEAF, OUTER, SEED, TABLE, TIER, pads, ticket
from campaigns.models import Draw, FrozenInstitution

PIECE: Final = 2**17
"""Positions that one statement reads: some seconds of work, after which progress is told."""

Row = tuple[Any, ...]


class DatabasePool:
    """A `campaigns.draw.front.Pool` over the draw's own rows, which never change."""

    def __init__(self, draw: Draw) -> None:
        self._draw = int(draw.pk)

    def count(self) -> int:
        return FrozenInstitution.objects.filter(draw_id=self._draw).count()

    def census(self, lines: Sequence[Line], quota: Quota | None) -> Mapping[str, Census]:
        census = {line.code: Census() for line in lines}
        flagged = "entry->'flags' ? %s" if quota else "FALSE"
        statement = f"""
            SELECT entry->>'line', entry->>'risk', {flagged}, count(*) FROM {TABLE}
            WHERE draw_id = %s AND {IS_DRAWABLE} GROUP BY 1, 2, 3"""
        for code, risk, is_flagged, number in self._rows(statement, [*([quota.flag] if quota else []), self._draw]):
            counted = census[code]
            counted.population += number
            counted.by_class[risk] += number
            counted.flagged += number if is_flagged else 0
        return census

    def promise(self, secret: bytes, phase: Phase) -> Mapping[str, Any]:
        tree, count = GrowingTree(), self.count()
        inner, outer = pads(secret)
        with _settings({INNER: inner.hex(), OUTER: outer.hex()}):
            for start in range(0, count, PIECE):
                leaves = b"".join(self._copied(LEAF, start))
                tree.add(leaves)
                phase.add(min(PIECE, count - start))
        return promise(tree)

    def first(self, reach: Reach, quota: Quota | None, seed: str) -> Iterator[tuple[Entry, str]]:
        conditions, parameters = _conditions(reach, quota)
        statement = f"""
            SELECT entry, encode(ticket, 'hex') FROM (
                SELECT entry, {TIER} AS tier, {ticket(_lots(reach.line))} AS ticket FROM {TABLE}
                WHERE draw_id = %s AND entry->>'line' = %s AND {IS_DRAWABLE} {conditions}
                ORDER BY tier, ticket LIMIT %s) AS front"""
        with _settings({SEED: seed}):
            rows = self._rows(statement, [self._draw, reach.line.code, *parameters, reach.count])
        for entry, found in rows:
            yield json.loads(entry) if isinstance(entry, str) else entry, found

    def canonical_entries(self) -> Iterator[bytes]:
        """All entries in id order, each in canonical form."""
        for start in range(0, self.count(), PIECE):
            with transaction.atomic():
                yield from self._copied(f"convert_to({CANONICAL}, 'UTF8')", start)

    def _copied(self, column: str, start: int) -> Iterator[bytes]:
        """The bytea column of one piece, in order; COPY leaves PostgreSQL free to compute it in parallel."""
        statement = (
            f"COPY (SELECT {column} FROM {TABLE} WHERE draw_id = {self._draw:d} AND position >= {start:d}"
            f" AND position < {start + PIECE:d} ORDER BY position) TO STDOUT (FORMAT BINARY)"
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(["bytea"])
            for (value,) in copy.rows():
                yield value

    def _rows(self, statement: str, parameters: list[Any]) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            found: list[Row] = cursor.fetchall()
        return found


@contextmanager
def _settings(values: Mapping[str, str]) -> Iterator[None]:
    """Settings of a transaction that ends with the block."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        yield


def _conditions(reach: Reach, quota: Quota | None) -> tuple[str, list[Any]]:
    if reach.risk is not None:
        return "AND entry->>'risk' = %s", [reach.risk]
    if reach.flagged is not None and quota is not None:
        return f"AND {'' if reach.flagged else 'NOT'} entry->'flags' ? %s", [quota.flag]
    return "", []


def _lots(line: Line) -> str:
    """SQL: how many lots the entry has. Classes are a letter or nothing, numbers are checked: nothing to escape."""
    if all(number == 1 for number in line.lots.values()):
        return "1"
    cases = " ".join(f"WHEN '{risk}' THEN {number:d}" for risk, number in sorted(line.lots.items()))
    return f"(CASE entry->>'risk' {cases} ELSE 1 END)"
