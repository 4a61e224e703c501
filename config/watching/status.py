"""系统状态: how each part of the running system is, in words for the system administrator."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import Request
from config.watching.parts import ESSENTIAL, FOR_PEOPLE, FURTHER, Level, Part, looked_at

TITLES = {
    "database": "数据库",
    "migrations": "数据库结构",
    "queue": "队列服务",
    "cache": "缓存",
    "disk": "磁盘",
    "fonts": "公文字体",
    "workers": "工作进程",
    "clock": "定时器",
    "waiting": "等待的任务",
    "failed": "失败的任务",
    "hosts": "主机时钟",
    "slow": "慢查询",
    "backup": "备份",
    "log_head": "公开日志的外部留存",
}
GROUPS = (
    ("基础", ("database", "migrations", "queue", "cache", "disk", "fonts")),
    ("任务", ("workers", "clock", "waiting", "failed", "hosts")),
    ("保障", ("backup", "log_head", "slow")),
)
LABELS = {Level.OK: ("正常", "done"), Level.ATTENTION: ("注意", "waiting"), Level.BROKEN: ("故障", "overdue")}


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    part: Part

    @property
    def word(self) -> str:
        return LABELS[self.part.level][0]

    @property
    def tone(self) -> str:
        return LABELS[self.part.level][1]

    @property
    def facts(self) -> list[dict[str, str]]:
        return [{"label": label, "value": value} for label, value in self.part.facts]


@require_safe
def status(request: Request) -> HttpResponse:
    parts = looked_at(ESSENTIAL | FURTHER | FOR_PEOPLE)
    groups = [(title, [Row(TITLES[key], parts[key]) for key in keys]) for title, keys in GROUPS]
    context = {
        "groups": groups,
        "summary": summary(list(parts.values())),
        "versions": versions(),
        "at": timezone.now(),
    }
    return render(request, "status.html", context)


def summary(parts: Sequence[Part]) -> dict[str, str]:
    broken, attention = (sum(part.level is level for part in parts) for level in (Level.BROKEN, Level.ATTENTION))
    if broken:
        more = f"，另有 {attention} 项需要注意" if attention else ""
        return {"tone": "error", "title": f"{broken} 项有故障{more}", "text": "先处理标为“故障”的各项，从上到下。"}
    if attention:
        return {"tone": "warning", "title": f"系统可以使用，{attention} 项需要注意", "text": "请在今天内处理。"}
    return {"tone": "success", "title": "一切正常", "text": ""}


def versions() -> list[dict[str, str]]:
    return [
        {"label": "系统版本", "value": str(settings.SPECTACULAR_SETTINGS["VERSION"])},
        {"label": "运行方式", "value": "正式运行" if settings.PRODUCTION else "单机"},
        {"label": "Python", "value": platform.python_version()},
        {"label": "Django", "value": version("django")},
    ]
