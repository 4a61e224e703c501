"""What people type on the public pages."""

import re

from django import forms

_digest = re.compile(r"[0-9a-f]{64}").fullmatch


class HeadForm(forms.Form):
    """A head of the public log as somebody has it on paper."""

    number = forms.IntegerField(
        label="序号",
        min_value=0,
        max_value=2_000_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 8}),
        error_messages={"required": "请填写序号。", "invalid": "序号是一个整数。"},
    )
    digest = forms.CharField(
        label="摘要",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "form-control code", "spellcheck": "false"}),
        error_messages={"required": "请填写摘要。"},
    )

    def clean_digest(self) -> str:
        """Printed in groups of four: spaces count for nothing."""
        digest = re.sub(r"\s", "", self.cleaned_data["digest"]).lower()
        if not _digest(digest):
            raise forms.ValidationError("摘要是 64 个字符，只有数字和字母 a 至 f。")
        return digest


class EnterHeadForm(HeadForm):
    origin = forms.CharField(label="印在哪里", max_length=100, help_text="如：某某机构检查通知书、抽取记录、电子邮件")
    is_certain = forms.BooleanField(
        label="已逐字核对原件", required=False, help_text="与现有日志不一致时才需要；录入后系统停止冻结和抽取，直到查明"
    )
