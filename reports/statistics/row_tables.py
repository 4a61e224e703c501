import django_tables2 as tables
from django.utils.safestring import SafeString

from accounts.lists import DayColumn, ListTable
from campaigns.models import PlanLine
from selftest.models import SelfCheck
from selftest.review_tables import named
from visits.models import Finding, Visit


class FindingTable(ListTable):
    caption = "问题"
    institution = tables.Column("机构", accessor="result__task__institution__name")
    matter = tables.Column("检查事项")
    facts = tables.Column("事实", orderable=False)
    severity = tables.Column("性质")
    bureau = tables.Column("检查单位", accessor="result__bureau__short_name", order_by="result__bureau_id")
    found_at = DayColumn(verbose_name="登记日期")
    state = tables.Column("状态")

    class Meta(ListTable.Meta):
        model = Finding
        fields = ("institution", "matter", "facts", "severity", "bureau", "found_at", "state")
        attrs = {"class": "table", "id": "finding-rows"}

    def render_institution(self, record: Finding) -> SafeString:
        task = record.result.task
        return named(task.institution.name, task.number, record.get_absolute_url())


class LineTable(ListTable):
    caption = "计划条目"
    title = tables.Column("计划条目")
    campaign = tables.Column("抽查活动", linkify=True)
    domain = tables.Column("领域", default="其他各领域")
    lead_bureau = tables.Column("发起单位", accessor="lead_bureau__short_name", order_by="lead_bureau_id")
    size = tables.Column("抽取数量", empty_values=(), orderable=False)

    class Meta(ListTable.Meta):
        model = PlanLine
        fields = ("title", "campaign", "domain", "lead_bureau", "size")
        attrs = {"class": "table", "id": "line-rows"}

    def render_size(self, record: PlanLine) -> str:
        if record.count is not None:
            return f"{record.count} 家"
        words = record.ratio or record.get_size_kind_display()
        return f"{words}（通知写明 {record.stated_count} 家）" if record.stated_count is not None else words


class OwnFindingTable(ListTable):
    caption = "机构自查"
    institution = tables.Column("机构", accessor="institution__name")
    county = tables.Column("县区", order_by="county_id")
    campaign = tables.Column("抽查活动", accessor="round__campaign")
    handed_in_at = DayColumn(verbose_name="首次报送")

    class Meta(ListTable.Meta):
        model = SelfCheck
        fields = ("institution", "county", "campaign", "handed_in_at")
        attrs = {"class": "table", "id": "self-check-rows"}

    def render_institution(self, record: SelfCheck) -> SafeString:
        return named(record.institution.name, record.institution.identifier, record.get_absolute_url())


class VisitTable(ListTable):
    caption = "现场检查"
    institution = tables.Column("机构", accessor="task__institution__name")
    outcome = tables.Column("到场情况")
    bureau = tables.Column("组织检查单位", accessor="task__bureau__short_name", order_by="task__bureau_id")
    ended_at = DayColumn(verbose_name="结束日期")

    class Meta(ListTable.Meta):
        model = Visit
        fields = ("institution", "outcome", "bureau", "ended_at")
        attrs = {"class": "table", "id": "visit-rows"}

    def render_institution(self, record: Visit) -> SafeString:
        return named(record.task.institution.name, record.task.number, record.get_absolute_url())
