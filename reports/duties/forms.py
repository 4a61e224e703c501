from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from campaigns.forms.campaign import DayInput
from campaigns.models import Campaign
from reports.duties.reminding import owed
from reports.duties.states import SubmissionState
from reports.models import ReportingDuty, Submission
from visits.forms.referrals import BureauField

STATUS = (
    ("owed", "未报送"),
    ("overdue", "逾期未报"),
    ("met", "已报送"),
    ("handed_in", "待签收"),
    ("returned", "已退回"),
    ("received", "已签收"),
)


class DutyForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ReportingDuty
        fields = ("kind", "title", "due_on", "is_soft", "channel", "source")
        widgets = {"due_on": DayInput()}


class NewDutyForm(DutyForm):
    sender = BureauField(label="报送单位", help_text="键入名称的一部分后选择。向本单位报送。")

    field_order = ("sender", *DutyForm.Meta.fields)


class UploadForm(forms.Form):
    file = forms.FileField(label="文件")


class HandInForm(forms.Form):
    words = forms.CharField(
        label="说明", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="没有可报的，请写明，如“本辖区无典型案例”。",
    )  # fmt: skip


class ReturnForm(forms.Form):
    reason = forms.CharField(label="退回理由和要补正的内容", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class DutyFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(label="状态", choices=STATUS, method="in_status", empty_label="全部")
    campaign = django_filters.ModelChoiceFilter(label="抽查活动", queryset=Campaign.objects.none(), empty_label="全部")
    side = django_filters.CharFilter(widget=forms.HiddenInput, method="stay")

    class Meta:
        model = ReportingDuty
        fields = ("status", "campaign", "side")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["campaign"].queryset = Campaign.objects.filter(pk__in=self.queryset.order_by().values("campaign"))

    def in_status(self, rows: QuerySet[ReportingDuty], name: str, status: str) -> QuerySet[ReportingDuty]:
        return in_status(rows, status)

    def stay(self, rows: QuerySet[ReportingDuty], name: str, value: str) -> QuerySet[ReportingDuty]:
        """Which side is looked at, kept in the address while its rows are filtered."""
        return rows


def in_status(rows: QuerySet[ReportingDuty], status: str) -> QuerySet[ReportingDuty]:
    """A returned one is owed again."""
    if status in ("owed", "overdue"):
        found = rows.filter(pk__in=owed().values("pk"))
        return found.filter(due_on__lt=timezone.localdate()) if status == "overdue" else found
    if status == "met":
        return rows.filter(due_on__isnull=False).exclude(pk__in=owed().values("pk"))
    later = Submission.objects.filter(duty=OuterRef("duty"), number__gt=OuterRef("number"))
    out = Submission.objects.exclude(state=SubmissionState.DRAFT)
    last = out.filter(~Exists(later.exclude(state=SubmissionState.DRAFT)), state=status)
    return rows.filter(pk__in=last.values("duty"))
