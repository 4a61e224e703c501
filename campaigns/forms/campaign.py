from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from accounts.models import Bureau, User
from campaigns import services
from campaigns.forms.choosing import offer
from campaigns.models import BasisDocument, Campaign, CampaignIssuer, CampaignKind, Source, Stage
from campaigns.models.plan import RATIO


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class CampaignForm(forms.ModelForm[Campaign]):
    overall_ratio = forms.CharField(
        label="总体比例",
        required=False,
        max_length=7,
        validators=[RATIO],
        help_text="通知写明的总体比例，如 4%，用来核对各条目数量之和",
    )

    class Meta:
        model = Campaign
        fields = [
            "number",
            "title",
            "year",
            "kind",
            "draws_lots",
            "parent",
            "looks_back_at",
            "document_number",
            "issued_on",
            "notice_window",
            "overall_ratio",
            "overall_count",
            "quota_count",
            "quota_mode",
            "tasks_per_inspector",
            "publishes_plan",
            "publishes_drawn_list",
            "publishes_results",
            "objection_days",
            "reveal_hours",
            "discloses_on",
            "explains_draw",
            "description",
            "discipline",
        ]
        widgets = {
            "issued_on": DayInput(),
            "discloses_on": DayInput(),
            "description": forms.Textarea(attrs={"rows": 3}),
            "discipline": forms.Textarea(attrs={"rows": 3}),
            "looks_back_at": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "number": "用于抽取编号和任务编号，如 140200-2025-01",
            "parent": "本活动承接的上级活动，如省局统一部署的监督抽查",
            "notice_window": "各地通知写法不同，按本次通知选择",
            "explains_draw": "机构登录后可以看到自己为什么在或不在名录、抽取前的机会和入库证明",
            "publishes_drawn_list": "检查前公示名单可能走漏消息，请按要求选择",
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Campaign.objects.visible_to(user) | Campaign.objects.filter(children=self.instance.pk)
        offer(self, "parent", others.exclude(pk=self.instance.pk or 0))
        earlier = Campaign.objects.visible_to(user).with_tasks().exclude(kind=CampaignKind.PRACTICE)
        known = Campaign.objects.filter(looked_back_by=self.instance.pk)
        offer(self, "looks_back_at", (earlier | known).exclude(pk=self.instance.pk or 0).distinct())


class IssuerForm(forms.ModelForm[CampaignIssuer]):
    class Meta:
        model = CampaignIssuer
        fields = ["bureau"]
        labels = {"bureau": "发文机关"}


class BasisDocumentForm(forms.ModelForm[BasisDocument]):
    class Meta:
        model = BasisDocument
        fields = ["title", "number"]


class StageForm(forms.ModelForm[Stage]):
    class Meta:
        model = Stage
        fields = ["kind", "name", "starts_on", "ends_on", "is_soft"]
        widgets = {"starts_on": DayInput(), "ends_on": DayInput()}


class SourceForm(forms.ModelForm[Source]):
    class Meta:
        model = Source
        fields = ["kind", "bureau", "name"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") in {Source.Kind.BUREAU, Source.Kind.WITNESS} and not cleaned.get("bureau"):
            self.add_error("bureau", "请选择单位。")
        if cleaned.get("kind") in {Source.Kind.PUBLIC, Source.Kind.WITNESS} and not cleaned.get("name"):
            self.add_error("name", "请填写名称，如：双色球2025105期、纪检。")
        return cleaned


@dataclass(frozen=True, slots=True)
class Part:
    """A list that belongs to a campaign and is edited as a whole: its form, its service, its words."""

    slug: str
    title: str
    note: str
    relation: str
    form: type[forms.ModelForm[Any]]
    replace: Callable[..., None]

    def formset(self, campaign: Campaign, data: Any = None) -> "forms.BaseFormSet[Any]":
        rows = getattr(campaign, self.relation).all()
        names = list(self.form._meta.fields or ())
        initial = [{name: getattr(row, name) for name in names} for row in rows]
        factory = forms.formset_factory(self.form, extra=3, can_delete=True)
        formset = factory(data, initial=initial, prefix=self.relation)
        _scope_bureaus(formset, campaign)
        return formset

    def rows(self, formset: "forms.BaseFormSet[Any]") -> list[Any]:
        """The filled rows that are not marked for deletion, in their order."""
        kept = [form for form in formset.forms if form.has_changed() or form.initial]
        kept = [form for form in kept if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        names = list(self.form._meta.fields or ())
        return [self.form._meta.model(**{name: form.cleaned_data[name] for name in names}) for form in kept]


def _scope_bureaus(formset: "forms.BaseFormSet[Any]", campaign: Campaign) -> None:
    """Bureaus that can take part: those of the lead's own region and above or below it."""
    choices = list(bureau_choices(campaign))
    for form in [*formset.forms, formset.empty_form]:
        if "bureau" in form.fields:
            offer(form, "bureau", Bureau.objects.all(), [("", "请选择"), *choices])


def bureau_choices(campaign: Campaign) -> list[tuple[str, str]]:
    bureaus = Bureau.objects.filter(region__code__startswith=campaign.scope).order_by(
        "region_id", "department__position"
    )
    return list(bureaus.values_list("pk", "name"))


PARTS = {
    part.slug: part
    for part in (
        Part("issuers", "发文机关", "按通知落款的顺序填写，牵头单位在前。", "issuers", IssuerForm, services.replace_issuers),
        Part("basis", "文件依据", "本次抽查依据的文件，按通知引用的顺序。", "basis_documents", BasisDocumentForm,
             services.replace_basis_documents),
        Part("stages", "实施阶段", "日期按通知原文填写，阶段可以首尾相接或重叠，遇周末不顺延。", "stages", StageForm,
             services.replace_stages),
        Part("sources", "随机数来源", "抽取前由各来源各提交一个数值，缺一不可：至少一个公开数值，或两个单位（见证人）。",
             "sources", SourceForm, services.replace_sources),
    )
}  # fmt: skip
