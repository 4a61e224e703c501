"""From one database into another, empty one, mostly SQLite → PostgreSQL: every value as it was, or nothing.

Whatever writes to the source has to be stopped: it is locked meanwhile. The files in MEDIA_ROOT are not touched.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts import audit
from config.environment import env
from config.upkeep import databases, verifying
from config.upkeep.emptiness import rows_there
from config.upkeep.errors import UpkeepRefused
from config.upkeep.restoring import NotWhole
from config.upkeep.verifying import Check

SOURCE, TARGET = "source", "default"
BATCH = 400
MODULUS = 2**256


def move(url: str) -> list[Check]:
    """Everything from that database into the default one, and what was compared. Raises UpkeepRefused, and NotWhole."""
    _check_source(url)
    if there := rows_there():
        raise UpkeepRefused(f"只能迁移到空的数据库，而这里已有数据：{there}。")
    call_command("migrate", verbosity=0, interactive=False)
    _check_same_version(url)
    with databases.in_place(_source(url, SOURCE), SOURCE), transaction.atomic(SOURCE), transaction.atomic():
        with _guards_off():
            _empty()
            for model in databases.kept_models():
                _copy(model)
        _reset_sequences()
        ContentType.objects.clear_cache()
        checks = [_compared(), *verifying.whole()]
        if verifying.has_failed(checks):
            raise NotWhole(checks)
        audit.record("upkeep.move", audit.locked_head(), by=None, facts={"into": connection.vendor})
    return [*checks, verifying.anchored()]


def _source(url: str, alias: str = "default") -> BaseDatabaseWrapper:
    given = env.db_url_config(url)
    options = settings.SQLITE_OPTIONS if given["ENGINE"].endswith("sqlite3") else {}
    return databases.another({**given, "OPTIONS": options}, alias)


def _check_source(url: str) -> None:
    given = env.db_url_config(url)
    if given["ENGINE"].endswith("sqlite3") and not Path(given["NAME"]).is_file():
        raise UpkeepRefused(f"没有这个数据库文件：{given['NAME']}")
    if given["NAME"] == connection.settings_dict["NAME"] and given["HOST"] == connection.settings_dict["HOST"]:
        raise UpkeepRefused("来源和目标是同一个数据库。")
    with databases.in_place(_source(url)):
        checks = verifying.whole() if databases.applied_migrations() else []
    if not checks:
        raise UpkeepRefused("来源里没有本系统的数据。")
    if verifying.has_failed(checks):
        raise NotWhole([Check("来源数据库", False, "以下核验没有通过，没有迁移"), *checks])


def _check_same_version(url: str) -> None:
    with databases.in_place(_source(url)):
        theirs = databases.applied_migrations()
    if theirs != databases.applied_migrations():
        raise UpkeepRefused("来源数据库的结构与本版本不同，请先在来源数据库上运行 migrate。")


@contextmanager
def _guards_off() -> Iterator[None]:
    """Inside this transaction only; keys are checked before the guards return."""
    with connection.cursor() as cursor:
        if connection.vendor == databases.POSTGRES:
            cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
            guarded = [name for (name,) in cursor.fetchall()]
            for name in guarded:
                cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
            yield
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for name in guarded:
                cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
            yield
            for _, statement in triggers:
                cursor.execute(statement)


def _empty() -> None:
    """Of what migrations put there: the source has it too, under numbers of its own."""
    with connection.cursor() as cursor:
        for model in reversed(databases.kept_models()):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608


def _copy(model: type[models.Model]) -> None:
    """Values as they are stored; nothing is set anew, as save() would do with times."""
    fields = [field for field in model._meta.local_concrete_fields if not getattr(field, "generated", False)]
    rows = iter(_rows(model, SOURCE).order_by("pk").iterator(chunk_size=BATCH))
    into = cast("Any", _rows(model, TARGET))
    while batch := list(islice(rows, BATCH)):
        size = connection.ops.bulk_batch_size(fields, batch) or BATCH
        for start in range(0, len(batch), size):
            try:
                into._insert(batch[start : start + size], fields=fields, raw=True)  # noqa: SLF001
            except DatabaseError as refused:
                raise UpkeepRefused(f"目标数据库没有接受表 {model._meta.db_table}：{refused}".strip()) from refused


def _rows(model: type[models.Model], alias: str) -> models.QuerySet[models.Model]:
    return model._base_manager.using(alias)  # noqa: SLF001  # of any model, whatever its own manager hides


def _reset_sequences() -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), databases.kept_models()):
            cursor.execute(statement)


def _compared() -> Check:
    """Every value of every row of both."""
    differing, number = [], 0
    for model in databases.kept_models():
        count, before = content_digest(model, SOURCE)
        if (count, before) != content_digest(model, TARGET):
            differing.append(model._meta.db_table)
        number += count
    words = "、".join(differing) if differing else f"{len(databases.kept_models())} 张表共 {number} 行，逐值一致"
    return Check("逐表内容", not differing, words)


def content_digest(model: type[models.Model], alias: str = TARGET) -> tuple[int, str]:
    """Rows, and a digest of all their values, whatever order a database keeps them in: the sum of the rows' SHA-256."""
    names = [field.attname for field in model._meta.local_concrete_fields]
    total = count = 0
    for row in _rows(model, alias).order_by().values_list(*names).iterator(chunk_size=2000):
        text = json.dumps(row, default=_exact, sort_keys=True, separators=(",", ":"))
        total = (total + int.from_bytes(hashlib.sha256(text.encode()).digest())) % MODULUS
        count += 1
    return count, f"{total:064x}"


def _exact(value: object) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date() | time():
            return value.isoformat()
        case Decimal():
            return format(value.normalize(), "f")
        case bytes() | memoryview():
            return bytes(value).hex()
        case UUID() | timedelta():
            return str(value)
    raise TypeError(f"no exact form of {value!r}")
