"""What is asked for when measures and rectifications are proposed, decided, reported and verified."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils import timezone

from accounts.models import Bureau, Region
from campaigns.models import Task
from visits.codes import WITH_AMOUNT, WITHOUT_DOCUMENT, MeasureKind
from visits.filing import TAKES
from visits.measures import WITH_END
from visits.models import Finding, Measure, Rectification, RectificationReport, Visit
from visits.rectifying import revisits
from visits.states import FindingState

USUAL_TERM = timedelta(days=30)
Way = RectificationReport.Way


def day_field(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def words_field(label: str, *, rows: int = 3, longest: int = 2000, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), **more)


class ByRegion(ModelChoiceIterator[Bureau]):
    """Bureaus under the names of their regions."""

    def __iter__(self) -> Any:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        groups: dict[str, list[Any]] = {}
        for bureau in self.queryset.select_related("region"):
            groups.setdefault(bureau.region.name, []).append(self.choice(bureau))
        yield from groups.items()


class BureauField(forms.ModelChoiceField[Bureau]):
    iterator = ByRegion


class FindingsField(forms.ModelMultipleChoiceField[Finding]):
    def __init__(self, **more: Any) -> None:
        super().__init__(
            queryset=Finding.objects.none(), label="针对的问题", widget=forms.CheckboxSelectMultiple, **more
        )

    def label_from_instance(self, obj: Finding) -> str:
        return f"{obj.matter}：{obj.facts[:60]}（{obj.get_severity_display()}，{obj.get_state_display()}）"


def findings_of(task: Task) -> QuerySet[Finding]:
    """Those that something can follow from."""
    return Finding.objects.filter(result__task=task).exclude(state=FindingState.WITHDRAWN).select_related("result")


def open_findings(task: Task) -> list[int]:
    """Chosen to begin with."""
    return list(findings_of(task).filter(state=FindingState.OPEN).values_list("pk", flat=True))


def deciding_bureaus(task: Task) -> QuerySet[Bureau]:
    """Of the institution's county, city and province: who may have to decide about it."""
    county = task.institution.county_id
    places = (f"{county[:2]}0000", f"{county[:4]}00", county)
    taking_part = Bureau.objects.filter(results__task=task).values("region_id")
    regions = Region.objects.filter(pk__in=places) | Region.objects.filter(pk__in=taking_part)
    return Bureau.objects.filter(region__in=regions).order_by("-region_id", "department__position")


class ProposeForm(forms.Form):
    findings = FindingsField()
    kind = forms.ChoiceField(label="处理措施", choices=[("", "请选择"), *MeasureKind.choices])
    bureau = BureauField(
        queryset=Bureau.objects.none(),
        label="作出单位",
        empty_label="请选择",
        help_text="由该单位决定和执行，并登记文号。",
    )
    person = forms.CharField(
        label="当事人",
        max_length=30,
        required=False,
        help_text="针对个人的措施（如行业禁入）填写姓名；针对机构的不填。",
    )
    post = forms.CharField(label="职务", max_length=40, required=False)
    words = words_field("说明", required=False)

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"findings": open_findings(task), "bureau": task.bureau_id})
        super().__init__(*args, **kwargs)
        self.fields["findings"].queryset = findings_of(task)  # type: ignore[attr-defined]
        self.fields["bureau"].queryset = deciding_bureaus(task)  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    """Asks only for what decisions of this kind have."""

    decided_on = day_field("决定日期")
    document_number = forms.CharField(label="文号", max_length=60, help_text="处罚决定书、撤销决定等的文号。")
    amount = forms.DecimalField(
        label="金额（元）", max_digits=14, decimal_places=2, widget=forms.NumberInput(attrs={"step": "0.01"}),
        help_text="以元为单位，最多两位小数。",
    )  # fmt: skip
    ends_on = day_field("终止日期", required=False, help_text="没有期限（如终身禁入）的不填。")

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"decided_on": timezone.localdate()})
        super().__init__(*args, **kwargs)
        kind = MeasureKind(measure.kind)
        self.fields["document_number"].required = kind not in WITHOUT_DOCUMENT
        if kind not in WITH_AMOUNT:
            del self.fields["amount"]
        if kind not in WITH_END:
            del self.fields["ends_on"]


class CarryOutForm(forms.Form):
    done_on = day_field("执行完毕日期")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"done_on": timezone.localdate()})
        super().__init__(*args, **kwargs)


class DropForm(forms.Form):
    words = words_field("不再办理的理由", longest=1000)


class OrderForm(forms.Form):
    findings = FindingsField()
    demands = words_field(
        "整改要求", rows=6, longest=4000, help_text="逐条写明要改什么、改到什么程度，一行一条，印在通知书上。"
    )
    due_on = day_field("整改期限", help_text="机构须在这一天以前完成整改并报告。")

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"findings": open_findings(task), "due_on": timezone.localdate() + USUAL_TERM})
        super().__init__(*args, **kwargs)
        self.fields["findings"].queryset = findings_of(task)  # type: ignore[attr-defined]


class RevisitField(forms.ModelChoiceField[Visit]):
    def label_from_instance(self, obj: Visit) -> str:
        return f"{timezone.localtime(obj.ended_at):%Y-%m-%d} 复查（{obj.get_outcome_display()}）"


class VerifyForm(forms.Form):
    """Nothing is chosen beforehand."""

    is_verified = forms.TypedChoiceField(
        label="复查结论", choices=[("1", "已整改到位"), ("0", "整改不到位，退回继续整改")], widget=forms.RadioSelect,
        coerce=lambda value: value == "1",
    )  # fmt: skip
    way = forms.ChoiceField(label="复查方式", choices=Way.choices, widget=forms.RadioSelect)
    visit = RevisitField(
        queryset=Visit.objects.none(), label="复查记录", required=False, empty_label="（书面复查不选）",
        help_text="现场复查的，选择已经结束的那一次。",
    )  # fmt: skip
    words = words_field("复查意见", required=False, help_text="整改不到位的必须写明，机构会看到。")

    def __init__(self, *args: Any, order: Rectification, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = revisits(order)
        self.fields["visit"].queryset = found  # type: ignore[attr-defined]
        if not found.exists():
            del self.fields["visit"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        return {**given, "visit": given.get("visit") if given.get("way") == Way.ON_SITE else None}


class ExtensionDecisionForm(forms.Form):
    words = forms.CharField(
        label="意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="不同意的必须写明理由，机构会看到。",
    )  # fmt: skip


class ReportForm(forms.Form):
    text = words_field("整改情况", rows=6, longest=4000, help_text="逐条说明做了什么、现在怎样。")
    file = forms.FileField(
        label="整改材料", required=False, help_text=f"照片、单据等合成一个文件：{TAKES}。",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.doc,.docx,.xls,.xlsx"}),
    )  # fmt: skip


class AskExtensionForm(forms.Form):
    until = day_field("申请延至")
    reason = words_field("理由", longest=2000, help_text="写明为什么不能按期完成、还要做什么。")
