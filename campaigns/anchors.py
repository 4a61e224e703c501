"""Anchors: heads of the public log kept outside the database, so that an older backup put in its place shows.

The file LOG_ANCHOR_FILE holds one line per head: number, digest, time, where it comes from, tab-separated. Whoever
restores a database leaves that file alone; the log is then behind it, and nothing is frozen or drawn until the right
state is back. What the file once says of a number stays: a log that took another turn writes nothing over it.
"""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from campaigns import draw as engine
from campaigns.errors import CampaignError
from campaigns.models import LogEntry

logger = logging.getLogger(__name__)

WRITTEN = "日志写入"
WHAT_TO_DO = "请停止操作，通知系统管理员和监督人员，找回最新的数据后再办理。"


class LogNotTrusted(CampaignError):
    """The public log is not what it was, or does not reach as far as a head that was made known."""

    def __init__(self, what_is_wrong: str) -> None:
        super().__init__(f"{what_is_wrong}{WHAT_TO_DO}")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that was made known: entry `number` had this digest. at: RFC 3339; origin: where it is from, in words."""

    number: int
    digest: str
    at: str
    origin: str

    @property
    def line(self) -> str:
        return f"{self.number}\t{self.digest}\t{self.at}\t{' '.join(self.origin.split())}\n"


def anchor_file() -> Path:
    return Path(settings.LOG_ANCHOR_FILE)


def all_anchors() -> list[Anchor]:
    """In the order in which they were kept. Lines cut off by a crash say nothing and are passed over."""
    path = anchor_file()
    return list(_read(path.read_text(encoding="utf-8"))) if path.exists() else []


def _read(text: str) -> Iterator[Anchor]:
    for line in text.splitlines():
        match line.split("\t"):
            case [number, digest, at, origin] if number.isdigit() and len(digest) == len(engine.GENESIS):
                yield Anchor(int(number), digest, at, origin)


def keep(anchor: Anchor) -> bool:
    """Write the head down outside the database. False, and an error for the server's keeper, when the log does not
    hold the furthest head that was kept before: then the database is not the one that wrote it."""
    furthest = max(all_anchors(), key=lambda each: each.number, default=anchor)
    if furthest.number and not LogEntry.objects.filter(number=furthest.number, digest=furthest.digest).exists():
        logger.error("log entry %s is not anchored: the log differs from what was anchored before", anchor.number)
        return False
    append_line(anchor)
    return True


def append_line(anchor: Anchor) -> None:
    path = anchor_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        os.write(descriptor, anchor.line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
