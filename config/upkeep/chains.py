"""Ends of the two chains, read without models, so that any version's database can be asked."""

from campaigns import draw as engine
from config.upkeep import databases
from config.upkeep.manifest import Head


def trail_head() -> Head:
    return _last("accounts_audithead")


def log_head() -> Head:
    return _last("campaigns_logentry")


def _last(table: str) -> Head:
    if table not in databases.tables():
        return Head(0, engine.GENESIS)
    rows = databases.values(table, "number", "digest", where="ORDER BY number DESC LIMIT 1")
    return next((Head(number, digest) for number, digest in rows), Head(0, engine.GENESIS))
