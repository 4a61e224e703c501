from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    ATTENTION = "attention"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Part:
    """means: how it is, in a sentence; advice: what to do about it, empty when nothing; facts: label and value."""

    level: Level
    means: str
    advice: str = ""
    facts: Sequence[tuple[str, str]] = ()


def worst(*levels: Level) -> Level:
    return max(levels, key=list(Level).index, default=Level.OK)


def long(span: timedelta | float | None) -> str:
    """3 分钟, 2 小时, 5 天: as people say it."""
    if span is None:
        return "—"
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    for size, unit in ((86400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} 秒"


def large(size: float) -> str:
    """1.2 GB out of bytes."""
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:,.1f} GB"
