from datetime import date

from django import forms
from django.utils import timezone

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MendedForm(forms.Form):
    mended_on = forms.DateField(label="实际完成日期", widget=DAY, help_text="整改真正完成的那一天，不能晚于今天。")
    result = forms.CharField(
        label="整改结果", max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="做了什么、现在怎样，监管部门凭此确认。",
    )  # fmt: skip

    def clean_mended_on(self) -> date:
        day: date = self.cleaned_data["mended_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("实际完成日期不能晚于今天。")
        return day


class DecisionForm(forms.Form):
    words = forms.CharField(
        label="意见", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="退回或不予更新时必须写明理由，机构会看到。",
    )  # fmt: skip
