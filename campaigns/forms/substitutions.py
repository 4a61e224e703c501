"""What people type around teams: declarations, recusals, and the proposal that something be replaced."""

from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from campaigns.errors import CampaignError
from campaigns.evidence import MAX_BYTES, TAKES, check_evidence
from campaigns.models import Cause, Declaration


class SubstituteForm(forms.Form):
    """`causes` are those of institutions or of people; an institution is replaced on evidence only."""

    cause = forms.TypedChoiceField(label="原因", coerce=Cause, widget=forms.RadioSelect, help_text="将随抽取全文公开")
    reason = forms.CharField(
        label="情况说明",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="何时、由谁、怎样核实；只供审批和监督，不公开",
    )
    evidence = forms.FileField(label="证明材料", max_length=150, help_text=f"如现场照片、注销决定、请假条；{TAKES}")

    def __init__(self, *args: object, causes: Sequence[Cause], needs_evidence: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["cause"].choices = [(cause.value, cause.label) for cause in causes]  # type: ignore[attr-defined]
        self.fields["evidence"].required = needs_evidence

    def clean_evidence(self) -> tuple[str, bytes] | None:
        """(name, content), looked at before it is kept."""
        file: UploadedFile[bytes] | None = self.cleaned_data["evidence"]
        if file is None:
            return None
        name, content = str(file.name), file.read(MAX_BYTES + 1)
        try:
            check_evidence(name, content)
        except CampaignError as refused:
            raise ValidationError(str(refused)) from refused
        return name, content


class DeclareForm(forms.Form):
    declaration = forms.TypedChoiceField(label="声明", choices=Declaration.choices, coerce=Declaration)
    words = forms.CharField(label="与被检查机构的关系或其他理由", required=False, max_length=500)


class RejectRecusalForm(forms.Form):
    words = forms.CharField(label="不予回避的理由", max_length=500)
