"""The bureau's lists: self-checks, problems, change requests, whom to phone."""

from datetime import date, datetime

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import DayColumn, FigureColumn, ListTable
from accounts.templatetags.wording import cn_date, cn_moment, deadline_words, status_tag
from selftest.changing import shown
from selftest.mending import is_overdue
from selftest.models import ChangeRequest, Problem, SelfCheck
from selftest.phoning import days_late
from selftest.queue import query_of
from selftest.states import SelfCheckState

TONES = {
    SelfCheckState.INVITED: "plain",
    SelfCheckState.FILLING: "current",
    SelfCheckState.SIGNING: "current",
    SelfCheckState.SUBMITTED: "waiting",
    SelfCheckState.RETURNED: "refused",
    SelfCheckState.ACCEPTED: "done",
}
PROBLEM_TONES = {
    Problem.State.OPEN: "current",
    Problem.State.REPORTED: "waiting",
    Problem.State.CONFIRMED: "done",
    Problem.State.WITHDRAWN: "plain",
}
CHANGE_TONES = {
    ChangeRequest.State.OPEN: "waiting",
    ChangeRequest.State.ACCEPTED: "done",
    ChangeRequest.State.REJECTED: "refused",
    ChangeRequest.State.SUPERSEDED: "plain",
}


def named(name: str, code: str, url: str) -> SafeString:
    return format_html('<a href="{}">{}</a><br><span class="code quiet">{}</span>', url, name, code)


class SelfCheckTable(ListTable):
    """Each row leads to its page and keeps the list as the reviewer's queue."""

    caption = "机构自查"
    institution = tables.Column("机构", accessor="institution__name")
    county = tables.Column("县区", accessor="county", order_by="county_id")
    state = tables.Column("状态")
    late = tables.Column("逾期", empty_values=(), orderable=False)
    handed_in_at = tables.Column("首次报送", default="—")
    found = FigureColumn(verbose_name="自查问题", unit="个")

    class Meta(ListTable.Meta):
        model = SelfCheck
        fields = ("institution", "county", "state", "late", "handed_in_at", "found")
        attrs = {"class": "table", "id": "self-checks"}

    def render_institution(self, record: SelfCheck) -> SafeString:
        url = f"{reverse('selftest:self_check', args=[record.pk])}?{query_of(self.request)}"
        return named(record.institution.name, record.institution.identifier, url)

    def render_state(self, record: SelfCheck) -> SafeString:
        return state_tag(record)

    def render_late(self, record: SelfCheck) -> SafeString | str:
        return status_tag("逾期", "overdue") if record.is_late else "—"

    def render_handed_in_at(self, value: datetime) -> str:
        return cn_moment(value)


def state_tag(self_check: SelfCheck) -> SafeString:
    return status_tag(self_check.get_state_display(), TONES[SelfCheckState(self_check.state)])


def problem_tag(problem: Problem) -> SafeString:
    if is_overdue(problem):
        return status_tag("逾期未整改", "overdue")
    return status_tag(problem.get_state_display(), PROBLEM_TONES[Problem.State(problem.state)])


class ProblemTable(ListTable):
    caption = "自查问题"
    institution = tables.Column("机构", accessor="self_check__institution__name")
    county = tables.Column("县区", accessor="self_check__county", order_by="self_check__county_id")
    item = tables.Column("项目")
    description = tables.Column("问题描述", orderable=False)
    due_on = tables.Column("整改期限")
    mended_on = DayColumn(verbose_name="实际完成", default="—")
    state = tables.Column("状态")

    class Meta(ListTable.Meta):
        model = Problem
        fields = ("institution", "county", "item", "description", "due_on", "mended_on", "state")
        attrs = {"class": "table", "id": "problems"}

    def render_institution(self, record: Problem) -> SafeString:
        institution = record.self_check.institution
        return named(institution.name, institution.identifier, reverse("selftest:problem", args=[record.pk]))

    def render_item(self, value: int) -> str:
        return f"第 {value} 项"

    def render_due_on(self, value: date, record: Problem) -> SafeString:
        words = deadline_words(value) if record.state == Problem.State.OPEN else ""
        return format_html('<span class="nowrap">{}</span><br><span class="quiet">{}</span>', cn_date(value), words)

    def render_state(self, record: Problem) -> SafeString:
        return problem_tag(record)


class ChangeRequestTable(ListTable):
    caption = "名录变更申请"
    institution = tables.Column("机构", accessor="institution__name")
    county = tables.Column("县区", accessor="institution__county", order_by="institution__county_id")
    label = tables.Column("栏目")
    old = tables.Column("名录库内容", orderable=False, empty_values=())
    new = tables.Column("自查表内容", orderable=False, empty_values=())
    state = tables.Column("状态")

    class Meta(ListTable.Meta):
        model = ChangeRequest
        fields = ("institution", "county", "label", "old", "new", "state")
        attrs = {"class": "table", "id": "changes"}

    def render_institution(self, record: ChangeRequest) -> SafeString:
        url = reverse("selftest:change", args=[record.pk])
        return named(record.institution.name, record.institution.identifier, url)

    def render_label(self, record: ChangeRequest) -> SafeString | str:
        if record.certificate is None:
            return record.label
        return format_html('{}<br><span class="code quiet">证书 {}</span>', record.label, record.certificate.number)

    def render_old(self, record: ChangeRequest) -> str:
        return shown(record.old)

    def render_new(self, record: ChangeRequest) -> str:
        return shown(record.new)

    def render_state(self, record: ChangeRequest) -> SafeString:
        return status_tag(record.get_state_display(), CHANGE_TONES[ChangeRequest.State(record.state)])


class PhoneTable(ListTable):
    """Whom to phone: those that have not handed in, with whom to ask for."""

    caption = "催报电话"
    institution = tables.Column("机构", accessor="institution__name")
    county = tables.Column("县区", accessor="county", order_by="county_id")
    contact = tables.Column("联系人", accessor="institution__contact", orderable=False, default="—")
    phone = tables.Column("电话", accessor="institution__contact_phone", orderable=False, empty_values=())
    state = tables.Column("状态")
    days_late = tables.Column("逾期", empty_values=(), orderable=False)
    last_active = tables.Column("最近填报", default="没有登录填报")

    class Meta(ListTable.Meta):
        model = SelfCheck
        fields = ("institution", "county", "contact", "phone", "state", "days_late", "last_active")
        attrs = {"class": "table", "id": "phones"}

    def render_institution(self, record: SelfCheck) -> SafeString:
        institution = record.institution
        return named(institution.name, institution.identifier, record.get_absolute_url())

    def render_phone(self, record: SelfCheck) -> SafeString | str:
        phone = record.institution.contact_phone or record.institution.legal_representative_phone
        return format_html('<a class="nowrap" href="tel:{}">{}</a>', phone, phone) if phone else "没有登记电话"

    def render_state(self, record: SelfCheck) -> SafeString:
        return state_tag(record)

    def render_days_late(self, record: SelfCheck) -> SafeString | str:
        days = days_late(record)
        return status_tag(f"{days} 天", "overdue") if days else "—"

    def render_last_active(self, value: datetime) -> str:
        return cn_moment(value)
