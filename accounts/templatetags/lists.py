"""Links and hidden state of lists: `{% load lists %}`. Used by the table template and the list components."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django_tables2 import Table
from django_tables2.columns import BoundColumn

from accounts.lists import PAGE_SIZES
from accounts.templatetags.wording import icon

register = template.Library()


@register.simple_tag
def sort_link(table: Table, column: BoundColumn) -> SafeString:
    query = _query(table.request, {table.prefixed_order_by_field: column.order_by_alias.next}, table)
    picture = "chevrons-up-down"
    if column.is_ordered:
        picture = "arrow-down" if column.order_by_alias.is_descending else "arrow-up"
    return _link(table, query, format_html("{}{}", column.header, icon(picture, 14)))


@register.simple_tag
def page_link(table: Table, number: int, words: Any) -> SafeString:
    return _link(table, _query(table.request, {table.prefixed_page_field: number}), words)


@register.simple_tag
def page_size_link(table: Table, size: int) -> SafeString:
    return _link(table, _query(table.request, {table.prefixed_per_page_field: size}, table), size)


@register.filter
def page_sizes(table: Table) -> list[int]:
    """The sizes worth offering: all up to the first that shows every row."""
    count = table.paginator.count
    enough = next((size for size in PAGE_SIZES if size >= count), PAGE_SIZES[-1])
    return [size for size in PAGE_SIZES if size <= enough]


@register.simple_tag
def list_state(table: Table) -> SafeString:
    """Sorting and page size as hidden fields of the filter form, so that a new filter keeps them."""
    names = (table.prefixed_order_by_field, table.prefixed_per_page_field)
    request = getattr(table, "request", None)
    pairs = [(name, value) for name in names for value in request.GET.getlist(name)] if request else []
    return format_html_join("", '<input type="hidden" form="filters" name="{}" value="{}">', pairs)


@register.filter
def uses_folded(filterset: Any, shown: int | None = None) -> bool:
    """A filter beyond the first `shown` is set, so the fold must stand open."""
    folded = filterset.form.visible_fields()[shown or 4 :]
    return any(field.value() not in (None, "", [], False) for field in folded)


@register.filter
def chart_rows(data: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    """[(category, [value of each series])] for the table beside a chart."""
    columns = [series["values"] for series in data["series"]]
    return [(category, [column[row] for column in columns]) for row, category in enumerate(data["categories"])]


@register.simple_tag
def chart_link(data: dict[str, Any], row: int, column: int | None = None) -> str:
    """Where the rows behind the figures of that category are, or behind the one figure of the series in that column;
    empty when the chart does not say, and for a zero."""
    if column is not None:
        series = data["series"][column]
        return str(series["urls"][row]) if series.get("urls") and series["values"][row] else ""
    urls = data.get("urls") or []
    return str(urls[row]) if row < len(urls) else ""


def _query(request: HttpRequest, changes: dict[str, Any], restart: Table | None = None) -> str:
    """The address's query with changes; back to the first page of `restart`."""
    query = request.GET.copy()
    if restart is not None:
        query.pop(restart.prefixed_page_field, None)
    for name, value in changes.items():
        query[name] = str(value)
    return query.urlencode()


def _link(table: Table, query: str, words: Any) -> SafeString:
    target = getattr(table, "swap_target", "")
    if not target:
        return format_html('<a href="?{}">{}</a>', query, words)
    swap = 'hx-get="{}?{}" hx-target="{}" hx-push-url="true"'
    attributes = format_html(swap, table.request.path, query, target)
    return format_html('<a href="?{}" {}>{}</a>', query, attributes, words)
