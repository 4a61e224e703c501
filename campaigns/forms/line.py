from collections.abc import Iterator
from typing import Any

from django import forms

from accounts.models import Bureau, Department
from campaigns.forms.campaign import bureau_choices
from campaigns.forms.choosing import offer, offer_choices
from campaigns.models import (
    Campaign,
    Exclusion,
    ExclusionKind,
    InspectionMatter,
    KeyTargetRule,
    PlanLine,
    SizeKind,
    SlotRole,
    TeamSlot,
)
from campaigns.models.plan import RATIO

CLASSES = "ABCD"
OTHER_KINDS = [kind for kind in ExclusionKind if kind != ExclusionKind.OWNER_DEPARTMENT]


class LineForm(forms.ModelForm[PlanLine]):
    """One plan line: whom it covers, how many, who is left out, how key targets count."""

    excluded_owners = forms.ModelMultipleChoiceField(
        Department.objects.all(), label="排除这些部门所属的机构", required=False, widget=forms.CheckboxSelectMultiple
    )
    excluded_kinds = forms.MultipleChoiceField(
        label="其他排除情形",
        required=False,
        choices=[(kind.value, kind.label) for kind in OTHER_KINDS],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = PlanLine
        fields = [
            "title",
            "code",
            "domain",
            "takes_rest",
            "level",
            "lead_bureau",
            "partners",
            "matters",
            "size_kind",
            "count",
            "ratio",
            "rounding",
            "stated_count",
            "excluded_owners",
            "excluded_kinds",
            "key_target_rule",
            "key_target_lots",
            "reserve",
        ]
        widgets = {"partners": forms.CheckboxSelectMultiple, "matters": forms.CheckboxSelectMultiple}
        help_texts = {
            "code": "英文短名，写入抽取规则，如 vehicle",
            "takes_rest": "不选领域，包括其他条目之外的全部机构",
            "reserve": "每组按顺序列出的候补数，需要替换时依次递补",
        }

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign = campaign
        bureaus = bureau_choices(campaign)
        for name in ("lead_bureau", "partners"):
            offer(self, name, Bureau.objects.all(), bureaus)
        offer(self, "matters", InspectionMatter.objects.filter(is_active=True))
        for field in self._class_fields():
            self.fields[field[0]] = field[1]
        if self.instance.pk:
            self._fill_exclusions()

    def _class_fields(self) -> Iterator[tuple[str, forms.Field]]:
        for letter in CLASSES:
            yield (
                f"ratio_{letter}",
                forms.CharField(
                    label=f"{letter} 类比例",
                    required=False,
                    max_length=7,
                    validators=[RATIO],
                    initial=self.instance.ratio_by_class.get(letter, ""),
                ),
            )
        for letter in CLASSES:
            yield (
                f"lots_{letter}",
                forms.IntegerField(
                    label=f"{letter} 类签数",
                    required=False,
                    min_value=1,
                    max_value=99,
                    initial=self.instance.lots_by_class.get(letter),
                ),
            )

    def _fill_exclusions(self) -> None:
        rows = list(self.instance.exclusions.all())
        self.initial["excluded_owners"] = [row.department_id for row in rows if row.department_id]
        self.initial["excluded_kinds"] = [row.kind for row in rows if not row.department_id]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if self.campaign.lines.filter(code=code).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("本活动已有代码相同的条目。")
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("takes_rest")) == bool(cleaned.get("domain")):
            self.add_error("domain", "请选择一个领域，或者勾选“其他各领域”，两者选一。")
        kind = cleaned.get("size_kind")
        if kind == SizeKind.COUNT and cleaned.get("count") is None:
            self.add_error("count", "按固定数量抽取，请填写数量。")
        if kind == SizeKind.RATIO and not cleaned.get("ratio"):
            self.add_error("ratio", "按比例抽取，请填写比例，如 4%。")
        ratios = self._by_class(cleaned, "ratio")
        if kind == SizeKind.RATIO_BY_CLASS and not ratios:
            self.add_error("ratio_A", "按分类定比例，请至少填写一类的比例。")
        lots = self._by_class(cleaned, "lots")
        if lots and cleaned.get("key_target_rule") == KeyTargetRule.LOTS:
            self.add_error("key_target_rule", "签数只能按重点抽查对象或按信用风险分类之一增加。")
        self.instance.ratio_by_class = ratios if kind == SizeKind.RATIO_BY_CLASS else {}
        self.instance.lots_by_class = lots
        return cleaned

    @staticmethod
    def _by_class(cleaned: dict[str, Any], prefix: str) -> dict[str, Any]:
        return {letter: value for letter in CLASSES if (value := cleaned.get(f"{prefix}_{letter}"))}

    def exclusions(self) -> list[Exclusion]:
        owners = [
            Exclusion(kind=ExclusionKind.OWNER_DEPARTMENT, department=department)
            for department in self.cleaned_data["excluded_owners"]
        ]
        return owners + [Exclusion(kind=kind) for kind in self.cleaned_data["excluded_kinds"]]


class SlotForm(forms.Form):
    role = forms.ChoiceField(label="身份", choices=SlotRole.choices)
    source = forms.ChoiceField(label="从哪里抽")
    number = forms.IntegerField(label="人数", min_value=1, max_value=20, initial=1)

    def __init__(self, *args: Any, sources: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "source", [("", "请选择"), *sources])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_expert = cleaned.get("role") == SlotRole.EXPERT
        if cleaned.get("source") and is_expert != (cleaned["source"] == "expert"):
            self.add_error("source", "专家只能从专家库抽取，执法检查人员和配合人员从单位抽取。")
        return cleaned

    def slot(self) -> TeamSlot:
        data = self.cleaned_data
        kind, _, code = data["source"].partition("|")
        return TeamSlot(
            role=data["role"],
            number=data["number"],
            bureau=Bureau.objects.get(pk=code) if kind == "bureau" else None,
            county_department=Department.objects.get(pk=code) if kind == "county" else None,
        )


class SlotFormSet(forms.formset_factory(SlotForm, extra=2, can_delete=True)):  # type: ignore[misc]  # made at run time
    """The team slots of a line, in order."""

    def __init__(self, data: Any = None, *, campaign: Campaign, line: PlanLine | None = None) -> None:
        initial = [_initial(slot) for slot in line.slots.all()] if line and line.pk else []
        super().__init__(data, initial=initial, prefix="slots", form_kwargs={"sources": source_choices(campaign)})

    def slots(self) -> list[TeamSlot]:
        filled = [form for form in self.forms if form.cleaned_data.get("source")]
        return [form.slot() for form in filled if not form.cleaned_data.get("DELETE")]


def _initial(slot: TeamSlot) -> dict[str, Any]:
    source = f"bureau|{slot.bureau_id}" if slot.bureau_id else f"county|{slot.county_department_id}"
    return {
        "role": slot.role,
        "source": "expert" if slot.role == SlotRole.EXPERT else source,
        "number": slot.number,
    }


def source_choices(campaign: Campaign) -> list[tuple[str, str]]:
    counties = [
        (f"county|{department.pk}", f"机构所在县区的{department.short_name}部门")
        for department in Department.objects.all()
    ]
    bureaus = [(f"bureau|{code}", name) for code, name in bureau_choices(campaign)]
    return [*counties[:3], ("expert", "专家库"), *bureaus]
