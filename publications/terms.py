"""The list of terms: filter, counters and table."""

from collections.abc import Callable, Iterator
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import ListTable, counter
from accounts.models import User
from accounts.rules import can
from accounts.templatetags.wording import cn_date, status_tag
from campaigns.models import Campaign, Task
from campaigns.models.tasks import TaskQuerySet
from publications import clock
from publications.clock import Clocked
from publications.models import Lateness
from selftest.review_filters import SEARCH, matches

STATUSES: dict[str, tuple[str, Callable[[TaskQuerySet], Clocked]]] = {
    "waiting": ("未公示", lambda tasks: clock.waiting(clock.clocked(tasks))),
    "overdue": ("逾期未公示", lambda tasks: clock.overdue(clock.clocked(tasks))),
    "soon": (f"{clock.WARNING} 个工作日内到期", lambda tasks: clock.soon(clock.clocked(tasks))),
    "public": ("已公示", clock.public),
    "ended": ("公示已撤回", clock.withdrawn),
    "all": ("全部", clock.clocked),
}
"""Label, and the tasks of it."""
USUAL = "waiting"
"""What the page opens with."""
OPEN = ("waiting", "overdue", "soon")
COUNTERS = (
    ("应公示", "all", ""),
    ("逾期未公示", "overdue", "overdue"),
    ("即将到期", "soon", "waiting"),
    ("未公示", "waiting", ""),
    ("已公示", "public", "done"),
)


def for_lists(found: Clocked, status: str) -> Clocked:
    """What is due first on top; of others the newest tasks."""
    said = Lateness.objects.filter(task=OuterRef("pk")).order_by("-pk").values("words")[:1]
    rows: Clocked = found.select_related("campaign__lead_bureau", "institution", "bureau").annotate(
        lateness_words=Subquery(said)
    )
    return rows.order_by("ended_at", "pk") if status in OPEN else rows.order_by("-pk")


class TermFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="机构", method="search", widget=SEARCH)
    status = django_filters.ChoiceFilter(
        label="状态", choices=[(status, label) for status, (label, _) in STATUSES.items()], method="in_status",
        empty_label=None,
    )  # fmt: skip
    campaign = django_filters.ModelChoiceFilter(label="抽查活动", queryset=Campaign.objects.none(), empty_label="全部")

    class Meta:
        model = Task
        fields = ("q", "status", "campaign")

    def __init__(self, data: QueryDict, *args: Any, **kwargs: Any) -> None:
        given = data.copy()
        if given.get("status") not in STATUSES:
            given["status"] = USUAL
        super().__init__(given, *args, **kwargs)
        self.filters["campaign"].queryset = Campaign.objects.filter(
            pk__in=Task.objects.visible_to(self.request.user).values("campaign")
        )

    def search(self, rows: TaskQuerySet, name: str, text: str) -> TaskQuerySet:
        return rows.filter(matches(text.strip(), "institution__"))

    def in_status(self, rows: TaskQuerySet, name: str, status: str) -> Clocked:
        _, find = STATUSES[status]
        return for_lists(find(rows), status)


class TermTable(ListTable):
    caption = "公示期限"
    institution = tables.Column("机构", accessor="institution__name")
    campaign = tables.Column("抽查活动", accessor="campaign__title")
    state = tables.Column("任务状态", accessor="get_state_display", order_by="state")
    ended_at = tables.Column("检查结束")
    due_on = tables.Column("公示期限", accessor="ended_at", order_by="ended_at")
    published_at = tables.Column("首次公布", default="—")
    lateness_words = tables.Column("逾期原因", default="", empty_values=())

    class Meta(ListTable.Meta):
        model = Task
        fields = ("institution", "campaign", "state", "ended_at", "due_on", "published_at", "lateness_words")
        attrs = {"class": "table", "id": "terms"}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def render_institution(self, value: str, record: Task) -> SafeString:
        return format_html(
            '<a href="{}">{}</a><br><span class="code quiet">{}</span>', record.get_absolute_url(), value, record.number
        )

    def render_ended_at(self, value: Any) -> SafeString:
        return format_html('<span class="nowrap">{}</span>', cn_date(value))

    def render_published_at(self, value: Any) -> SafeString:
        return format_html('<span class="nowrap">{}</span>', cn_date(value))

    def render_due_on(self, record: Any) -> SafeString:
        term = clock.term_of(record.ended_at, record.published_at)
        return format_html(
            '<span class="nowrap">{}</span><br>{}', cn_date(term.due_on), status_tag(term.words, term.tone)
        )

    def render_lateness_words(self, value: str | None, record: Any) -> SafeString:
        words = value or ""
        term = clock.term_of(record.ended_at, record.published_at)
        if not term.is_late or not can(self.user, "explain", Lateness(task=record)):
            return format_html("{}", words)
        url = reverse("publications:explain", args=[record.pk])
        return format_html('{} <a href="{}">{}</a>', words, url, "更改" if words else "说明原因")


def term_stats(request: HttpRequest, seen: TaskQuerySet) -> Iterator[dict[str, Any]]:
    numbers = clock.numbers(seen)
    for label, status, tone in COUNTERS:
        card = counter(request, label, numbers[status], {"status": status}, unit="家次", tone=tone)
        yield card | {"active": card["active"] or (status == USUAL and not request.GET)}
