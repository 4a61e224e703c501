"""The public site's sections: the same for everybody, signed in or not."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class PublicSection:
    key: str
    label: str
    route: str
    is_main: bool = True
    """At the top of every page; the others stand at its foot."""


SECTIONS = (
    PublicSection("results", "抽查结果", "site:results"),
    PublicSection("institutions", "机构查询", "site:institutions"),
    PublicSection("plans", "抽查计划", "site:plans"),
    PublicSection("matters", "抽查事项", "site:matters"),
    PublicSection("campaigns", "抽查活动", "site:campaigns"),
    PublicSection("draws", "抽取记录", "campaigns:public_draws"),
    PublicSection("penalties", "行政处罚", "site:penalties"),
    PublicSection("bulletins", "案例通报", "site:bulletins"),
    PublicSection("complaints", "投诉举报", "visits:complaint_new"),
    PublicSection("figures", "数据图表", "site:figures", is_main=False),
    PublicSection("data", "开放数据", "site:data", is_main=False),
    PublicSection("publications", "全部公示", "site:publications", is_main=False),
    PublicSection("log", "公开日志", "campaigns:public_log", is_main=False),
    PublicSection("verify", "自行核验", "campaigns:verify", is_main=False),
    PublicSection("status", "查询投诉办理", "visits:complaint_status", is_main=False),
    PublicSection("feed", "订阅更新", "site:feed", is_main=False),
)


def public_navigation(active: str = "") -> list[dict[str, Any]]:
    """The sections with their addresses, the one with this key active."""
    return [
        {"label": each.label, "url": _address(each.route), "active": each.key == active, "is_main": each.is_main}
        for each in SECTIONS
    ]


@cache
def _address(route: str) -> str:
    return reverse(route)
