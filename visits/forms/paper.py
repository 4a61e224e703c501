"""A record kept on paper, typed in afterwards: the same answers as on site, one row a line of the check sheet."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone

from visits.codes import Agreement, Check, Outcome
from visits.models import Entry, Visit
from visits.sheet import ITEM, Line

CHOOSE = [("", "请选择")]
SCANS = ".pdf,.jpg,.jpeg,.png"


class FindForm(forms.Form):
    """What stands on the paper: the number of the task, or the address in the code as a phone reads it."""

    what = forms.CharField(
        label="任务编号或二维码内容", max_length=300, help_text="印在检查表右上角；可以用手机扫码后粘贴"
    )


class StartForm(forms.Form):
    """When the visit began, for one that was not started on a device."""

    started_at = forms.DateTimeField(
        label="开始检查的时间",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="按纸质记录填写",
    )
    reason = forms.CharField(
        label="不符合告知时限的理由", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="检查时间不符合本次活动的告知时限时填写",
    )  # fmt: skip

    def clean_started_at(self) -> Any:
        started_at = self.cleaned_data["started_at"]
        if started_at > timezone.now():
            raise forms.ValidationError("开始检查的时间不能晚于现在。")
        return started_at


class LineForm(forms.Form):
    """One line. `id` is drawn with the page, so that the same page sent twice is recorded once; `base`: the entry that
    stood there then."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    base = forms.UUIDField(widget=forms.HiddenInput, required=False)
    answer = forms.ChoiceField(label="检查情况", choices=[*CHOOSE, *Check.choices], required=False)
    facts = forms.CharField(label="情况描述", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    agreement = forms.ChoiceField(label="与自查核对", choices=[*CHOOSE, *Agreement.choices], required=False)

    def __init__(self, data: Any = None, *, line: Line, entry: Entry | None = None) -> None:
        initial: dict[str, object] = {"id": uuid4(), "base": entry.operation_id if entry else None}
        if entry:
            initial |= {"answer": entry.answer, "facts": entry.facts, "agreement": entry.agreement}
        super().__init__(data, initial=initial, prefix=line.key, auto_id=f"{line.key.replace(':', '-')}-%s")
        self.line, self.entry = line, entry
        if line.kind != ITEM:
            del self.fields["agreement"]

    @property
    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in ("answer", "facts", "agreement")}

    @property
    def is_new(self) -> bool:
        """Says something, and not what stands there already."""
        standing = {name: getattr(self.entry, name) for name in self.values} if self.entry else {}
        return self.values != standing and any(self.values.values())


class EndForm(forms.Form):
    """The paper's last page, with its scan. `id` of the scan as in LineForm."""

    scan_id = forms.UUIDField(widget=forms.HiddenInput)
    scan = forms.FileField(
        label="纸质记录的扫描件", required=False, widget=forms.ClearableFileInput(attrs={"accept": SCANS}),
        help_text="PDF 或图片，不超过 10 MB；应包括签字的一页",
    )  # fmt: skip
    officers = forms.MultipleChoiceField(
        label="已在纸上签字的执法检查人员", required=False, widget=forms.CheckboxSelectMultiple
    )
    institution = forms.CharField(label="被检查机构签字人", max_length=30, required=False)
    refusal = forms.CharField(label="机构拒绝签字的理由或情况", max_length=500, required=False)
    witness = forms.CharField(label="见证人", max_length=30, required=False)
    outcome = forms.ChoiceField(label="到场情况", choices=[*CHOOSE, *Outcome.choices], required=False)
    words = forms.CharField(label="情况说明", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    opinion = forms.CharField(
        label="被检查机构的意见", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any = None, files: Any = None, *, visit: Visit) -> None:
        super().__init__(data, files, initial={"scan_id": uuid4()}, prefix="end")
        names = [each.name for each in visit.attendees.all() if each.enforces]
        field = self.fields["officers"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  # for the type checker: declared above
        field.choices = [(name, name) for name in names]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        has_signed = found.get("officers") or found.get("institution") or found.get("refusal")
        if has_signed and not found.get("scan"):
            self.add_error("scan", "登记纸上的签字须附扫描件。")
        return found


def line_forms(lines: list[Line], entries: dict[str, Entry], data: Any = None) -> Iterator[LineForm]:
    for line in lines:
        yield LineForm(data, line=line, entry=entries.get(line.key))
