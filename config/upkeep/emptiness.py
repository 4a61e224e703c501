"""What stands in the way of a restore or a move: only an empty installation takes in another's data."""

from pathlib import Path

from django.core.files.storage import FileSystemStorage, default_storage
from django.db import OperationalError, connection, connections, transaction

from config.upkeep import databases
from config.upkeep.chains import trail_head
from config.upkeep.errors import UpkeepRefused

MADE_BY_MIGRATIONS = frozenset(
    {"accounts_audithead", "auth_permission", "django_content_type", "django_migrations", "django_site"}
)
SHOWN = 5
LEFTOVERS = """
SELECT 'DROP ' || CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
    ELSE 'TABLE' END || ' IF EXISTS ' || oid::regclass || ' CASCADE'
FROM pg_class c WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'a', 'i'))
UNION ALL
SELECT 'DROP ' || CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END || ' IF EXISTS '
    || oid::regprocedure || ' CASCADE'
FROM pg_proc p WHERE pronamespace = current_schema()::regnamespace AND prokind IN ('f', 'p')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def rows_there() -> str:
    """Tables that hold more than what migrations put there; empty if none do."""
    found = [f"{table} {number} 行" for table, number in databases.counts().items() if number and not _expected(table)]
    more = f" 等 {len(found)} 张表" if len(found) > SHOWN else ""
    return "、".join(found[:SHOWN]) + more


def _expected(table: str) -> bool:
    return table in MADE_BY_MIGRATIONS and (table != "accounts_audithead" or trail_head().number == 0)


def what_is_there() -> str:
    """Of the whole installation. What a restore that was killed left behind is nothing."""
    if left_by_killed_restore():
        return ""
    files = sum(1 for path in media_folder().rglob("*") if path.is_file()) if media_folder().exists() else 0
    return "；".join(part for part in (rows_there(), f"文件 {files} 个" if files else "") if part)


def left_by_killed_restore() -> bool:
    if connection.vendor == databases.POSTGRES:
        with connection.cursor() as cursor:
            return databases.RESTORE_MARK in connection.introspection.table_names(cursor)
    return building_place().exists() and not rows_there()


def building_place() -> Path:
    """Where SQLite's restored database stands until it is whole."""
    target = Path(connections["default"].settings_dict["NAME"])
    return target.with_name(f".{target.name}.restoring")


def media_folder() -> Path:
    if not isinstance(default_storage, FileSystemStorage) and not hasattr(default_storage, "location"):
        raise UpkeepRefused("文件存放在对象存储中，请用对象存储自身的备份恢复文件。")
    return Path(default_storage.location)


def clear_postgres() -> None:
    """All tables and functions of the schema; those who use them are waited for ten seconds. Raises UpkeepRefused."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '10s'")
            cursor.execute(LEFTOVERS)
            for (statement,) in cursor.fetchall():
                cursor.execute(statement)
    except OperationalError as busy:
        raise UpkeepRefused("数据库正在被使用。请先停止网站和后台进程，再恢复。") from busy
