"""The staff site's sections, as far as the person at the screen may open them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.access import routes
from accounts.models import User


@dataclass(frozen=True, slots=True)
class Section:
    label: str
    icon: str
    route: str
    prefix: str | tuple[str, ...]


SECTIONS = (
    Section("工作台", "layout-dashboard", "workbench", "/workbench/"),
    Section("抽查活动", "clipboard-list", "campaigns:list", "/campaigns/"),
    Section("检查任务", "list-checks", "campaigns:tasks", "/tasks/"),
    Section("现场检查", "calendar-days", "visits:calendar", "/visits/"),
    Section("现场录入", "smartphone", "visits:onsite", "/onsite/"),
    Section("工作看板", "gauge", "visits:board", "/board/"),
    Section("线索移送", "send", "visits:referrals", "/referrals/"),
    Section("投诉举报", "megaphone", "visits:complaints", "/complaints/"),
    Section("机构自查", "clipboard-check", "selftest:my", "/my/selfchecks/"),
    Section("机构自查", "clipboard-check", "selftest:rounds", ("/selfchecks/", "/forms/")),
    Section("处理与整改", "gavel", "visits:rectifications", ("/rectifications/", "/measures/")),
    Section("整改", "wrench", "visits:own_rectifications", "/my/rectifications/"),
    Section("抽取依据", "scale", "campaigns:own_draws", "/my/draws/"),
    Section("选派依据", "scale", "campaigns:assignments", "/my/assignments/"),
    Section("检查对象名录库", "building-2", "institutions:list", "/institutions/"),
    Section("检查人员名录库", "users", "inspectors:list", "/inspectors/"),
    Section("抽查事项清单", "book-open", "campaigns:matters", "/matters/"),
    Section("公示", "megaphone", "publications:list", "/publications/"),
    Section("信息公开", "megaphone", "publications:own", "/my/publications/"),
    Section("统计", "chart-column", "reports:statistics", "/reports/"),
    Section("信息报送", "send-horizontal", "reports:duties", "/reports/duties/"),
    Section("公文", "file-text", "reports:documents", "/reports/documents/"),
    Section("报表", "file-spreadsheet", "reports:sheets", ("/reports/sheets/", "/reports/campaigns/")),
    Section("我的文件", "folder-down", "jobs:list", "/files/"),
    Section("后台任务", "server-cog", "jobs:overview", "/files/all/"),
    Section("公开日志锚点", "anchor", "campaigns:log_heads", "/log-heads/"),
    Section("系统状态", "heart-pulse", "status", "/status/"),
    Section("用户与角色", "user-cog", "accounts:users", "/accounts/users/"),
    Section("机关单位与区划", "landmark", "accounts:bureaus", "/accounts/bureaus/"),
    Section("工作日历", "calendar-cog", "accounts:calendar", "/accounts/calendar/"),
    Section("审计记录", "shield-check", "accounts:audit", "/accounts/audit/"),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation` is the list of sections this user may open, the current one active."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": []}
    sections = [section for section in SECTIONS if _may_open(user, section)]
    closest = max((_closeness(section, request.path) for section in sections), default=0)
    return {"navigation": [_item(section, _closeness(section, request.path) == closest > 0) for section in sections]}


def _closeness(section: Section, path: str) -> int:
    """How much of the path the section's own begins it with: of 统计 and 报表 below it, only one is current."""
    prefixes = (section.prefix,) if isinstance(section.prefix, str) else section.prefix
    return max((len(prefix) for prefix in prefixes if path.startswith(prefix)), default=0)


def _may_open(user: User, section: Section) -> bool:
    audience = routes().get(section.route, {}).get("GET", frozenset())
    return bool(user.roles & audience)


def _item(section: Section, is_current: bool) -> dict[str, Any]:
    return {
        "label": section.label,
        "icon": section.icon,
        "url": reverse(section.route),
        "active": is_current,
    }
