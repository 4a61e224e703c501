"""What regulators type about results, findings, joint reviews and adoptions."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from accounts.models import Bureau
from campaigns.forms.campaign import DayInput
from campaigns.forms.choosing import offer, offer_choices
from campaigns.models import LegalBasis, Task
from visits.codes import Category, FollowUp, Severity, SubCategory, TradeOutcome
from visits.models import DepartmentResult, Evidence, Finding
from visits.proposals import Proposal
from visits.results import EDITABLE, Found, earlier_findings, last_visit, visit_day

UNCHOSEN = ("", "请选择")
MOST_BASES = 400


def coded(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """With the platform's code before each name."""
    return [(code, f"{code}　{label}") for code, label in choices]


class ResultForm(forms.Form):
    """A draft may leave out what a result that is handed in needs."""

    refused_title = ""
    NEEDED = ("category", "follow_up", "trade_outcome")

    category = forms.ChoiceField(
        label="检查结果", required=False, choices=[UNCHOSEN, *coded(Category.choices)], help_text="平台代码在前"
    )
    sub_category = forms.ChoiceField(
        label="问题类别", required=False, choices=[UNCHOSEN, *coded(SubCategory.choices)],
        help_text="检查结果为“A 发现问题待后续处理”时选择，其他结果不用选",
    )  # fmt: skip
    follow_up = forms.ChoiceField(label="后续处置", required=False, choices=[UNCHOSEN, *FollowUp.choices])
    is_finished = forms.BooleanField(label="后续处置已经完结", required=False)
    trade_outcome = forms.ChoiceField(
        label="处理情况",
        required=False,
        choices=[UNCHOSEN, *TradeOutcome.choices],
        help_text="检验检测行业通报的统计口径",
    )
    words = forms.CharField(
        label="情况说明", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="检查了什么、发现了什么、当场如何处理",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.NEEDED:
            self.fields[name].optional_words = "提交时必填"  # type: ignore[attr-defined]

    @classmethod
    def of(cls, result: DepartmentResult, data: Any = None) -> "ResultForm":
        return cls(data, initial={name: getattr(result, name) for name in EDITABLE})

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("category") != Category.PENDING:
            values["sub_category"] = ""
        return values

    def is_complete(self) -> bool:
        """Once it is valid: says at each field that is missing that the result cannot be handed in without it."""
        missing = [name for name in self.NEEDED if not self.cleaned_data[name]]
        self.refused_title = "草稿已经保存，还不能提交" if missing else ""
        for name in missing:
            self.add_error(name, f"提交前须选择{self.fields[name].label}。")
        return not missing


class FindingForm(forms.Form):
    """A finding of one result. Legal bases are those valid on the day of the visit, by document; `search` narrows them."""

    line = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)
    matter = forms.CharField(label="检查事项", max_length=120)
    facts = forms.CharField(
        label="事实", max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="时间、对象、数量等经查实的情况，只写事实，不写定性",
    )  # fmt: skip
    severity = forms.ChoiceField(label="性质", choices=Severity.choices, widget=forms.RadioSelect)
    search = forms.CharField(
        label="查找依据", required=False, max_length=40, help_text="文件名称、条款或条文中的字词",
        widget=forms.TextInput(attrs={"type": "search"}),
    )  # fmt: skip
    legal_basis = forms.ModelChoiceField(
        LegalBasis.objects.none(), label="违反的规定", required=False, empty_label="请选择",
        help_text="只列检查当日有效的版本；一般质量管理或技术问题可以不选",
    )  # fmt: skip
    evidence = forms.ModelMultipleChoiceField(
        Evidence.objects.none(), label="证据", required=False, widget=forms.CheckboxSelectMultiple
    )
    rechecks = forms.ModelChoiceField(
        Finding.objects.none(), label="回头看", required=False, empty_label="不是以前问题的复查",
        help_text="以前认定的问题这次仍然存在的，选择该问题，两处都会显示",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, result: DepartmentResult, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.day = visit_day(last_visit(result.task))
        self.has_no_basis = self._offer_bases(str(self["search"].value() or "").strip())
        evidence = Evidence.objects.whole().filter(visit__task=result.task)
        offer(self, "evidence", evidence, [(str(each.pk), _evidence_words(each)) for each in evidence])
        self._offer_earlier(result.task)
        if not evidence:
            del self.fields["evidence"]

    def _offer_bases(self, words: str) -> bool:
        """Returns whether nothing was found. What is chosen already stays on offer."""
        valid = LegalBasis.objects.valid_on(self.day)
        chosen = str(self["legal_basis"].value() or "")
        found = valid.filter(_says(words) | Q(pk=chosen if chosen.isdigit() else 0)) if words else valid
        rows = list(found.order_by("title", "article")[:MOST_BASES])
        groups = [(title, [(each.pk, _basis_words(each)) for each in each_of]) for title, each_of in by_title(rows)]
        offer(self, "legal_basis", valid, [UNCHOSEN, *groups])  # type: ignore[list-item]
        return not rows

    def _offer_earlier(self, task: Task) -> None:
        earlier = earlier_findings(task)
        choices = [(str(each.pk), _earlier_words(each)) for each in earlier]
        if choices:
            offer(self, "rechecks", earlier, [("", "不是以前问题的复查"), *choices])
        else:
            del self.fields["rechecks"]

    @property
    def found(self) -> Found:
        given = self.cleaned_data
        return Found(
            given["matter"], given["facts"], Severity(given["severity"]), given["legal_basis"], line=given["line"],
            evidence=tuple(given.get("evidence", ())), rechecks=given.get("rechecks"),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        severity = values.get("severity")
        if severity and severity != Severity.GENERAL and not values.get("legal_basis") and "legal_basis" in values:
            self.add_error("legal_basis", f"“{Severity(severity).label}”须选择违反的规定。")
        return values


def prefilled(proposal: Proposal) -> dict[str, Any]:
    return {
        "line": proposal.line, "matter": proposal.matter, "facts": proposal.facts,
        "severity": proposal.severity, "evidence": [each.pk for each in proposal.evidence],
    }  # fmt: skip


def by_title(bases: Iterable[LegalBasis]) -> Iterator[tuple[str, list[LegalBasis]]]:
    for title, rows in groupby(bases, key=lambda basis: basis.title):
        yield f"《{title}》", list(rows)


def _says(words: str) -> Q:
    return Q(title__icontains=words) | Q(article__icontains=words) | Q(text__icontains=words)


def _basis_words(basis: LegalBasis) -> str:
    return f"{basis.article}　{basis.text[:36]}" if basis.text else basis.article


def _evidence_words(evidence: Evidence) -> str:
    taken = timezone.localtime(evidence.taken_at)
    return f"{evidence.name}（{taken:%m-%d %H:%M}{'，' + evidence.words if evidence.words else ''}）"


def _earlier_words(finding: Finding) -> str:
    task = finding.result.task
    return f"{task.campaign.year} 年 {task.number}　{finding.matter}：{finding.facts[:24]}（{finding.get_state_display()}）"


class AmendForm(forms.Form):
    because = forms.CharField(
        label="更正理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="说明哪里有误、依据什么更正；原认定的版本保留，与更正后的版本并列显示",
    )  # fmt: skip


class JointForm(forms.Form):
    held_on = forms.DateField(label="研判日期", widget=DayInput())
    bureaus = forms.ModelMultipleChoiceField(
        Bureau.objects.none(), label="参加单位", widget=forms.CheckboxSelectMultiple,
        help_text="有检查结果的单位都须参加",
    )  # fmt: skip
    words = forms.CharField(label="研判意见", max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, data: Any = None, *, task: Task, results: Iterable[DepartmentResult]) -> None:
        super().__init__(data, initial={"held_on": timezone.localdate()})
        named = {result.bureau_id for result in results} | {task.bureau_id}
        named |= set(task.line.partners.values_list("pk", flat=True))
        rows = Bureau.objects.filter(pk__in=named)
        offer(self, "bureaus", rows, [(str(bureau.pk), bureau.name) for bureau in rows])

    def clean_held_on(self) -> date:
        day: date = self.cleaned_data["held_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("研判日期不能晚于今天。")
        return day


class AdoptionForm(forms.Form):
    source = forms.TypedChoiceField(label="采纳哪次检查的结果", coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="为什么可以不再重复检查，如检查事项相同、时间相近",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, sources: Iterable[Task]) -> None:
        super().__init__(data)
        offer_choices(self, "source", [(str(task.pk), _source_words(task)) for task in sources])


class DeclineAdoptionForm(forms.Form):
    words = forms.CharField(
        label="不予采纳的理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="提出人看得到；本任务照常安排检查，也可以补充后重新提出",
    )  # fmt: skip


def _source_words(task: Task) -> str:
    return f"{task.number}　{task.campaign.title}（{task.bureau.short_name}，{task.get_state_display()}）"
