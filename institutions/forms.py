"""Forms collect what a person typed; the services decide."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from accounts.models import Region, User
from institutions.models import Certificate, CreditClass, Domain, Institution, RiskFlag, Site
from institutions.queries import DomainTree, region_choices, region_label
from workbooks.guard import MAX_FILE_BYTES

DAY = {"type": "date"}
SEPARATORS = re.compile(r"[、,，;；\n]+")


def tidy_code(text: str | None) -> str:
    """As the importer reads codes: half-width, upper case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text or "").split()).upper()


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs=DAY, format="%Y-%m-%d")


class CountyField(forms.ModelChoiceField[Region]):
    def label_from_instance(self, obj: Region) -> str:
        return region_label(obj)


class InstitutionForm(forms.ModelForm[Institution]):
    county = CountyField(
        queryset=Region.objects.none(), label="所在县区", help_text="决定由哪个县局负责，只能选本辖区。"
    )

    class Meta:
        model = Institution
        fields = (
            "name", "uscc", "organisation_code", "legal_type", "owner_department", "county", "address",
            "legal_representative", "legal_representative_phone", "contact", "contact_phone", "state",
        )  # fmt: skip
        help_texts = {
            "name": "与营业执照或法人证书一致。",
            "uscc": "18 位，系统核对校验码。",
            "organisation_code": "没有统一社会信用代码时填写，9 位，不带短横线。",
            "contact_phone": "检查组按此联系机构。",
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = user.scope if user.scope is not None else "-"
        counties = Region.objects.filter(code__startswith=scope, level=Region.Level.COUNTY)
        self.fields["county"].queryset = counties.select_related("parent").order_by("code")  # type: ignore[attr-defined]

    def clean_uscc(self) -> str | None:
        return tidy_code(self.cleaned_data["uscc"]) or None

    def clean_organisation_code(self) -> str | None:
        return tidy_code(self.cleaned_data["organisation_code"]).replace("-", "") or None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        given = values.get("uscc") or values.get("organisation_code")
        if not given and not {"uscc", "organisation_code"} & set(self.errors):
            self.add_error("uscc", "统一社会信用代码和组织机构代码至少填写一项。")
        return values


class CertificateForm(forms.ModelForm[Certificate]):
    domains = forms.MultipleChoiceField(
        label="领域", widget=forms.CheckboxSelectMultiple, help_text="决定该机构归入哪些抽查条目，可多选。"
    )
    signatories = forms.CharField(label="授权签字人", required=False, max_length=500, help_text="多名用“、”隔开。")

    class Meta:
        model = Certificate
        fields = (
            "number", "authorised_name", "level", "issuer", "approved_on", "valid_until", "state", "is_national_centre",
            "domains", "top_manager", "top_manager_phone", "technical_lead", "signatories",
        )  # fmt: skip
        widgets = {"approved_on": day_input(), "valid_until": day_input()}
        help_texts = {
            "number": "通常为 12 位数字。",
            "authorised_name": "与证书一致；与法人单位同名的照写。",
            "state": "注销、撤销、吊销是不同的处理，请按决定书选择。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["domains"].choices = DomainTree().choices()  # type: ignore[attr-defined]
        self.initial["signatories"] = "、".join(self.instance.signatories)
        if self.instance.pk:
            self.initial["domains"] = [domain.pk for domain in self.instance.domains.all()]

    def clean_number(self) -> str:
        return tidy_code(self.cleaned_data["number"])

    def clean_signatories(self) -> list[str]:
        return [name.strip() for name in SEPARATORS.split(self.cleaned_data["signatories"]) if name.strip()]

    def clean_domains(self) -> list[Domain]:
        return list(Domain.objects.filter(pk__in=self.cleaned_data["domains"]))


class SiteForm(forms.ModelForm[Site]):
    county = CountyField(
        queryset=Region.objects.filter(level=Region.Level.COUNTY).select_related("parent"), label="所在县区"
    )

    class Meta:
        model = Site
        fields = ("county", "address", "is_remote_branch")
        help_texts = {"is_remote_branch": "在其他市设立、单独开展检验检测的场所。"}


class BusinessRegionsForm(forms.Form):
    regions = forms.MultipleChoiceField(
        label="业务地区", required=False, widget=forms.SelectMultiple(attrs={"size": 14}),
        help_text="除所在地外开展业务的市、县。按住 Ctrl 可多选。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["regions"].choices = region_choices("")  # type: ignore[attr-defined]

    def clean_regions(self) -> list[Region]:
        return list(Region.objects.filter(pk__in=self.cleaned_data["regions"]))


class RiskFlagForm(forms.ModelForm[RiskFlag]):
    class Meta:
        model = RiskFlag
        fields = ("kind", "evidence", "noted_on", "valid_until")
        widgets = {"noted_on": day_input(), "valid_until": day_input()}
        help_texts = {
            "kind": "前三种是重点抽查对象（同市监认证〔2025〕92号）。",
            "evidence": "写明文号、受理编号或统计年度，抽查时作为依据。",
            "valid_until": "不填则一直有效，可以随时结束。",
        }


class EndFlagForm(forms.Form):
    last_day = forms.DateField(
        label="最后有效日", widget=day_input(), help_text="这一天之后不再作为抽查依据，记录仍保留。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = timezone.localdate()


class CreditClassForm(forms.Form):
    credit_class = forms.ChoiceField(
        label="信用风险分类",
        choices=CreditClass.choices,
        help_text="用于分配抽查比例，仅市场监管部门内部使用，不对外公开。",
    )
    as_of = forms.DateField(label="分类日期", widget=day_input())
    source = forms.CharField(label="分类来源", max_length=60, help_text="如：企业信用风险分类管理系统")


class UploadForm(forms.Form):
    file = forms.FileField(label="工作簿", widget=forms.FileInput(attrs={"accept": ".xlsx"}))

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size is not None and file.size > MAX_FILE_BYTES:
            raise ValidationError(
                f"文件有 {file.size / 1024 / 1024:.1f} MB，超过 {MAX_FILE_BYTES // 1024 // 1024} MB 的上限。"
            )
        return file
