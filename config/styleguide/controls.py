"""Invented forms, filters and a table for the style guide."""

import django_filters
import django_tables2 as tables
from django import forms
from django.utils.safestring import SafeString
from django_filters.widgets import DateRangeWidget

from accounts.lists import ChooseColumn, DayColumn, FigureColumn, ListTable
from accounts.templatetags.wording import status_tag

TONES = {"在营": "done", "停业": "waiting", "注销": "refused"}
DOMAINS = ["机动车检验", "生态环境监测", "建设工程", "食品", "公安刑事技术"]
CITIES = ["平城区", "云冈区", "新荣区", "云州区", "阳高县", "天镇县", "广灵县", "灵丘县", "浑源县", "左云县"]


class SampleForm(forms.Form):
    name = forms.CharField(label="活动名称", help_text="印在通知和任务清单的标题里。")
    starts_on = forms.DateField(label="开始日期", widget=forms.DateInput(attrs={"type": "date"}))
    size = forms.IntegerField(label="抽取数量", min_value=1, help_text="不超过符合条件的机构数。")
    rule = forms.ChoiceField(
        label="抽取方式", choices=[("count", "固定数量"), ("ratio", "比例")], widget=forms.RadioSelect
    )
    domain = forms.ChoiceField(label="领域", choices=[(domain, domain) for domain in DOMAINS])
    remark = forms.CharField(label="备注", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    is_public = forms.BooleanField(label="结果向社会公开", required=False, help_text="公开后只能更正，不能撤回。")


class SampleUpload(forms.Form):
    workbook = forms.FileField(label="名录工作簿", help_text="第一行为表头")


class SampleFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称、代码或拼音首字母", widget=forms.SearchInput)
    city = django_filters.ChoiceFilter(label="区县", choices=[(city, city) for city in CITIES])
    domain = django_filters.ChoiceFilter(label="领域", choices=[(domain, domain) for domain in DOMAINS])
    state = django_filters.ChoiceFilter(label="状态", choices=[(state, state) for state in TONES])
    level = django_filters.ChoiceFilter(label="发证级别", choices=[("nation", "国家级"), ("province", "省级")])
    valid = django_filters.DateFromToRangeFilter(label="证书有效期", widget=DateRangeWidget(attrs={"type": "date"}))


class SampleTable(ListTable):
    choose = ChooseColumn()
    name = tables.Column("名称")
    code = tables.Column("统一社会信用代码", attrs={"td": {"class": "code"}})
    city = tables.Column("区县")
    domain = tables.Column("领域")
    sites = FigureColumn(verbose_name="场所", unit="处")
    valid_to = DayColumn(verbose_name="证书有效期至")
    state = tables.Column("状态")

    caption = "检验检测机构"

    class Meta(ListTable.Meta):
        attrs = {"class": "table", "id": "sample-table"}

    def render_state(self, value: str) -> SafeString:
        return status_tag(value, TONES[value])


class SignInSample(forms.Form):
    username = forms.CharField(label="用户名", widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(label="密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
