"""What people type to plan a visit, to tell the institution, and to say who comes along; the services decide."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Bureau, User
from accounts.uploads import MAX_BYTES
from campaigns.forms.choosing import offer
from campaigns.models import InspectionNotice, Task
from visits import filing, preparing
from visits.codes import DeliveryMode
from visits.errors import VisitError
from visits.models import Visit

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
BY_HAND = [(mode.value, mode.label) for mode in DeliveryMode if mode != DeliveryMode.ELECTRONIC]
LONGEST_VISIT = timedelta(days=14)


class PlanForm(forms.Form):
    """`aware`: whoever plans has seen what speaks against that time; asked only where something does."""

    day = forms.DateField(label="检查日期", widget=DAY)
    starts = forms.TimeField(label="到场时间", widget=CLOCK)
    ends = forms.TimeField(label="预计结束时间", widget=CLOCK)
    last_day = forms.DateField(label="结束日期", required=False, widget=DAY, help_text="一天内结束的不用填")
    aware = forms.BooleanField(
        label="已核对所提示的问题，仍按这个时间安排", required=False, widget=forms.CheckboxInput()
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not {"day", "starts", "ends"} <= values.keys() or "last_day" not in values:
            return values
        values["start"] = _moment(values["day"], values["starts"])
        values["end"] = _moment(values["last_day"] or values["day"], values["ends"])
        if values["day"] < timezone.localdate():
            self.add_error("day", "检查日期不能早于今天。")
        if values["end"] <= values["start"]:
            self.add_error("ends", "结束时间应晚于到场时间。")
        elif values["end"] - values["start"] > LONGEST_VISIT:
            self.add_error("last_day", f"一次检查不超过 {LONGEST_VISIT.days} 天。")
        return values


def _moment(day: Any, clock: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


def times_of(visit: Visit) -> dict[str, Any]:
    """As the form asks for them."""
    start, end = timezone.localtime(visit.planned_start), timezone.localtime(visit.planned_end)
    last_day = end.date() if end.date() != start.date() else None
    return {"day": start.date(), "starts": start.time(), "ends": end.time(), "last_day": last_day}


class CancelForm(forms.Form):
    because = forms.CharField(
        label="取消原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="记入审计，检查组可以看到"
    )


class CooperatingForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=30)
    workplace = forms.CharField(label="所在单位", max_length=80)


class PreparationForm(forms.Form):
    materials = forms.CharField(
        label="需准备的材料", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="一行一项，写入检查通知书；不填的，按通常的材料列明",
    )  # fmt: skip
    contact: forms.ModelChoiceField[Bureau] = forms.ModelChoiceField(
        Bureau.objects.none(), label="联系单位", required=False, empty_label="组织检查单位",
        help_text="机构有疑问时联系的单位，通知书上印其联系科室和电话",
    )  # fmt: skip

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "contact", preparing.contacts_of(task))


class DeliveryForm(forms.Form):
    mode = forms.TypedChoiceField(label="送达方式", choices=BY_HAND, coerce=DeliveryMode, widget=forms.RadioSelect)
    told_at = forms.DateTimeField(label="送达时间", widget=MOMENT, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
    received_by = forms.CharField(label="签收人", required=False, max_length=30, help_text="直接送达的须填写")
    witness = forms.CharField(label="见证人", required=False, max_length=30, help_text="留置送达的须填写")
    words = forms.CharField(
        label="说明", required=False, max_length=500, help_text="邮寄的写明邮件编号；留置的写明拒收的情况"
    )
    proof = forms.FileField(
        label="凭证", required=False, max_length=150, help_text=f"送达回证、邮件回执或现场照片；{filing.TAKES}"
    )

    def __init__(self, *args: Any, notice: InspectionNotice, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notice, self.by = notice, by

    def clean_proof(self) -> Any:
        """A Paper, or None."""
        file = self.cleaned_data["proof"]
        if file is None:
            return None
        try:
            return filing.kept_paper(str(file.name), file.read(MAX_BYTES + 1), subject=self.notice, by=self.by)
        except VisitError as refused:
            raise forms.ValidationError(str(refused)) from refused
