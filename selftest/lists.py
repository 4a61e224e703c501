"""The lists of forms and of rounds: their filters and tables."""

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import DayColumn, FigureColumn, ListTable
from accounts.templatetags.wording import deadline_words, status_tag
from institutions.models import CertificateLevel
from selftest.models import FormTemplate, Round
from selftest.states import FormState, RoundState

FORM_TONES = {FormState.DRAFT: "plain", FormState.PUBLISHED: "done"}
ROUND_TONES = {RoundState.DRAFT: "plain", RoundState.OPEN: "current", RoundState.CLOSED: "done"}


class FormFilter(filters.FilterSet):
    q = filters.CharFilter(
        field_name="title", lookup_expr="icontains", label="标题", widget=forms.TextInput(attrs={"type": "search"})
    )
    year = filters.NumberFilter(label="年度")
    level = filters.ChoiceFilter(choices=CertificateLevel.choices, label="级别")
    state = filters.ChoiceFilter(choices=FormState.choices, label="状态")

    class Meta:
        model = FormTemplate
        fields = ["q", "year", "level", "state"]


class FormTable(ListTable):
    title = tables.Column("标题", linkify=True)
    version = tables.Column("版本")
    code = tables.Column("代码", attrs={"td": {"class": "code"}})
    year = tables.Column("年度")
    level = tables.Column("级别")
    bureau = tables.Column("制订单位", accessor="bureau__short_name", default="随系统提供")
    uses = FigureColumn(verbose_name="用于轮次", unit="个")
    state = tables.Column("状态")

    class Meta(ListTable.Meta):
        model = FormTemplate
        fields = ("title", "version", "code", "year", "level", "bureau", "uses", "state")
        attrs = {"class": "table", "id": "forms"}

    def render_version(self, value: int) -> str:
        return f"第 {value} 版"

    def render_state(self, record: FormTemplate) -> SafeString:
        return status_tag(record.get_state_display(), FORM_TONES[FormState(record.state)])


class RoundFilter(filters.FilterSet):
    q = filters.CharFilter(
        field_name="title", lookup_expr="icontains", label="名称", widget=forms.TextInput(attrs={"type": "search"})
    )
    state = filters.ChoiceFilter(choices=RoundState.choices, label="状态")

    class Meta:
        model = Round
        fields = ["q", "state"]


class RoundTable(ListTable):
    title = tables.Column("名称", linkify=True)
    campaign = tables.Column("抽查活动")
    form = tables.Column("自查表")
    deadline = DayColumn(verbose_name="截止日期")
    left = tables.Column("时限", accessor="deadline", orderable=False)
    asked = FigureColumn(verbose_name="自查机构", unit="家")
    state = tables.Column("状态")

    class Meta(ListTable.Meta):
        model = Round
        fields = ("title", "campaign", "form", "deadline", "left", "asked", "state")
        attrs = {"class": "table", "id": "rounds"}

    def render_left(self, record: Round) -> SafeString:
        words = "" if record.state == RoundState.CLOSED else deadline_words(record.deadline)
        return format_html('<span class="nowrap">{}</span>', words or "—")

    def render_state(self, record: Round) -> SafeString:
        return status_tag(record.get_state_display(), ROUND_TONES[RoundState(record.state)])
