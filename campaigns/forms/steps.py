from django import forms


class AnswerForm(forms.Form):
    """A partner bureau's answer to one plan line."""

    agrees = forms.TypedChoiceField(
        label="意见",
        choices=[("1", "同意"), ("0", "有异议")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label="说明",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="有异议时写明理由和建议",
    )


class ContributionForm(forms.Form):
    value = forms.CharField(
        label="数值",
        max_length=256,
        help_text="任意文字或数字，如现场掷骰子的点数；提交后不能更改，抽取完成后随全文公开",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
