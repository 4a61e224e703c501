"""Forms collect what a person typed; the services decide."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Bureau, Region, Role, User
from inspectors.models import ConflictOfInterest, Expert, Inspector
from inspectors.queries import matters
from inspectors.rules import kept_bureaus
from institutions.forms import CountyField, day_input
from institutions.models import Domain, Institution
from institutions.queries import DomainTree


class PersonForm(forms.ModelForm[Any]):
    """What both pools' forms share: domains as check boxes in the order of their tree."""

    domains = forms.MultipleChoiceField(label="可检查领域", widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["domains"].choices = DomainTree().choices()  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["domains"] = [domain.pk for domain in self.instance.domains.all()]

    def clean_domains(self) -> list[Domain]:
        return list(Domain.objects.filter(pk__in=self.cleaned_data["domains"]))


class InspectorForm(PersonForm):
    matters = forms.MultipleChoiceField(
        label="执法事项", widget=forms.CheckboxSelectMultiple, required=False, help_text="不选表示不限事项。"
    )

    class Meta:
        model = Inspector
        fields = (
            "number", "name", "bureau", "position", "phone", "department_certificate", "department_certificate_until",
            "province_certificate", "province_certificate_until", "can_lead", "state", "domains",
        )  # fmt: skip
        widgets = {"department_certificate_until": day_input(), "province_certificate_until": day_input()}
        help_texts = {
            "number": "抽取时公开的是编号，不是姓名。",
            "department_certificate": "部门执法证和省政府执法证都有效才能参加检查。",
            "phone": "检查组内部联系用，不对外公开。",
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = [bureau.pk for bureau in kept_bureaus(user)]
        self.fields["bureau"].queryset = Bureau.objects.filter(pk__in=kept)  # type: ignore[attr-defined]
        self.fields["domains"].help_text = "不选表示不限领域。"
        known = matters().select_related("department")
        self.fields["matters"].choices = [  # type: ignore[attr-defined]
            (matter.pk, f"{matter.name}（{matter.department.short_name}）") for matter in known
        ]
        if self.instance.pk:
            self.initial["matters"] = list(self.instance.matters.values_list("pk", flat=True))

    def clean_matters(self) -> list[Any]:
        return list(matters().filter(pk__in=self.cleaned_data["matters"]))


class ExpertForm(PersonForm):
    class Meta:
        model = Expert
        fields = ("number", "name", "employer", "region", "title", "phone", "state", "domains")
        help_texts = {
            "employer": "与名录库中的机构同名时自动认定为该机构人员，检查该机构时回避。",
            "phone": "联系用，不对外公开。",
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["domains"].label, self.fields["domains"].required = "擅长领域", True
        regions = Region.objects.filter(code__startswith=user.scope or "").exclude(level=Region.Level.NATION)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]


class BanForm(forms.Form):
    reason = forms.CharField(label="禁用原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
    on = forms.DateField(label="禁用日期", widget=day_input(), initial=timezone.localdate)
    is_permanent = forms.BooleanField(label="终生禁用（以后不能解除）", required=False)


class LinkForm(forms.Form):
    user = forms.ModelChoiceField(
        label="登录账号", queryset=User.objects.none(), required=False, empty_label="不关联",
        help_text="只列出同一单位、具有“执法检查人员”角色且没有关联他人的账号。",
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, *, inspector: Inspector) -> None:
        super().__init__(data, initial={"user": inspector.user_id})
        fitting = User.objects.filter(bureau=inspector.bureau, role_assignments__role=Role.INSPECTOR, is_active=True)
        choices = fitting.filter(Q(inspector=None) | Q(inspector=inspector))
        self.fields["user"].queryset = choices  # type: ignore[attr-defined]


class LeaveForm(forms.Form):
    starts_on = forms.DateField(label="开始日期", widget=day_input())
    ends_on = forms.DateField(label="结束日期", widget=day_input(), help_text="包括这一天。")
    reason = forms.CharField(label="事由", max_length=100, required=False)


class ConflictForm(forms.Form):
    kind = forms.ChoiceField(label="关系", choices=ConflictOfInterest.Kind.choices)
    institution = forms.CharField(
        label="机构名称或统一社会信用代码", required=False, help_text="只回避一家机构时填写。"
    )
    county = CountyField(
        label="整个县区", queryset=Region.objects.none(), required=False, empty_label="—",
        help_text="回避一个县区的全部机构时选择，与上一项二者选其一。",
    )  # fmt: skip
    words = forms.CharField(label="说明", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        scope = "-" if user.scope is None else user.scope
        counties = Region.objects.filter(code__startswith=scope, level=Region.Level.COUNTY)
        self.fields["county"].queryset = counties.select_related("parent")  # type: ignore[attr-defined]

    def clean_institution(self) -> Institution | None:
        text = self.cleaned_data["institution"].strip()
        if not text:
            return None
        visible = Institution.objects.visible_to(self.user)
        found = list(visible.filter(uscc=text.upper())[:1]) or list(visible.filter(name=text)[:2])
        found = found or list(visible.filter(name__icontains=text)[:2])
        if len(found) != 1:
            raise ValidationError(
                "有多家机构的名称包含这些字，请填写全称。" if found else "没有找到这家机构，请核对名称或代码。"
            )
        return found[0]


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label="决定", widget=forms.RadioSelect, choices=(("accepted", "准予回避"), ("rejected", "不予回避"))
    )
