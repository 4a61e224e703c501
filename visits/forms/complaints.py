"""What the public writes, and what regulators answer."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from accounts.models import Region
from institutions.models import Institution
from institutions.queries import counties_in, region_label, scope_of
from selftest.review_filters import choices_of_regions
from visits.complaining import LONGEST, Complainant
from visits.models import Complaint
from visits.states import ComplaintState

KEPT_APART = "选填。单独加密保存，办理投诉举报的人员看不到；只有指定的负责人写明理由后才能查看，每次查看都有记录。"


class CountyField(forms.ModelChoiceField[Region]):
    """Counties by their cities."""

    def label_from_instance(self, region: Region) -> str:
        return region_label(region)


class ComplaintForm(forms.Form):
    institution_words = forms.CharField(
        label="反映哪家机构", max_length=120, help_text="检验检测机构的名称，如招牌或者报告封面上所写。"
    )
    county = CountyField(Region.objects.none(), label="机构所在县（市、区）", empty_label="请选择")
    text = forms.CharField(
        label="反映的问题", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="什么时间、什么事情、有什么凭据，如报告编号、车牌号。请不要在这里写自己的姓名和电话，下面另有专栏。",
    )  # fmt: skip
    name = forms.CharField(
        label="您的姓名", max_length=30, required=False, help_text=KEPT_APART,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    phone = forms.RegexField(
        r"^[0-9+() -]{7,20}$", label="您的电话", max_length=20, required=False,
        error_messages={"invalid": "请填写电话号码，如 13800000000 或 0352-5550000。"},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    email = forms.EmailField(
        label="您的电子邮箱", required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["county"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Region.objects.filter(level=Region.Level.COUNTY)
            field.choices = [("", "请选择"), *_grouped()]

    def given(self) -> dict[str, Any]:
        """As complaining.receive_complaint takes it."""
        values = self.cleaned_data
        who = Complainant(values["name"], values["phone"], values["email"])
        return {name: values[name] for name in ("institution_words", "county", "text")} | {"who": who}


def _grouped() -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for county in counties_in(""):
        groups.setdefault(county.parent.name if county.parent else "", []).append((county.pk, county.name))
    return list(groups.items())


class StatusForm(forms.Form):
    number = forms.CharField(
        label="编号", max_length=24, help_text="如 TS20260315-1A2B3C。",
        widget=forms.TextInput(attrs={"class": "form-control code", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    code = forms.CharField(
        label="查询码", max_length=40, help_text="提交时显示的 12 位字符，区分大小写。",
        widget=forms.TextInput(
            attrs={
                "class": "form-control code", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"
            }
        ),
    )  # fmt: skip


class HandleForm(forms.Form):
    words = forms.CharField(
        label="答复", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请填写答复内容。"},
        help_text="投诉举报人凭查询码能看到，请不要写入他人的个人信息。",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, complaint: Complaint, needs_answer: bool = True) -> None:
        super().__init__(data)
        if complaint.state == ComplaintState.RECEIVED:
            self.fields["words"].label = "不予受理的理由"
            self.fields["words"].help_text = "不予受理时必须写明；投诉举报人凭查询码能看到。"
        else:
            self.fields["words"].required = needs_answer


class InstitutionSearch(forms.Form):
    q = forms.CharField(label="机构名称或代码", max_length=120, required=False, widget=forms.SearchInput())


class InstitutionChoice(forms.Form):
    institution = forms.ModelChoiceField(
        Institution.objects.none(), label="机构", widget=forms.RadioSelect, empty_label=None,
        error_messages={"required": "请选择一家机构。", "invalid_choice": "请选择您职责范围内的机构。"},
    )  # fmt: skip


class IdentityForm(forms.Form):
    reason = forms.CharField(
        label="查看的理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写入审计记录，由审计管理员核查。",
    )  # fmt: skip
    password = forms.CharField(
        label="您的登录密码", strip=False, max_length=200, help_text="再次确认是您本人。",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip


class ComplaintFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="编号或机构", method="search", widget=forms.SearchInput())
    region = django_filters.ChoiceFilter(label="地区", method="in_region", empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=ComplaintState.choices, empty_label="全部")

    class Meta:
        model = Complaint
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = self.request.user.scope
        self.filters["region"].extra["choices"] = choices_of_regions(scope, self.data.get("region", ""))

    def search(self, rows: QuerySet[Complaint], name: str, text: str) -> QuerySet[Complaint]:
        words = text.strip()
        named = Q(institution_words__icontains=words) | Q(institution__name__icontains=words)
        return rows.filter(named | Q(number__icontains=words))

    def in_region(self, rows: QuerySet[Complaint], name: str, code: str) -> QuerySet[Complaint]:
        return rows.filter(county__code__startswith=scope_of(code))
