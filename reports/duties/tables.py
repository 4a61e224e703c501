import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import ListTable
from accounts.templatetags.wording import cn_date, cn_day, deadline_words, status_tag
from reports.duties.overview import mark_of
from reports.models import ReportingDuty


class DutyTable(ListTable):
    caption = "报送任务"
    title = tables.Column("报送内容", linkify=True)
    other = tables.Column("单位", accessor="sender__short_name", order_by="sender_id")
    campaign = tables.Column("抽查活动")
    due_on = tables.Column("截止日期", empty_values=())
    state = tables.Column("状态", empty_values=(), orderable=False)
    handed_in_at = tables.Column("报送时间", empty_values=(), orderable=False)

    class Meta(ListTable.Meta):
        model = ReportingDuty
        fields = ("title", "other", "campaign", "due_on", "state", "handed_in_at")
        attrs = {"class": "table", "id": "duties"}

    def render_due_on(self, record: ReportingDuty) -> SafeString | str:
        """As printed, with its weekday; 原则上 where the notice says so."""
        if record.due_on is None:
            return "随时报送"
        day = f"{'原则上 ' if record.is_soft else ''}{record.due_on.year}年{cn_day(record.due_on)}"
        left = "" if record.is_met else deadline_words(record.due_on)
        return format_html('<span class="nowrap">{}</span><br><span class="quiet">{}</span>', day, left)

    def render_state(self, record: ReportingDuty) -> SafeString:
        mark = mark_of(record)
        return status_tag(mark.words, mark.tone)

    def render_handed_in_at(self, record: ReportingDuty) -> str:
        latest = record.latest
        return cn_date(latest.handed_in_at) if latest else "—"


class ReceivedTable(DutyTable):
    other = tables.Column("报送单位", accessor="sender__short_name", order_by="sender_id")


class SentTable(DutyTable):
    other = tables.Column("接收单位", accessor="receiver__short_name", order_by="receiver_id")
