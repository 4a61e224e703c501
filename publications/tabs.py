"""The pages of publishing beside each other."""

from typing import Any

from django.urls import reverse

from accounts.access import routes
from accounts.models import User

PAGES = (
    ("list", "公示"),
    ("terms", "公示期限"),
    ("repairs", "信用修复"),
    ("disclosures", "机构公开信息"),
)


def tabs(user: User, current: str) -> list[dict[str, Any]]:
    """Those that this person may open."""
    table = routes()
    return [
        {"label": label, "url": reverse(f"publications:{name}"), "active": name == current}
        for name, label in PAGES
        if user.roles & table.get(f"publications:{name}", {}).get("GET", frozenset())
    ]
