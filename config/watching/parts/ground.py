"""What everything stands on: database, queue, cache, disk, fonts."""

import secrets
import shutil
import time
from dataclasses import dataclass
from functools import cache as remembered
from pathlib import Path

from django.conf import settings
from django.core.cache import cache as django_cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.checks import FONT_FAMILIES, installed_families
from config.watching.parts.part import Level, Part, large
from jobs.models import JobQueue
from jobs.sending import messages_waiting

SLOW_ANSWER_MILLISECONDS = 200


def database() -> Part:
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    took = (time.perf_counter() - started) * 1000
    facts = [("应答", f"{took:.1f} 毫秒"), ("类型", database_name()), ("数据量", large(database_size()))]
    if took > SLOW_ANSWER_MILLISECONDS:
        return Part(
            Level.ATTENTION, "数据库有应答，但很慢。", "查看数据库服务器的负载和磁盘，以及下面的“慢查询”。", facts
        )
    return Part(Level.OK, "数据库正常。", facts=facts)


def database_name() -> str:
    return {"sqlite": "SQLite（单机）", "postgresql": "PostgreSQL"}[connection.vendor]


def database_size() -> int:
    """In bytes, as its server counts them."""
    sql = (
        "SELECT pg_database_size(current_database())"
        if connection.vendor == "postgresql"
        else "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


_seen_applied: set[str] = set()
"""Databases found up to date: what is applied stays so while this process runs."""


def migrations() -> Part:
    missing = missing_migrations()
    if missing:
        return Part(
            Level.BROKEN,
            f"有 {len(missing)} 个数据库变更尚未执行。",
            "升级没有做完：运行 manage.py migrate（docs/how-to/upgrade.md）。",
            [("第一个", missing[0])],
        )
    return Part(Level.OK, "数据库结构与程序一致。")


def missing_migrations() -> list[str]:
    name = str(connection.settings_dict["NAME"])
    if name in _seen_applied:
        return []
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        _seen_applied.add(name)
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def queue() -> Part:
    waiting = messages_waiting()
    if waiting is None:
        return Part(
            Level.BROKEN,
            "队列服务（Redis）没有应答。页面和登记照常，耗时的任务先记下，恢复后自动补做。",
            "检查 redis 服务是否在运行、磁盘是否已满；恢复后 60 秒内会自动补发。",
        )
    facts = [(JobQueue(name).label, f"{count} 条消息") for name, count in waiting.items()]
    return Part(Level.OK, "队列服务正常。", facts=facts)


def cache() -> Part:
    key, value = "watching:probe", secrets.token_hex(8)
    django_cache.set(key, value, 30)
    if django_cache.get(key) != value:
        return Part(
            Level.ATTENTION,
            "缓存不能读写。系统照常，只是公开网站会慢一些。",
            "检查 redis 服务和磁盘空间。",
        )
    return Part(Level.OK, "缓存正常。")


@dataclass(frozen=True, slots=True)
class Disk:
    """key: its name in the metrics; free and total in bytes."""

    key: str
    name: str
    free: int
    total: int


def disks() -> list[Disk]:
    """Of everything this process writes to, each file system once."""
    places = {
        ("data", "数据目录"): Path(settings.DATA_DIR),
        ("media", "上传文件"): Path(settings.MEDIA_ROOT),
        ("anchors", "日志锚点"): Path(settings.LOG_ANCHOR_FILE).parent,
        ("backups", "备份"): Path(settings.BACKUP_DIR or settings.DATA_DIR),
    }
    found: dict[int, Disk] = {}
    for (key, name), place in places.items():
        if place.exists():
            usage = shutil.disk_usage(place)
            found.setdefault(place.stat().st_dev, Disk(key, name, usage.free, usage.total))
    return list(found.values())


def disk() -> Part:
    found = disks()
    least = min(each.free for each in found) // 1024**2
    facts = [(each.name, f"可用 {large(each.free)} / 共 {large(each.total)}") for each in found]
    advice = "清理旧的备份和日志，或者扩大磁盘；不要手工删除数据目录里的文件。"
    if least < settings.DISK_FREE_MEGABYTES // 4:
        return Part(Level.BROKEN, "磁盘快满了，上传、生成文件和备份随时会失败。", advice, facts)
    if least < settings.DISK_FREE_MEGABYTES:
        return Part(Level.ATTENTION, "磁盘空间偏少。", advice, facts)
    return Part(Level.OK, "磁盘空间充足。", facts=facts)


@remembered
def missing_fonts() -> tuple[str, ...]:
    """Fonts come with the image or are installed before the start."""
    return tuple(family for family in FONT_FAMILIES if family not in installed_families())


def fonts() -> Part:
    if missing := missing_fonts():
        return Part(
            Level.ATTENTION,
            "缺少公文字体，生成的 PDF 将改用其他字体。",
            "运行 make setup 安装字体，或者重新构建镜像，然后重启服务。",
            [("缺少", "、".join(missing))],
        )
    return Part(Level.OK, "公文字体齐全。")
