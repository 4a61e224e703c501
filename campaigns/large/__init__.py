"""Draws from pools too large for memory, on PostgreSQL (docs/adr/0015-draws-at-scale.md).

The rows stay in the database, which counts them, hashes them and finds the first of every cell; the engine does the
rest. What comes out is, byte for byte, what the engine gives that reads every row.
"""

from django.db import connection

from campaigns.models import Draw

FEWEST: int = 50_000
"""From so many frozen institutions on; below, one process holds them all without trouble."""


def is_large(draw: Draw) -> bool:
    return connection.vendor == "postgresql" and int(draw.manifest["institutions"]["count"]) >= FEWEST
