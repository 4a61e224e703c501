"""Forms collect what a person typed; the services decide."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import ValidationError

from accounts.models import Bureau, Department, Region, Role, User
from accounts.services import AccountRefused
from accounts.services.tokens import LIFETIMES

HOW_TO_CHOOSE = "至少 12 位；或至少 8 位且包含大写字母、小写字母、数字、符号中的三类。不用常见密码和键盘上连续的按键，不含用户名和电话，不与最近用过的相同。"


class SignInForm(forms.Form):
    refused_title = "还不能登录"

    username = UsernameField(
        label="用户名", widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    refused_title = "还不能继续"

    code = forms.CharField(
        label="动态口令或恢复码",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )

    def __init__(self, *args: Any, first: bool = False, **kwargs: Any) -> None:
        """`first`: of a telephone that is being set up, for which there are no recovery codes yet."""
        super().__init__(*args, **kwargs)
        if first:
            self.fields["code"].label = "手机上显示的六位动态口令"
            self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": False}


class PasswordForm(forms.Form):
    old = forms.CharField(
        label="原密码",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码",
        strip=False,
        max_length=200,
        help_text=HOW_TO_CHOOSE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再次输入新密码",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "new" in values and "again" in values and values["new"] != values["again"]:
            self.add_error("again", "两次输入的新密码不一致。")
        return values


class EmailForm(forms.Form):
    email = forms.EmailField(
        label="电子邮箱",
        required=False,
        help_text="用于接收提醒，不用于登录，也不公开；清空后不再发邮件。",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


class TokenForm(forms.Form):
    days = forms.TypedChoiceField(label="有效期", coerce=int, choices=list(LIFETIMES.items()), initial=90)


class UserForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ("username", "name", "phone", "bureau")
        help_texts = {
            "username": "登录时使用，可用字母、数字、汉字和 @.+-_，创建后不能修改。",
            "bureau": "机关单位人员须填写；检验检测机构人员和管理员不填。",
        }


class UserEditForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ("name", "phone", "bureau")
        help_texts = {"bureau": "调动单位后，可查看的数据范围随之改变。"}


class GrantForm(forms.Form):
    role = forms.TypedChoiceField(label="角色", coerce=Role, choices=Role.choices)


class BureauForm(forms.ModelForm[Bureau]):
    class Meta:
        model = Bureau
        fields = ("name", "short_name", "branch_of", "document_prefix", "contact_office", "contact_phone")
        help_texts = {
            "branch_of": "县级分局以市局名义执法的，填写所属市局。",
            "document_prefix": "用于检查通知书编号，如：同市监认证",
        }


class NewBureauForm(BureauForm):
    department = forms.ModelChoiceField(Department.objects.all(), label="部门")
    region = forms.ModelChoiceField(Region.objects.all(), label="行政区划")

    field_order = ["department", "region", "name", "short_name"]


class RegionForm(forms.ModelForm[Region]):
    class Meta:
        model = Region
        fields: tuple[str, ...] = ("name", "parent", "valid_from", "valid_to")
        widgets = {
            field: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for field in ("valid_from", "valid_to")
        }


class NewRegionForm(RegionForm):
    class Meta(RegionForm.Meta):
        fields = ("code", "name", "level", "kind", "parent", "valid_from", "valid_to")
        help_texts = {"code": "六位数字。功能区没有国标代码的，用所在市的前四位加本地编号。"}


@contextmanager
def refusals_shown_in(form: forms.BaseForm) -> Iterator[None]:
    """What a service refuses inside the block becomes an error of the form, at its field where it has one."""
    try:
        yield
    except AccountRefused as refusal:
        form.add_error(None, str(refusal))
    except ValidationError as error:
        for field, messages in error.message_dict.items() if hasattr(error, "error_dict") else [("", error.messages)]:
            form.add_error(field if field in form.fields else None, messages)


class CalendarDayForm(forms.Form):
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    is_working = forms.TypedChoiceField(
        label="这一天", choices=[("1", "上班（调休的周末）"), ("0", "放假")], widget=forms.RadioSelect,
        coerce=lambda value: value == "1",
    )  # fmt: skip
    source = forms.CharField(
        label="依据",
        max_length=120,
        help_text="如：国务院办公厅关于2027年部分节假日安排的通知（国办发明电〔2026〕×号）。",
    )
