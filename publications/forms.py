from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from accounts.uploads import TAKES
from campaigns.models import Task
from institutions.models import Certificate, Institution
from publications.content import Content, Table
from publications.models import Disclosure, PublicationKind
from visits.models import Measure

BETWEEN_CELLS = " | "
WRITTEN = [(kind.value, kind.label) for kind in (PublicationKind.CASES, PublicationKind.BULLETIN)]


def text_field(
    label: str, *, rows: int = 3, longest: int = 500, required: bool = True, help_text: str = ""
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=longest, required=required, widget=widget, help_text=help_text)


def day_field(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class YearForm(forms.Form):
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"year": timezone.localdate().year})
        super().__init__(*args, **kwargs)


class ResultChoice(forms.ModelMultipleChoiceField[Task]):
    def label_from_instance(self, obj: Task) -> str:
        return f"{obj.institution.name}（{obj.number}，{obj.get_state_display()}）"


class TasksForm(forms.Form):
    """Which concluded tasks; all are chosen beforehand."""

    tasks = ResultChoice(queryset=Task.objects.none(), label="检查任务", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, tasks: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"tasks": tasks})
        super().__init__(*args, **kwargs)
        self.fields["tasks"].queryset = tasks  # type: ignore[attr-defined]


class MeasureChoice(forms.ModelMultipleChoiceField[Measure]):
    def label_from_instance(self, obj: Measure) -> str:
        return f"{obj.task.institution.name}：{obj.get_kind_display()}（{obj.bureau.short_name}，{obj.document_number or '无文号'}，{obj.decided_on:%Y-%m-%d}）"


class MeasuresForm(forms.Form):
    measures = MeasureChoice(queryset=Measure.objects.none(), label="处理决定", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, measures: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"measures": measures})
        super().__init__(*args, **kwargs)
        self.fields["measures"].queryset = measures  # type: ignore[attr-defined]


def figures_of(text: str) -> tuple[tuple[str, str], ...]:
    """One a line: 指标：数值."""
    pairs = (line.replace(":", "：", 1).partition("：") for line in text.splitlines() if line.strip())
    return tuple((label.strip(), value.strip()) for label, _, value in pairs)


class WrittenForm(forms.Form):
    """典型案例 or 通报."""

    kind = forms.ChoiceField(label="类别", choices=WRITTEN, widget=forms.RadioSelect, initial=PublicationKind.CASES)
    title = forms.CharField(label="标题", max_length=150)
    text = text_field(
        "正文", rows=12, longest=20_000,
        help_text="一行一段。电话、证件号码等会自动隐去；案例中的人名请写作“某某”，涉及的机构写明名称。",
    )  # fmt: skip
    figures = text_field("数据", rows=4, longest=2000, required=False, help_text="一行一项，如：检查机构：103 家。")

    def clean_figures(self) -> tuple[tuple[str, str], ...]:
        return figures_of(self.cleaned_data["figures"])


class WordsForm(forms.Form):
    """What may be written otherwise: the title, the words, the tables' cells."""

    title = forms.CharField(label="标题", max_length=150)
    words = text_field("正文", rows=6, longest=20_000, required=False, help_text="一行一段。")
    notes = text_field("说明", rows=3, longest=4000, required=False, help_text="一行一条，列在最后。")
    reason = text_field("更正说明", rows=2, help_text="随公示公开：改了什么、为什么改。")

    def __init__(self, *args: Any, content: Content, reason: str | None, **kwargs: Any) -> None:
        """reason: None for a first version, which needs none."""
        self.content = content
        kwargs.setdefault(
            "initial",
            {
                "title": content.title, "words": "\n".join(content.words), "notes": "\n".join(content.notes),
                "reason": reason or "",
            },
        )  # fmt: skip
        super().__init__(*args, **kwargs)
        if reason is None:
            del self.fields["reason"]
        for number, table in enumerate(content.tables):
            field = text_field(
                table.title, rows=min(12, len(table.rows) + 1), longest=400_000, required=False,
                help_text=f"一行一条，各栏用竖线分开：{BETWEEN_CELLS.join(table.columns)}。删去一行即不公示该条。",
            )  # fmt: skip
            field.initial = "\n".join(BETWEEN_CELLS.join(row) for row in table.rows)
            self.fields[f"table_{number}"] = field

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        tables = []
        for number, table in enumerate(self.content.tables):
            rows = tuple(
                tuple(cell.strip() for cell in line.split("|"))
                for line in given.get(f"table_{number}", "").splitlines() if line.strip()
            )  # fmt: skip
            if wrong := [str(at) for at, row in enumerate(rows, 1) if len(row) != len(table.columns)]:
                self.add_error(f"table_{number}", f"第 {'、'.join(wrong[:5])} 行的栏数不是 {len(table.columns)} 栏。")
            tables.append(Table(table.title, table.columns, rows))
        return {**given, "tables": tuple(tables)}


class ResultForm(forms.Form):
    """The words of each department and of each problem, in their places."""

    def __init__(self, *args: Any, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        for number, (bureau, category, words) in enumerate(row.departments):
            field = text_field(f"{bureau}（{category}）", rows=2, longest=4000, required=False)
            field.initial = words
            self.fields[f"department_{number}"] = field
        for number, (matter, severity, words) in enumerate(row.problems):
            field = text_field(f"问题{number + 1}：{matter}（{severity}）", rows=3, longest=4000)
            field.initial = words
            self.fields[f"problem_{number}"] = field

    def said(self) -> dict[str, list[str]]:
        given = self.cleaned_data
        return {
            "departments": [given[f"department_{number}"] for number in range(len(self.row.departments))],
            "problems": [given[f"problem_{number}"] for number in range(len(self.row.problems))],
        }


class PenaltyForm(forms.Form):
    facts = text_field("违法事实", rows=4, required=False)


class ProposeForm(forms.Form):
    not_before = day_field("不早于", help_text="此日以前不公布；不填则批准后立即公布。")

    def clean_not_before(self) -> date | None:
        day: date | None = self.cleaned_data["not_before"]
        if day and day < timezone.localdate():
            raise forms.ValidationError("不早于的日期已经过去，请改为今天以后的日期，或者不填。")
        return day


class ReturnForm(forms.Form):
    words = text_field("退回意见", rows=2)


class CorrectForm(forms.Form):
    reason = text_field("更正说明", rows=3, help_text="随公示公开：改了什么、为什么改。")
    renew = forms.BooleanField(
        label="按最新的记录重新生成内容", required=False, initial=True, help_text="不勾选则从现行版本照录，再手工修改。"
    )


class WithdrawForm(forms.Form):
    reason = text_field("撤回理由", rows=3, help_text="随撤回公开，并一直可以查看。")


class LatenessForm(forms.Form):
    words = text_field("逾期原因", rows=3)


class RepairForm(forms.Form):
    words = text_field(
        "申请理由和纠正情况",
        rows=8,
        longest=4000,
        help_text="写明已经履行的处罚、纠正的行为、消除的影响，以及证明材料。",
    )


class RepairDecisionForm(forms.Form):
    is_granted = forms.TypedChoiceField(
        label="决定", choices=[("1", "准予修复，自今日起不再公示该处罚"), ("0", "不予修复")], widget=forms.RadioSelect,
        coerce=lambda value: value == "1",
    )  # fmt: skip
    words = text_field("审核意见", rows=3, required=False, help_text="不予修复的必须写明，机构会看到。")


class DisclosureForm(forms.Form):
    institution = forms.ModelChoiceField(queryset=Institution.objects.none(), label="机构", empty_label=None)
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *Disclosure.Kind.choices])
    certificate = forms.ModelChoiceField(
        queryset=Certificate.objects.none(), label="资质认定证书", required=False, empty_label="（不属于某一证书）",
        help_text="能力附表须选择证书。",
    )  # fmt: skip
    title = forms.CharField(label="标题", max_length=120)
    text = text_field("内容", rows=6, longest=10_000, required=False, help_text="电话号码、证件号码等会自动隐去。")
    file = forms.FileField(
        label="文件", required=False, help_text=f"{TAKES}。文件将原样公开，请先去掉个人信息。",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.doc,.docx,.xls,.xlsx"}),
    )  # fmt: skip

    def __init__(self, *args: Any, institutions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["institution"].queryset = institutions  # type: ignore[attr-defined]
        certificates = Certificate.objects.filter(institution__in=institutions)
        self.fields["certificate"].queryset = certificates  # type: ignore[attr-defined]


class DisclosureWordsForm(forms.Form):
    words = text_field("意见", rows=2)
