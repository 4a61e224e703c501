"""What every list page shares: the table's looks, its columns, bounded paging and sorting."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode

import django_tables2 as tables
from django.core.paginator import EmptyPage
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.templatetags.wording import amount, cn_date

PAGE_SIZES = (20, 50, 100, 200, 500)
USUAL_PAGE_SIZE = 50
CHOOSE_ALL = SafeString('<input class="form-check-input" type="checkbox" data-choose-all aria-label="全选本页">')

AnyTable = TypeVar("AnyTable", bound=tables.Table)


class ListTable(tables.Table):
    """A table drawn by templates/django_tables2/lianchou.html.

    `swap_target` is the list region that sorting and paging replace by htmx; empty: plain links.
    """

    swap_target = "#list"
    caption = ""

    class Meta:
        attrs = {"class": "table"}


class FigureColumn(tables.Column):
    """Right-aligned figures with thousands separated; `unit` goes behind each."""

    attrs = {"th": {"class": "figures"}, "td": {"class": "figures"}, "tf": {"class": "figures"}}

    def __init__(self, *args: Any, unit: str = "", **kwargs: Any) -> None:
        super().__init__(*args, attrs=self.attrs, **kwargs)
        self.unit = unit

    def render(self, value: Any) -> str:
        return amount(value, self.unit)


class DayColumn(tables.Column):
    """2025-09-15, never broken."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, attrs={"td": {"class": "nowrap"}}, **kwargs)

    def render(self, value: date) -> str:
        return cn_date(value)


class ChooseColumn(tables.Column):
    """A check box per row, named `chosen`, and one in the header that checks all rows of the page."""

    def __init__(self) -> None:
        super().__init__(accessor="pk", orderable=False, attrs={"td": {"class": "choose"}, "th": {"class": "choose"}})

    @property
    def header(self) -> SafeString:
        return CHOOSE_ALL

    def render(self, value: Any, record: Any) -> SafeString:
        return format_html(
            '<input class="form-check-input" type="checkbox" name="chosen" value="{}" data-choose aria-label="选择{}">',
            value,
            record,
        )


def arrange(table: AnyTable, request: HttpRequest) -> AnyTable:
    """Sort and page the table as the address asks, with one of PAGE_SIZES; a page past the end is the last one."""
    table.request = request
    if order := request.GET.getlist(table.prefixed_order_by_field):
        table.order_by = order
    size = _number(request.GET.get(table.prefixed_per_page_field))
    per_page = size if size in PAGE_SIZES else USUAL_PAGE_SIZE
    page = max(_number(request.GET.get(table.prefixed_page_field)), 1)
    try:
        table.paginate(page=page, per_page=per_page)
    except EmptyPage:
        table.paginate(page=table.paginator.num_pages, per_page=per_page)
    return table


def counter(
    request: HttpRequest, label: str, value: int, query: Mapping[str, str], *, unit: str, tone: str = ""
) -> dict[str, Any]:
    """A figure above the list that leads to its rows. query: the filter, empty for all; tone: unless there are none."""
    asked = {name: given for name, given in request.GET.items() if given}
    return {
        "label": label, "value": value, "unit": unit, "tone": tone if value else "",
        "url": f"{request.path}?{urlencode(query) or 'reset=1'}", "active": bool(query) and asked == query,
    }  # fmt: skip


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
