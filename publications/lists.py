"""The bureau's list of publications: filters, counters and table."""

from collections.abc import Iterator
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import DayColumn, ListTable, counter
from accounts.models import Bureau
from accounts.templatetags.wording import status_tag
from campaigns.models import Campaign
from publications.models import Publication, PublicationKind, PublicationVersion
from publications.states import VersionState
from selftest.review_filters import SEARCH

TONES = {
    VersionState.DRAFT: "plain",
    VersionState.PROPOSED: "waiting",
    VersionState.APPROVED: "waiting",
    VersionState.PUBLISHED: "done",
    VersionState.SUPERSEDED: "plain",
    VersionState.WITHDRAWN: "refused",
}
COUNTERS = (
    ("起草", VersionState.DRAFT, ""),
    ("待审批", VersionState.PROPOSED, "waiting"),
    ("待公布", VersionState.APPROVED, "waiting"),
    ("已公示", VersionState.PUBLISHED, "done"),
    ("已撤回", VersionState.WITHDRAWN, ""),
)


def version_tag(version: PublicationVersion) -> SafeString:
    state = VersionState(version.state)
    return status_tag(state.label, TONES[state])


def for_lists(found: QuerySet[Publication]) -> QuerySet[Publication]:
    """With title, number, state and the moments of the last version, and when one was first public."""
    versions = PublicationVersion.objects.filter(publication=OuterRef("pk"))
    last = versions.order_by("-number")
    first = versions.filter(published_at__isnull=False).order_by("number")
    return found.select_related("bureau", "campaign").annotate(
        last_title=Subquery(last.values("title")[:1]), last_number=Subquery(last.values("number")[:1]),
        last_state=Subquery(last.values("state")[:1]), not_before=Subquery(last.values("not_before")[:1]),
        published_at=Subquery(first.values("published_at")[:1]),
    )  # fmt: skip


class PublicationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="标题", method="search", widget=SEARCH)
    state = django_filters.ChoiceFilter(
        label="状态", choices=VersionState.choices, field_name="last_state", empty_label="全部"
    )
    kind = django_filters.ChoiceFilter(label="类别", choices=PublicationKind.choices, empty_label="全部")
    year = django_filters.NumberFilter(label="年度")
    bureau = django_filters.ModelChoiceFilter(label="公示单位", queryset=Bureau.objects.none(), empty_label="全部")
    campaign = django_filters.ModelChoiceFilter(label="抽查活动", queryset=Campaign.objects.none(), empty_label="全部")

    class Meta:
        model = Publication
        fields = ("q", "state", "kind", "year", "bureau", "campaign")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.queryset.order_by()
        self.filters["bureau"].queryset = Bureau.objects.filter(pk__in=rows.values("bureau"))
        self.filters["campaign"].queryset = Campaign.objects.filter(pk__in=rows.values("campaign"))

    def search(self, rows: QuerySet[Publication], name: str, text: str) -> QuerySet[Publication]:
        return rows.filter(Q(last_title__icontains=text.strip()) | Q(code__icontains=text.strip()))


class PublicationTable(ListTable):
    caption = "公示"
    title = tables.Column("标题", accessor="last_title", order_by="last_title")
    kind = tables.Column("类别")
    bureau = tables.Column("公示单位", accessor="bureau__short_name", order_by="bureau_id")
    number = tables.Column("版本", accessor="last_number")
    state = tables.Column("状态", accessor="last_state")
    published_at = DayColumn(verbose_name="首次公布", default="—")

    class Meta(ListTable.Meta):
        model = Publication
        fields = ("title", "kind", "bureau", "number", "state", "published_at")
        attrs = {"class": "table", "id": "publications"}

    def render_title(self, value: str, record: Publication) -> SafeString:
        return format_html(
            '<a href="{}">{}</a><br><span class="code quiet">{}</span>', record.get_absolute_url(), value, record.code
        )

    def render_number(self, value: int) -> str:
        return f"第 {value} 版"

    def render_state(self, value: str, record: Any) -> SafeString:
        tag = status_tag(VersionState(value).label, TONES[VersionState(value)])
        if value == VersionState.APPROVED and record.not_before:
            return format_html('{}<br><span class="quiet">{} 公布</span>', tag, f"{record.not_before:%Y-%m-%d}")
        return tag


def stats(request: HttpRequest, rows: QuerySet[Publication]) -> Iterator[dict[str, Any]]:
    figures = rows.order_by().aggregate(
        all=Count("pk"), **{str(state): Count("pk", filter=Q(last_state=state)) for _, state, _ in COUNTERS}
    )
    yield counter(request, "全部公示", figures["all"], {}, unit="项")
    for label, state, tone in COUNTERS:
        yield counter(request, label, figures[str(state)], {"state": str(state)}, unit="项", tone=tone)
