"""What activation, the people page and the page of letters ask."""

from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField

from accounts.forms import HOW_TO_CHOOSE
from accounts.models import Role
from institutions.models import Representative


class CodeForm(forms.Form):
    code = forms.CharField(
        label="邀请码",
        max_length=100,
        help_text="函件上的 16 位字母和数字，如 K7WM-3RTA-9CDE-4HJN。大小写、连字符、空格都可以。",
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false", "class": "form-control code"
            }
        ),
    )  # fmt: skip


def _password(label: str, **more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget, **more)


class AccountForm(forms.Form):
    name = forms.CharField(
        label="姓名", max_length=30, help_text="请填真实姓名，填报和签署记录中会写明。",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    phone = forms.RegexField(
        r"^[0-9+() -]{7,20}$", label="手机或电话", max_length=20, help_text="市场监管部门有事时联系您。",
        error_messages={"invalid": "请填写电话号码，如 13800000000 或 0352-5550000。"},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    email = forms.EmailField(
        label="电子邮箱", required=False, help_text="填写后，临近截止、被退回时会收到邮件。",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )  # fmt: skip
    username = UsernameField(
        label="用户名", max_length=50, help_text="以后登录用，可以用字母、数字、汉字。",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    password = _password("密码", help_text=HOW_TO_CHOOSE)
    again = _password("再次输入密码")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "password" in values and "again" in values and values.pop("again") != values["password"]:
            self.add_error("again", "两次输入的密码不一致。")
        return values


class InviteForm(forms.Form):
    role = forms.TypedChoiceField(
        label="邀请谁", coerce=Role, choices=Representative.ROLES, widget=forms.RadioSelect,
        initial=Role.INSTITUTION_CLERK,
    )  # fmt: skip

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers_roles = bool(roles)
        field = self.fields["role"]
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [(role.value, role.label) for role in roles]


class EndForm(forms.Form):
    invite_next = forms.BooleanField(
        label="同时生成新的邀请码，交给接手的人", required=False, initial=True, widget=forms.CheckboxInput()
    )


class LettersForm(forms.Form):
    county = forms.CharField(max_length=12, required=False)
    without_account = forms.ChoiceField(required=False, choices=[("no", "全部机构"), ("yes", "仅尚无经办人账号的机构")])

    def clean_without_account(self) -> bool:
        return bool(self.cleaned_data["without_account"] == "yes")
