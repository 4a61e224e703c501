"""Forms of official documents. They only collect; services decide."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from campaigns.models import Campaign
from reports.documents import Contact, OfficialDocument
from reports.models.documents import DocumentKind
from reports.official.composing.urgent import reportable_findings
from reports.official.numbering import Number
from visits.models import Finding

FEW_LINES = forms.Textarea(attrs={"rows": 2})


class FindingField(forms.ModelChoiceField[Finding]):
    def label_from_instance(self, obj: Finding) -> str:
        return f"{obj.result.task.institution.name}（{obj.get_severity_display()}）：{obj.facts[:30]}"


class NewDocumentForm(forms.Form):
    """finding: asked for an urgent report only, where the chosen campaign has concluded findings."""

    kind = forms.ChoiceField(label="文种", choices=DocumentKind.choices)
    campaign = forms.ModelChoiceField(
        label="抽查活动", queryset=Campaign.objects.none(), help_text="文中的数据取自这项活动，起草后可以逐段修改。"
    )
    finding = FindingField(
        label="专报的问题",
        queryset=Finding.objects.none(),
        empty_label=None,
        help_text="已认定的问题，情节最重的在前。",
        error_messages={"required": "请选择专报写哪一个问题。"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campaigns: Any = self.fields["campaign"]
        campaigns.queryset = Campaign.objects.visible_to(user).select_related("lead_bureau__region")
        self._offer_findings(user)

    def _offer_findings(self, user: User) -> None:
        field: Any = self.fields["finding"]
        if self["kind"].value() == DocumentKind.URGENT_REPORT and user.bureau and (campaign := self._chosen()):
            seen = Finding.objects.visible_to(user).values("pk")
            field.queryset = reportable_findings(campaign, user.bureau).filter(pk__in=seen)
        if not field.queryset.exists():
            del self.fields["finding"]

    def _chosen(self) -> Campaign | None:
        try:
            found: Campaign = self.fields["campaign"].clean(self["campaign"].value())
        except forms.ValidationError:
            return None
        return found


class HeadForm(forms.Form):
    """What stands before and behind the text. `lines` of names: one a line."""

    title = forms.CharField(label="标题", max_length=220, widget=FEW_LINES, help_text="换行处就是标题的折行处。")
    issuers = forms.CharField(
        label="发文机关", widget=FEW_LINES, help_text="每行一个；联合行文的依次排列，第一个是主办机关。"
    )
    recipients = forms.CharField(label="主送机关", required=False, widget=FEW_LINES)
    openness = forms.CharField(label="附注", required=False, max_length=100, help_text="如：此件公开发布")
    cc = forms.CharField(label="抄送", required=False, widget=FEW_LINES, help_text="每行一个机关。")
    printed_by = forms.CharField(label="印发机关", required=False, max_length=100)
    contacts = forms.CharField(
        label="联系人", required=False, widget=FEW_LINES, help_text="每行一个：名称、空格、电话。"
    )

    @staticmethod
    def values_of(document: OfficialDocument) -> dict[str, str]:
        return {
            "title": document.title,
            "issuers": "\n".join(document.issuers),
            "recipients": document.recipients,
            "openness": document.openness,
            "cc": "\n".join(document.cc),
            "printed_by": document.printed_by,
            "contacts": "\n".join(f"{one.name} {one.phone}" for one in document.contacts),
        }

    def fill(self, document: OfficialDocument) -> OfficialDocument:
        """The document with this head; of a valid form."""
        told: Mapping[str, str] = self.cleaned_data
        return replace(
            document,
            title="\n".join(_lines(told["title"])),
            issuers=tuple(_lines(told["issuers"])),
            recipients="".join(_lines(told["recipients"])).removesuffix("："),
            openness=told["openness"].strip("（） "),
            cc=tuple(_lines(told["cc"])),
            printed_by=told["printed_by"].strip(),
            contacts=tuple(_contact(line) for line in _lines(told["contacts"])),
        )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _contact(line: str) -> Contact:
    name, _, phone = line.replace("\u3000", " ").rpartition(" ")
    return Contact(name.strip() or phone, phone if name.strip() else "")


class IssueForm(forms.Form):
    code_word = forms.CharField(label="发文代字", max_length=20)
    year = forms.IntegerField(label="年份", min_value=2000, max_value=2100)
    serial = forms.IntegerField(
        label="顺序号",
        min_value=1,
        max_value=99999,
        required=False,
        help_text="不填：由系统取下一个号。用过的号不能再用。",
    )
    issued_on = forms.DateField(
        label="成文日期", initial=timezone.localdate, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def number(self) -> Number:
        told = self.cleaned_data
        return Number(told["code_word"].strip(), told["year"], told["serial"])


class ReasonForm(forms.Form):
    words = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class ReturnForm(forms.Form):
    words = forms.CharField(label="修改意见", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
