from django import forms


class AllotmentForm(forms.Form):
    """A list handed down by the upper level."""

    file = forms.FileField(label="上级下发的名单", help_text=".xlsx，不超过 20 MB，可先下载模板")
    origin = forms.CharField(
        label="来源", max_length=120, initial="省局下发名单", help_text="如文号或下发日期；同一来源再次上传会整体替换"
    )
