from django import forms

WORDS = forms.Textarea(attrs={"rows": 3})


class SignMinutesForm(forms.Form):
    """`digest` is that of the minutes as this page showed them."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    words = forms.CharField(
        label="保留意见",
        required=False,
        max_length=1000,
        widget=WORDS,
        help_text="对抽取过程有不同意见的，写在这里，与签字一并列出；没有就不填",
    )
    password = forms.CharField(
        label="您的登录密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="为确认是您本人签字，请再次输入",
    )
