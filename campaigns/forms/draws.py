"""What people type around a draw: contributions, approvals, remarks, voiding, supplementary draws."""

from django import forms

from campaigns.contributing import ORIGIN_LENGTH, VALUE_LENGTH
from campaigns.models import Campaign, Remark

WORDS = forms.Textarea(attrs={"rows": 3})


class CommitForm(forms.Form):
    commitment = forms.RegexField(
        r"^\s*[0-9a-fA-F]{64}\s*$",
        label="承诺摘要",
        error_messages={"invalid": "承诺摘要应为 64 位十六进制字符。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "code"}),
        help_text="由本页在您的浏览器里算出；也可以用验证程序自行计算后粘贴",
    )


class RevealForm(forms.Form):
    value = forms.CharField(
        label="数值", max_length=VALUE_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class PublicValueForm(forms.Form):
    value = forms.CharField(
        label="公开数值", max_length=VALUE_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    origin = forms.CharField(
        label="出处", max_length=ORIGIN_LENGTH, help_text="任何人都能核对的地方，如中国福利彩票网站开奖公告"
    )
    occurred_at = forms.DateTimeField(
        label="产生时间",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="须在全部承诺公布之后",
    )


class ConfirmForm(forms.Form):
    password = forms.CharField(
        label="您的登录密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="为确认是您本人，请再次输入",
    )
    words = forms.CharField(label="审批意见", required=False, max_length=500, widget=WORDS)


class DeclineForm(forms.Form):
    words = forms.CharField(label="退回理由", max_length=500, widget=WORDS)


class VoidForm(forms.Form):
    reason = forms.CharField(
        label="作废理由",
        max_length=500,
        widget=WORDS,
        help_text="理由将列入公开记录，请不要写被抽中机构的名称和个人信息",
    )


class RemarkForm(forms.Form):
    """Objections are raised before the draw; afterwards there are comments only."""

    kind = forms.ChoiceField(label="类别", choices=Remark.Kind.choices, widget=forms.RadioSelect)
    words = forms.CharField(label="内容", max_length=1000, widget=WORDS)

    def __init__(self, *args: object, may_object: bool = True, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not may_object:
            self.fields["kind"].widget = forms.HiddenInput()
            self.fields["kind"].initial = Remark.Kind.COMMENT


class ObjectionForm(forms.Form):
    words = forms.CharField(label="异议内容", max_length=1000, widget=WORDS)


class AnswerObjectionForm(forms.Form):
    words = forms.CharField(label="答复", max_length=1000, widget=WORDS)


class SupplementForm(forms.Form):
    """One field per plan line: how many more to draw; empty for none."""

    reason = forms.CharField(label="理由", max_length=500, widget=WORDS, help_text="如：某领域收到的名单中没有机构")

    def __init__(self, *args: object, campaign: Campaign, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.campaign = campaign
        for line in campaign.lines.all():
            self.fields[f"line-{line.code}"] = forms.IntegerField(
                label=f"{line.title}，补充抽取家数", required=False, min_value=1, max_value=10_000
            )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if not self.errors and not self.counts():
            raise forms.ValidationError("请至少填写一个条目的补充抽取家数。")
        return cleaned

    def counts(self) -> dict[str, int]:
        """Line code → how many."""
        found = {
            code: self.cleaned_data.get(f"line-{code}") for code in self.campaign.lines.values_list("code", flat=True)
        }
        return {code: count for code, count in found.items() if count}
