import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import ChooseColumn, DayColumn, ListTable
from accounts.templatetags.wording import status_tag
from campaigns.models import Campaign, InspectionMatter, Task
from campaigns.states import CampaignState, TaskState

CAMPAIGN_TONES = {
    CampaignState.DRAFT: "plain",
    CampaignState.NEGOTIATING: "waiting",
    CampaignState.FROZEN: "current",
    CampaignState.DRAWN: "current",
    CampaignState.DISPATCHED: "done",
}

PRACTICE = status_tag("演练", "waiting", "flask-conical")
"""How a row of a practice is marked."""


class CampaignTable(ListTable):
    title = tables.Column("名称", linkify=True)
    number = tables.Column("编号", attrs={"td": {"class": "code"}})
    lead_bureau = tables.Column("牵头单位")
    kind = tables.Column("类别")
    issued_on = DayColumn(verbose_name="发文日期")
    state = tables.Column("阶段")

    class Meta(ListTable.Meta):
        model = Campaign
        fields = ("title", "number", "lead_bureau", "kind", "issued_on", "state")
        attrs = {"class": "table", "id": "campaigns"}

    def render_kind(self, value: str, record: Campaign) -> str:
        return PRACTICE if record.is_practice else value

    def render_state(self, record: Campaign) -> SafeString:
        return status_tag(record.get_state_display(), CAMPAIGN_TONES[CampaignState(record.state)])


TASK_TONES = {
    TaskState.PENDING: "plain",
    TaskState.DISPATCHED: "waiting",
    TaskState.NOTIFIED: "current",
    TaskState.INSPECTING: "current",
    TaskState.REVIEWING: "waiting",
    TaskState.JOINT: "waiting",
    TaskState.CONCLUDED: "current",
    TaskState.CLOSED: "done",
    TaskState.ADOPTED: "done",
    TaskState.REPLACED: "plain",
    TaskState.CANCELLED: "plain",
}


class TaskTable(ListTable):
    """What, where, until when, by whom."""

    chosen = ChooseColumn()
    institution = tables.Column("机构", linkify=lambda record: record.get_absolute_url())
    number = tables.Column("任务编号", attrs={"td": {"class": "code"}})
    code = tables.Column("代码", accessor="institution__identifier", orderable=False, attrs={"td": {"class": "code"}})
    county = tables.Column("县区", accessor="institution__county")
    line = tables.Column("条目")
    mode = tables.Column("方式")
    bureau = tables.Column("组织检查单位", accessor="bureau__short_name")
    due_on = DayColumn(verbose_name="完成期限")
    state = tables.Column("状态")

    class Meta(ListTable.Meta):
        model = Task
        fields = ("chosen", "institution", "number", "code", "county", "line", "mode", "bureau", "due_on", "state")
        attrs = {"class": "table", "id": "tasks"}

    def render_mode(self, value: str, record: Task) -> str:
        return format_html("{} {}", value, PRACTICE) if record.campaign.is_practice else value

    def render_chosen(self, value: int, record: Task, column: ChooseColumn) -> str:
        """A check box where this user's bureau may still issue the inspection notice."""
        is_open = record.state == TaskState.DISPATCHED and record.bureau_id == self.request.user.bureau_id
        return column.render(value, record) if is_open else ""

    def render_state(self, record: Task) -> SafeString:
        return status_tag(record.get_state_display(), TASK_TONES[TaskState(record.state)])


class MatterTable(ListTable):
    name = tables.Column("事项", linkify=("campaigns:matter", {"code": tables.A("pk")}))
    code = tables.Column("编码", attrs={"td": {"class": "code"}})
    department = tables.Column("实施部门", accessor="department__short_name")
    kind = tables.Column("类别")
    methods = tables.Column("检查方式", accessor="method_labels", orderable=False)
    cap_per_year = tables.Column("年度上限", default="不限")

    class Meta(ListTable.Meta):
        model = InspectionMatter
        fields = ("name", "code", "department", "kind", "methods", "cap_per_year")
        attrs = {"class": "table", "id": "matters"}

    def render_methods(self, value: list[str]) -> str:
        return "、".join(value)

    def render_cap_per_year(self, value: int) -> str:
        return f"{value} 次"
