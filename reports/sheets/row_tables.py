"""The rows behind a figure: tasks of the institutions it counts, measures whose money or cases it sums, leads."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import DayColumn, FigureColumn, ListTable
from campaigns.models import Task
from visits.boards import Rows
from visits.models import Measure, Referral


class RowTable(ListTable):
    class Meta(ListTable.Meta):
        attrs = {"class": "table", "id": "sheet-rows"}


def named(url: str, name: str, number: str) -> SafeString:
    return format_html('<a href="{}">{}</a><br><span class="code quiet">{}</span>', url, name, number)


class TaskTable(RowTable):
    caption = "机构"
    institution = tables.Column("机构", accessor="institution__name")
    line = tables.Column("实施检查的领域", accessor="line__title", order_by=("line__position",))
    county = tables.Column("县区", accessor="institution__county__name")
    bureau = tables.Column("组织检查单位", accessor="bureau__short_name")
    state = tables.Column("状态")

    class Meta(RowTable.Meta):
        model = Task
        fields = ("institution", "line", "county", "bureau", "state")

    def render_institution(self, record: Task) -> SafeString:
        return named(record.get_absolute_url(), record.institution.name, record.number)


class MeasureTable(RowTable):
    caption = "处理措施"
    institution = tables.Column("机构", accessor="task__institution__name")
    kind = tables.Column("措施")
    bureau = tables.Column("作出单位", accessor="bureau__short_name")
    document_number = tables.Column("文号")
    decided_on = DayColumn(verbose_name="决定日期")
    amount = FigureColumn(verbose_name="金额（元）")

    class Meta(RowTable.Meta):
        model = Measure
        fields = ("institution", "kind", "bureau", "document_number", "decided_on", "amount")

    def render_institution(self, record: Measure) -> SafeString:
        return named(record.get_absolute_url(), record.task.institution.name, record.task.number)

    def render_amount(self, value: Any) -> str:
        return f"{value:,.2f}"


class ReferralTable(RowTable):
    caption = "移送的线索"
    subject = tables.Column("线索涉及的单位")
    sender = tables.Column("移送单位", accessor="sender__short_name")
    receiver = tables.Column("接收单位", accessor="receiver__short_name", empty_values=())
    state = tables.Column("状态")

    class Meta(RowTable.Meta):
        model = Referral
        fields = ("subject", "sender", "receiver", "state")

    def render_subject(self, record: Referral) -> SafeString:
        return named(reverse("visits:referral", args=[record.pk]), record.subject, record.number)

    def render_receiver(self, record: Referral) -> str:
        return record.receiver.short_name if record.receiver else record.outside


def table_of(found: Rows) -> RowTable:
    """A constant number of queries."""
    if found.model is Measure:
        return MeasureTable(found.select_related("task__institution", "bureau").order_by("pk"))
    if found.model is Referral:
        return ReferralTable(found.select_related("sender", "receiver").order_by("pk"))
    related = found.select_related("institution__county", "line", "bureau", "campaign")
    return TaskTable(related.order_by("line__position", "number"))
