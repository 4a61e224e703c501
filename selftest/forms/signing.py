"""What is asked for when a version is signed: on screen by the legal representative or a delegate, or on paper."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.rules import can
from selftest import papers
from selftest.errors import SelfCheckError
from selftest.models import SelfCheck, Submission, Way
from selftest.signing import Paper

WHY_ASKED_AGAIN = "为确认是您本人办理，请再次输入登录本系统的密码"


class PaperField(forms.FileField):
    """A scanned page; `called` is its name in the store."""

    widget = forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})

    def __init__(self, *, called: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.called = called


class SigningForm(forms.Form):
    """`digest` is that of the version which this page showed. Files come out as checked papers."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    signer_name = forms.CharField(label="签署人姓名", max_length=30)
    password = forms.CharField(
        label="您的登录密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=WHY_ASKED_AGAIN,
    )

    delegation: Paper | None = None
    who_signs = ""
    """Whose name is asked for."""

    def __init__(self, *args: Any, self_check: SelfCheck, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.self_check, self.by = self_check, by
        self.fields["signer_name"].help_text = self.who_signs

    @property
    def paper(self) -> Paper:
        raise NotImplementedError

    def checked(self, name: str) -> Paper | None:
        """The uploaded file of this field as a paper."""
        file, field = self.cleaned_data[name], self.fields[name]
        if not file or not isinstance(field, PaperField):
            return None
        try:
            return papers.scanned_paper(
                file.name, file.read(), called=field.called, self_check=self.self_check, by=self.by
            )
        except SelfCheckError as refused:
            raise ValidationError(str(refused)) from refused

    def clean_written(self) -> Paper | None:
        self.delegation = self.checked("written")
        return self.delegation


class OnScreenForm(SigningForm):
    """`drawing` is the pad's PNG as a data URL, kept in the page when another field has an error."""

    who_signs = "法定代表人的姓名，与自查表一致"
    drawing = forms.CharField(label="手写签名", required=False, strip=True, widget=forms.HiddenInput)

    def __init__(self, *args: Any, representative: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.representative = representative

    def clean_signer_name(self) -> str:
        name: str = self.cleaned_data["signer_name"]
        if self.representative and name != self.representative:
            raise ValidationError(
                f"自查表中的法定代表人是“{self.representative}”，请输入同样的姓名；如填报有误，请撤回修改。"
            )
        return name

    def clean_drawing(self) -> Paper:
        try:
            return papers.drawn_signature(self.cleaned_data["drawing"])
        except SelfCheckError as refused:
            raise ValidationError(str(refused)) from refused

    @property
    def paper(self) -> Paper:
        paper: Paper = self.cleaned_data["drawing"]
        return paper


class DelegateForm(OnScreenForm):
    """A clerk signs for the legal representative, who has delegated that in writing."""

    who_signs = "受委托人的姓名，与授权委托书一致"
    written = PaperField(
        label="授权委托书", called="delegation", help_text="由法定代表人签字并加盖公章，写明受委托人姓名和委托事项"
    )
    field_order = ("digest", "written", "signer_name", "password")


class OnPaperForm(SigningForm):
    who_signs = "在纸上签字的人的姓名"
    page = PaperField(
        label="签字盖章后的扫描件或照片", called="signed-page", help_text="须能看清签字、印章和页脚的内容摘要"
    )
    written = PaperField(
        label="授权委托书",
        called="delegation",
        required=False,
        help_text="由受委托人签字的，须上传；法定代表人本人签字的不用",
    )
    field_order = ("digest", "page", "written", "signer_name", "password")

    def clean_page(self) -> Paper | None:
        return self.checked("page")

    @property
    def paper(self) -> Paper:
        paper: Paper = self.cleaned_data["page"]
        return paper


def form_for(submission: Submission, way: Way, user: User, data: Any = None, files: Any = None) -> SigningForm:
    """The form that this person signs with. On screen: the legal representative's own; anybody else's, with a written
    delegation. Bound if there is `data`."""
    self_check = submission.self_check
    more: dict[str, Any] = {
        "initial": {"digest": submission.digest}, "auto_id": f"{way}-%s", "self_check": self_check, "by": user,
    }  # fmt: skip
    if way == Way.ON_PAPER:
        return OnPaperForm(data, files, **more)
    if not can(user, "sign", self_check):
        return DelegateForm(data, files, **more)
    name = json.loads(submission.text)["basic"].get("legal_representative", "")
    return OnScreenForm(data, files, representative=name, **more)
