"""The list of official documents: filters, table, counters."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import Count, Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import DayColumn, ListTable
from accounts.models import Bureau
from accounts.templatetags.wording import status_tag
from campaigns.models import Campaign
from reports.models import Document
from reports.models.documents import DocumentKind
from reports.states import DocumentState

TONES = {
    DocumentState.DRAFT: "plain", DocumentState.PRESENTED: "waiting", DocumentState.ISSUED: "done",
    DocumentState.WITHDRAWN: "refused", DocumentState.DROPPED: "plain",
}  # fmt: skip
COUNTERS = (
    (DocumentState.DRAFT, ""), (DocumentState.PRESENTED, "waiting"), (DocumentState.ISSUED, "done"),
    (DocumentState.WITHDRAWN, "refused"),
)  # fmt: skip


class DocumentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label="标题或文号", method="search", widget=forms.SearchInput(attrs={"placeholder": "标题、发文字号"})
    )
    state = django_filters.ChoiceFilter(label="状态", choices=DocumentState.choices, empty_label="全部")
    kind = django_filters.ChoiceFilter(label="文种", choices=DocumentKind.choices, empty_label="全部")
    campaign = django_filters.ModelChoiceFilter(label="抽查活动", queryset=Campaign.objects.none(), empty_label="全部")
    bureau = django_filters.ModelChoiceFilter(label="发文单位", queryset=Bureau.objects.none(), empty_label="全部")

    class Meta:
        model = Document
        fields = ("q", "state", "kind", "campaign", "bureau")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.queryset.order_by()
        self.filters["campaign"].queryset = Campaign.objects.filter(pk__in=rows.values("campaign"))
        self.filters["bureau"].queryset = Bureau.objects.filter(pk__in=rows.values("bureau"))

    def search(self, rows: QuerySet[Document], name: str, text: str) -> QuerySet[Document]:
        words = text.strip()
        return rows.filter(Q(title__icontains=words) | Q(number__icontains=words))


class DocumentTable(ListTable):
    caption = "公文"
    title = tables.Column("标题", linkify=True)
    kind = tables.Column("文种")
    number = tables.Column("发文字号", default="—")
    issued_on = DayColumn(verbose_name="成文日期", default="—")
    bureau = tables.Column("发文单位", accessor="bureau__short_name", order_by="bureau_id")
    state = tables.Column("状态")
    created_at = DayColumn(verbose_name="起草")

    class Meta(ListTable.Meta):
        model = Document
        fields = ("title", "kind", "number", "issued_on", "bureau", "state", "created_at")
        attrs = {"class": "table", "id": "documents"}

    def render_state(self, record: Document) -> SafeString:
        return document_tag(record)

    def render_number(self, value: str) -> SafeString:
        return format_html('<span class="nowrap">{}</span>', value)


def document_tag(document: Document) -> SafeString:
    state = DocumentState(document.state)
    return status_tag(state.label, TONES[state])


def documents_for_lists(rows: QuerySet[Document]) -> QuerySet[Document]:
    return rows.select_related("bureau", "campaign")


def document_stats(rows: QuerySet[Document], asked: Any, path: str) -> Iterator[dict[str, Any]]:
    counted = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    for state, tone in COUNTERS:
        number = counted.get(state, 0)
        yield {
            "label": state.label, "value": number, "unit": "件", "tone": tone if number else "",
            "url": f"{path}?{urlencode({'state': state})}", "active": asked.get("state") == state,
        }  # fmt: skip
