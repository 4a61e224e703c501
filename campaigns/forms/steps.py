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
