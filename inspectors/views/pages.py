"""What the pages of the second pool share."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.access import routes
from accounts.http import Request
from inspectors.models import Expert, Inspector
from inspectors.queries import pending_conflicts
from institutions.views.pool import download

TABS = (
    ("inspectors:list", "检查人员"),
    ("inspectors:experts", "专家"),
    ("inspectors:conflicts", "回避关系"),
    ("inspectors:leaves", "请假"),
)


def pool_tabs(request: Request, current: str) -> list[dict[str, Any]]:
    pending = pending_conflicts(request.user) or None
    return [
        {
            "label": label,
            "url": reverse(route),
            "active": route == current,
            "count": pending if route == "inspectors:conflicts" else None,
        }
        for route, label in TABS
        if request.user.roles & routes()[route]["GET"]
    ]


def form_page(
    request: Request, form: BaseForm, title: str, back: str, *, person: Inspector | Expert | None = None, **more: Any
) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "person": person, **more}
    return render(request, "inspectors/form.html", context)


__all__ = ["download", "form_page", "pool_tabs"]
