"""Facts of one person as their page shows them."""

from datetime import date
from typing import Any

from accounts.templatetags.wording import cn_date
from inspectors.models import Expert, Inspector
from inspectors.tables import domain_words
from institutions.queries import region_label


def inspector_facts(inspector: Inspector, *, shows_phone: bool) -> list[dict[str, Any]]:
    matters = "、".join(matter.name for matter in inspector.matters.all())
    items: list[dict[str, Any]] = [
        {"label": "人员编号", "value": inspector.number, "code": True},
        {"label": "所在单位", "value": inspector.bureau.name},
        {"label": "职务", "value": inspector.position},
        {"label": "可任组长", "value": "是" if inspector.can_lead else "否"},
        {"label": "可检查领域", "value": domain_words(inspector.domains), "wide": True},
        {"label": "执法事项", "value": matters or "不限", "wide": True},
    ]
    if shows_phone:
        items.append({"label": "联系电话", "value": inspector.phone})
        items.append({"label": "登录账号", "value": inspector.user.username if inspector.user else "没有关联"})
    return items


def certificate_rows(inspector: Inspector, day: date) -> list[dict[str, Any]]:
    """The two certificates with what must be said of each on that day."""
    certificates = (
        ("部门执法证", inspector.department_certificate, inspector.department_certificate_until),
        ("省政府执法证", inspector.province_certificate, inspector.province_certificate_until),
    )
    return [
        {"label": label, "number": number, "until": until, **_verdict(number, until, day)}
        for label, number, until in certificates
    ]


def _verdict(number: str, until: date | None, day: date) -> dict[str, str]:
    if not number:
        return {"tag": "没有登记", "tone": "overdue"}
    if until is None:
        return {"tag": "未填有效期", "tone": "overdue"}
    left = (until - day).days
    if left < 0:
        return {"tag": "已过有效期", "tone": "overdue"}
    return {"tag": f"剩 {left} 天", "tone": "waiting"} if left <= 90 else {"tag": "有效", "tone": "done"}


def expert_facts(expert: Expert, *, shows_phone: bool) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = [
        {"label": "专家编号", "value": expert.number, "code": True},
        {
            "label": "工作单位",
            "value": expert.employer,
            "note": "名录库中的检验检测机构" if expert.employer_institution_id else "",
        },
        {"label": "职称", "value": expert.title},
        {"label": "所在地区", "value": region_label(expert.region)},
        {"label": "擅长领域", "value": domain_words(expert.domains, "—"), "wide": True},
    ]
    if shows_phone:
        items.append({"label": "联系电话", "value": expert.phone})
    if expert.is_banned:
        items.append({"label": "禁用", "value": f"{cn_date(expert.banned_on)}起：{expert.banned_reason}", "wide": True})
    return items
