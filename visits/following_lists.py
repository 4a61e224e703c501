"""The bureau's lists of measures and rectifications: filters, counters and tables."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

import django_filters
import django_tables2 as tables
from django.db import models
from django.db.models import Count, ExpressionWrapper, Max, Model, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import DayColumn, ListTable
from accounts.models import Bureau, User
from accounts.templatetags.wording import amount, cn_date, deadline_words, status_tag
from campaigns.models import Campaign
from selftest.review_filters import SEARCH, matches
from selftest.review_tables import named
from visits.codes import MeasureKind
from visits.measures import waiting_words
from visits.models import Extension, Measure, Rectification, RectificationReport
from visits.rules import OFFICERS
from visits.states import OPEN_RECTIFICATIONS, MeasureState, RectificationState

SOON = timedelta(days=7)
MEASURE_TONES = {
    MeasureState.PLANNED: "waiting",
    MeasureState.DECIDED: "current",
    MeasureState.DONE: "done",
    MeasureState.DROPPED: "plain",
}
RECTIFICATION_TONES = {
    RectificationState.ORDERED: "current",
    RectificationState.REPORTED: "waiting",
    RectificationState.RETURNED: "refused",
    RectificationState.VERIFIED: "done",
}
MEASURE_COUNTERS = (
    ("待作出决定", "planned", "waiting"),
    ("已决定，待执行", "decided", "current"),
    ("已执行", "done", "done"),
)
RECTIFICATION_COUNTERS = (
    ("整改中", "open", ""),
    ("逾期", "overdue", "overdue"),
    ("七天内到期", "soon", "waiting"),
    ("待复查", "reported", "waiting"),
    ("待决定的延期", "extension", "waiting"),
    ("已整改到位", "verified", "done"),
)

Row = TypeVar("Row", bound=Model)


def asked_of(request: HttpRequest, user: User) -> QueryDict:
    """The address as it is; where it does not say whose rows are wanted, officers see those of their own bureau."""
    if "bureau" in request.GET or not user.has_role(*OFFICERS):
        return request.GET
    asked = request.GET.copy()
    asked["bureau"] = user.bureau_id or ""
    return asked


def tabs(current: str) -> list[dict[str, Any]]:
    """The two lists beside each other."""
    labels = {"rectifications": "整改", "measures": "处理措施"}
    return [
        {"label": label, "url": reverse(f"visits:{name}"), "active": name == current} for name, label in labels.items()
    ]


class FollowingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="机构", method="search", widget=SEARCH)
    bureau = django_filters.ModelChoiceFilter(label="作出单位", queryset=Bureau.objects.none(), empty_label="全部")
    campaign = django_filters.ModelChoiceFilter(
        label="抽查活动", queryset=Campaign.objects.none(), field_name="task__campaign", empty_label="全部"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = set(self.queryset.order_by().values_list("bureau", "task__campaign").distinct())
        bureaus = {self.request.user.bureau_id, *(bureau for bureau, _ in found)} - {None}
        self.filters["bureau"].queryset = Bureau.objects.filter(pk__in=bureaus)
        self.filters["campaign"].queryset = Campaign.objects.filter(pk__in={campaign for _, campaign in found})

    def search(self, rows: QuerySet[Row], name: str, text: str) -> QuerySet[Row]:
        return rows.filter(matches(text.strip(), "task__institution__") | Q(task__number__icontains=text.strip()))


class MeasureFilter(FollowingFilter):
    status = django_filters.ChoiceFilter(
        label="状态", choices=MeasureState.choices, field_name="state", empty_label="全部"
    )
    kind = django_filters.ChoiceFilter(label="处理措施", choices=MeasureKind.choices, empty_label="全部")
    target = django_filters.ChoiceFilter(label="对象", choices=Measure.Target.choices, empty_label="全部")

    class Meta:
        model = Measure
        fields = ("q", "status", "kind", "bureau", "campaign", "target")


class RectificationFilter(FollowingFilter):
    DERIVED = (
        ("open", "整改中（未办结）"), ("overdue", "逾期"), ("soon", "七天内到期"), ("extension", "待决定的延期"),
        ("escalated", "已上报逾期"),
    )  # fmt: skip

    status = django_filters.ChoiceFilter(
        label="状态", choices=(*DERIVED, *RectificationState.choices), method="in_status", empty_label="全部"
    )

    class Meta:
        model = Rectification
        fields = ("q", "status", "bureau", "campaign")

    def in_status(self, rows: QuerySet[Rectification], name: str, status: str) -> QuerySet[Rectification]:
        return rows.filter(in_status(status))


def in_status(status: str) -> Q:
    """Rectifications in one of their states, or in one that follows from their day."""
    today = timezone.localdate()
    is_open = Q(state__in=OPEN_RECTIFICATIONS)
    if status == "open":
        return is_open
    if status == "overdue":
        return is_open & Q(due_on__lt=today)
    if status == "soon":
        return is_open & Q(due_on__gte=today, due_on__lte=today + SOON)
    if status == "escalated":
        return is_open & Q(escalated_at__isnull=False)
    if status == "extension":
        return Q(pk__in=Extension.objects.filter(is_granted__isnull=True).values("rectification"))
    return Q(state=status)


def measure_stats(rows: QuerySet[Measure], asked: QueryDict, path: str) -> Iterator[dict[str, Any]]:
    conditions = {status: Q(state=status) for _, status, _ in MEASURE_COUNTERS}
    yield from _stats(rows, conditions, MEASURE_COUNTERS, asked, path)


def rectification_stats(rows: QuerySet[Rectification], asked: QueryDict, path: str) -> Iterator[dict[str, Any]]:
    conditions = {status: in_status(status) for _, status, _ in RECTIFICATION_COUNTERS}
    yield from _stats(rows, conditions, RECTIFICATION_COUNTERS, asked, path)


def _stats(
    rows: QuerySet[Any], conditions: dict[str, Q], counters: tuple[tuple[str, str, str], ...], asked: QueryDict,
    path: str,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Each number is that of the list which it opens: of the same bureau."""
    bureau = asked.get("bureau", "")
    own = rows.filter(bureau=bureau) if bureau else rows
    figures = own.order_by().aggregate(**{key: Count("pk", filter=condition) for key, condition in conditions.items()})
    for label, status, tone in counters:
        yield {
            "label": label, "value": figures[status], "unit": "项", "tone": tone if figures[status] else "",
            "url": f"{path}?{urlencode({'bureau': bureau, 'status': status})}", "active": asked.get("status") == status,
        }  # fmt: skip


def measure_tag(measure: Measure) -> SafeString:
    return status_tag(measure.get_state_display(), MEASURE_TONES[MeasureState(measure.state)])


def rectification_tag(order: Rectification) -> SafeString:
    tag = status_tag(order.get_state_display(), RECTIFICATION_TONES[RectificationState(order.state)])
    return format_html("{} {}", tag, status_tag("逾期", "overdue")) if order.is_overdue else tag


class MeasureTable(ListTable):
    """`waiting`: visits.measures.waiting_of the rows of this page."""

    caption = "处理措施"
    institution = tables.Column("机构", accessor="task__institution__name")
    kind = tables.Column("处理措施")
    person = tables.Column("对象", orderable=False, empty_values=())
    bureau = tables.Column("作出单位", accessor="bureau__short_name", order_by="bureau_id")
    state = tables.Column("状态")
    decided_on = DayColumn(verbose_name="决定日期", default="—")
    document_number = tables.Column("文号", default="—", orderable=False)
    amount = tables.Column("金额（元）", default="—", attrs={"th": {"class": "figures"}, "td": {"class": "figures"}})

    waiting: dict[int, list[Measure]] = {}

    class Meta(ListTable.Meta):
        model = Measure
        fields = ("institution", "kind", "person", "bureau", "state", "decided_on", "document_number", "amount")
        attrs = {"class": "table", "id": "measures"}

    def render_institution(self, record: Measure) -> SafeString:
        return named(record.task.institution.name, record.task.number, record.get_absolute_url())

    def render_person(self, record: Measure) -> str:
        return f"{record.person} {record.post}".strip() or "机构"

    def render_state(self, record: Measure) -> SafeString:
        words = waiting_words(self.waiting.get(record.pk, []))
        if not words:
            return measure_tag(record)
        return format_html('{}<br><span class="quiet">{}</span>', measure_tag(record), words)

    def render_amount(self, value: Any) -> str:
        return amount(value)


class RectificationTable(ListTable):
    caption = "整改"
    institution = tables.Column("机构", accessor="task__institution__name")
    number = tables.Column("责令改正通知书", order_by=("year", "serial"), accessor="number")
    bureau = tables.Column("责令单位", accessor="bureau__short_name", order_by="bureau_id")
    due_on = tables.Column("整改期限")
    state = tables.Column("状态")
    reported_at = DayColumn(verbose_name="最近报告", default="—")

    class Meta(ListTable.Meta):
        model = Rectification
        fields = ("institution", "number", "bureau", "due_on", "state", "reported_at")
        attrs = {"class": "table", "id": "rectifications"}

    def render_institution(self, record: Rectification) -> SafeString:
        return named(record.task.institution.name, record.task.number, record.get_absolute_url())

    def render_due_on(self, value: Any, record: Rectification) -> SafeString:
        words = deadline_words(value) if record.state in OPEN_RECTIFICATIONS else ""
        return format_html('<span class="nowrap">{}</span><br><span class="quiet">{}</span>', cn_date(value), words)

    def render_state(self, record: Rectification) -> SafeString:
        if record.escalated_at and record.state in OPEN_RECTIFICATIONS:
            return format_html('{}<br><span class="quiet">已上报牵头单位</span>', rectification_tag(record))
        return rectification_tag(record)


def measures_for_lists(rows: QuerySet[Measure]) -> QuerySet[Measure]:
    """Those to be decided first."""
    order = models.Case(
        models.When(state=MeasureState.PLANNED, then=0), models.When(state=MeasureState.DECIDED, then=1), default=2
    )
    return rows.select_related("task__institution", "bureau").order_by(order, "-pk")


def rectifications_for_lists(rows: QuerySet[Rectification]) -> QuerySet[Rectification]:
    """What is open first, the latest of it on top: overdue comes before what is due soon."""
    reported = RectificationReport.objects.filter(rectification=OuterRef("pk")).order_by()
    last = reported.values("rectification").annotate(last=Max("at")).values("last")
    is_closed = Q(state=RectificationState.VERIFIED)
    return (
        rows.select_related("task__institution", "bureau")
        .annotate(reported_at=Subquery(last), is_closed=ExpressionWrapper(is_closed, models.BooleanField()))
        .order_by("is_closed", "due_on", "pk")
    )
