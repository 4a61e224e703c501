"""Invented data for the style guide; no institution or person here exists."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from accounts.awaiting import Awaited
from config.styleguide.controls import CITIES, DOMAINS

DIGEST = "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069"


def staff_page() -> dict[str, Any]:
    return {
        "navigation": navigation(),
        "todo_url": "#todo",
        "todo_count": 12,
        "product_version": "0.1.0",
        "crumbs": [("抽查活动", "#campaigns"), ("大同市 2025 年检验检测机构监督抽查", "#campaign"), ("组件", "")],
        "tabs": tabs(),
        "stages": stages(),
        "stats": stats(),
        "preview": {"population": 137, "left_out": 9, "size": 13},
        "problems": problems(),
        "running": running_job(),
        "finished": finished_job(),
        "failed": job(state="failed", is_open=False, error="第 3 条计划条目：符合条件的机构只有 9 家，不足 10 家。"),
        "days": days(),
        "awaited": awaited(),
        "digest": DIGEST,
        "people": people(),
        "facts": facts(),
        "events": events(),
        "by_city": by_city(),
        "by_domain": by_domain(),
        "tones": [
            ("已抽取", "done"),
            ("进行中", "current"),
            ("待确认", "waiting"),
            ("已逾期", "overdue"),
            ("已退回", "refused"),
            ("草稿", "plain"),
        ],
    }


def navigation() -> list[dict[str, Any]]:
    sections = [
        ("工作台", "layout-dashboard"),
        ("抽查活动", "clipboard-list"),
        ("检查任务", "list-checks"),
        ("检查对象名录库", "building-2"),
        ("检查人员名录库", "users"),
        ("抽查事项清单", "book-open"),
        ("统计", "chart-column"),
        ("我的文件", "folder-down"),
    ]
    return [
        {"label": label, "icon": icon, "url": f"#{icon}", "active": label == "抽查活动"} for label, icon in sections
    ]


def tabs() -> list[dict[str, Any]]:
    return [
        {"label": "计划条目", "url": "#lines", "active": True, "count": 3},
        {"label": "任务", "url": "#tasks", "count": 30},
        {"label": "人员", "url": "#people"},
        {"label": "文件", "url": "#files"},
        {"label": "记录", "url": "#log"},
    ]


def stages() -> list[dict[str, Any]]:
    blocker = "生态环境局尚未答复第 2 条计划条目，请其联络员在 9月12日 前确认。"
    return [
        {"name": "计划", "dates": "8月20日", "state": "done", "url": "#plan"},
        {"name": "协商", "dates": "9月1日–12日", "state": "blocked", "blocker": blocker},
        *(
            {"name": name, "dates": dates, "state": "todo"}
            for name, dates in [
                ("冻结", "9月15日"),
                ("抽取", "9月16日"),
                ("派发", "9月18日"),
                ("检查", "9月–10月"),
                ("处置", "11月"),
                ("公示", "11月30日前"),
                ("归档", "12月"),
            ]
        ),
    ]


def stats() -> list[dict[str, Any]]:
    return [
        {"label": "名录库机构", "value": 1904, "unit": "家", "url": "#all"},
        {"label": "证书三个月内到期", "value": 37, "unit": "家", "url": "#expiring", "tone": "waiting"},
        {
            "label": "任务逾期",
            "value": 4,
            "unit": "项",
            "url": "#overdue",
            "tone": "overdue",
            "note": "最久 6 个工作日",
        },
        {"label": "已检查", "value": 26, "unit": "家", "tone": "done", "note": "共抽取 30 家"},
    ]


def problems() -> list[dict[str, str]]:
    return [
        {
            "where": "计划条目 2",
            "what": "生态环境监测领域符合条件的机构 9 家，抽取数量为 10 家。",
            "todo": "把数量改为 9 家以内，或放宽排除条件。",
        },
        {
            "where": "计划条目 3",
            "what": "新荣区市场监督管理局只有 1 名双证检查人员，不足 2 名。",
            "todo": "从市局或邻近县区选派。",
            "source": "《市场监督管理行政处罚程序规定》第二十三条",
        },
    ]


def job(**values: Any) -> SimpleNamespace:
    usual = {"pk": values["state"], "title": "冻结抽查名单", "done": 0, "total": 0, "percent": 0, "message": ""}
    return SimpleNamespace(**usual | {"error": "", "file": None, "file_name": "", "next_url": ""} | values)


def running_job() -> SimpleNamespace:
    return job(state="running", is_open=True, done=1240, total=1900, percent=65, message="正在核对名录库")


def finished_job() -> SimpleNamespace:
    return job(state="done", is_open=False, message="共 1,900 家，用时 12 秒", next_url="#result")


def days() -> list[dict[str, Any]]:
    today = timezone.localdate()
    return [
        {"on": today + timedelta(days=40), "soft": True, "is_done": False},
        {"on": today + timedelta(days=2), "soft": False, "is_done": False},
        {"on": today - timedelta(days=8), "soft": False, "is_done": False},
        {"on": today - timedelta(days=20), "soft": False, "is_done": True},
    ]


def awaited() -> list[Awaited]:
    today = timezone.localdate()
    return [
        Awaited("审核检查结果：平城区市场监管局", "组长或者大同市市场监管局", today + timedelta(days=2), "#results"),
        Awaited("联合研判，认定检查结果", "大同市市场监管局"),
    ]


def people() -> list[dict[str, str]]:
    return [
        {"name": "赵明远", "role": "组长，执法人员", "bureau": "平城区市场监督管理局", "phone": "0352-0000001"},
        {
            "name": "钱文静",
            "role": "执法人员",
            "bureau": "大同市生态环境局平城分局",
            "note": "已回避更换",
            "tone": "waiting",
        },
        {"name": "孙立", "role": "专家", "bureau": "山西省机动车检测研究所（演示）"},
    ]


def facts() -> list[dict[str, Any]]:
    return [
        {"label": "机构名称", "value": "大同市恒远机动车检测有限公司（演示）", "wide": True},
        {"label": "统一社会信用代码", "value": "91140200MA0K000000", "code": True},
        {"label": "资质认定证书", "value": "230400000000", "code": True, "note": "有效期至 2029-03-14"},
        {"label": "所在区县", "value": "平城区"},
        {"label": "领域", "value": "机动车检验", "url": "#domain"},
        {"label": "联系电话", "value": ""},
        {"label": "法定代表人", "value": "李青山"},
    ]


def events() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "at": now,
            "who": "周航",
            "what": "退回第 2 条计划条目",
            "details": ["抽取数量：10 家 → 9 家"],
            "tone": "waiting",
        },
        {"at": now - timedelta(hours=3), "who": "吴敏", "what": "确认第 1 条计划条目", "tone": "done"},
        {"at": now - timedelta(days=2), "who": "郑怀", "what": "新建抽查活动"},
    ]


def by_city() -> dict[str, Any]:
    return {
        "kind": "bar",
        "category_label": "区县",
        "unit": "家",
        "categories": CITIES[:6],
        "series": [
            {"name": "名录库", "values": [61, 34, 12, 15, 9, 6]},
            {"name": "抽取", "values": [7, 4, 2, 2, 1, 1]},
        ],
    }


def by_domain() -> dict[str, Any]:
    return {
        "kind": "column",
        "category_label": "领域",
        "unit": "家",
        "categories": DOMAINS,
        "series": [{"name": "抽取", "values": [14, 7, 5, 3, 1]}],
    }


def institutions() -> list[dict[str, Any]]:
    today = timezone.localdate()
    return [
        {
            "pk": number,
            "name": f"{CITIES[number % 10][:-1]}{'恒远安信同泰鸿达'[number % 4 * 2 :][:2]}检测有限公司（演示 {number}）",
            "code": f"9114020{number % 10}MA0K{number:05d}X",
            "city": CITIES[number % 10],
            "domain": DOMAINS[number % 5],
            "sites": number % 3 + 1,
            "valid_to": today + timedelta(days=number * 17 % 1500),
            "state": "停业" if number % 11 == 0 else "注销" if number % 17 == 0 else "在营",
        }
        for number in range(1, 121)
    ]


def demo_accounts() -> list[dict[str, str]]:
    rows = [
        ("牵头单位经办人", "赵明远", "datong-officer", "新建活动，预览、冻结、抽取"),
        ("县局经办人", "钱文静", "pingcheng-officer", "下载任务清单，确定配合人员"),
        ("监督见证人", "孙立", "datong-witness", "旁观抽取，提交随机数，复核结果"),
    ]
    return [
        {"role": role, "name": name, "username": username, "password": "Demo-2025-only", "what_to_try": what}
        for role, name, username, what in rows
    ]


def public_page() -> dict[str, Any]:
    labels = ["抽查计划", "抽取记录", "检查结果", "检验检测机构"]
    return {
        "public_navigation": [
            {"label": label, "url": f"#{label}", "active": label == "抽取记录", "is_main": True} for label in labels
        ],
        "search_url": "#search",
        "digest": DIGEST,
        "facts": facts(),
        "product_version": "0.1.0",
    }
