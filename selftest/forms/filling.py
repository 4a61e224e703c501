"""What the portal's pages send: one answer, or one header block. The services check again what is said here at the
field."""

import re
from datetime import date
from typing import Any

from django import forms

from selftest.content import Choice, FieldKind, HeaderField, Item
from selftest.filling import LONGEST_TEXT, TEXTS
from selftest.header import LONGEST_VALUE
from selftest.models import Answer, HeaderBlock

NAME_BREAKS = re.compile(r"[\n、，,；;]+")
TOO_LONG = {"max_length": "不能超过 %(limit_value)d 字，现有 %(show_value)d 字。"}
WHY = {
    "description": "什么问题、在哪里、涉及多少（例如报告、设备、人员）",
    "cause": "为什么会发生",
    "measure": "怎样整改、由谁负责",
    "reason": "例如：本机构没有异地分支机构",
}


class LongText(forms.CharField):
    """A line break counts as one character, as in the browser."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class DraftForm(forms.Form):
    """Every field may be empty: a draft is saved as far as it goes. `partly` takes only the fields that were sent."""

    use_required_attribute = False

    def __init__(self, *args: Any, more: dict[str, forms.Field], partly: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= more
        for name, field in list(self.fields.items()):
            field.widget.attrs["data-field"] = name
            if partly and self.add_prefix(name) not in self.data:
                del self.fields[name]


class AnswerForm(DraftForm):
    choice = forms.ChoiceField(label="是否发现问题", required=False, widget=forms.RadioSelect)
    due_on = forms.DateField(
        label="整改完成日期", required=False, help_text="已经整改完成的，填实际完成的日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请填写日期，如 2025-09-15。"},
    )  # fmt: skip

    def __init__(self, item: Item, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, more=_texts(), **kwargs)
        choice = self.fields.get("choice")
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [(option, Choice(option).label) for option in item.options]


def _texts() -> dict[str, forms.Field]:
    return {
        name: LongText(
            label=label, required=False, max_length=LONGEST_TEXT, help_text=WHY[name],
            widget=forms.Textarea(attrs={"rows": 3}), error_messages=TOO_LONG,
        )
        for name, label in TEXTS.items()
    }  # fmt: skip


def answer_values(answer: Answer) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in ("choice", *TEXTS, "due_on")}


class NamesField(forms.CharField):
    """Several names, one a line; the marks with which people part names are understood too."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        text = str(super().to_python(value)).replace("\r", "\n")
        return [name for part in NAME_BREAKS.split(text) if (name := part.strip())]


class BlockForm(DraftForm):
    """The fields of one header block, named block<pk>-<key>."""

    def __init__(self, fields: tuple[HeaderField, ...], block: HeaderBlock, *args: Any, **kwargs: Any) -> None:
        more = {field.key: _field(field) for field in fields}
        initial = {name: _as_text(value) for name, value in block.values.items()}
        super().__init__(*args, more=more, prefix=f"block{block.pk}", initial=initial, **kwargs)

    def values(self) -> dict[str, Any]:
        """What was sent, as the service takes it: dates as ISO text."""
        return {name: _stored(value) for name, value in self.cleaned_data.items()}


def _stored(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return value
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _field(field: HeaderField) -> forms.Field:
    common: dict[str, Any] = {"label": field.label, "help_text": field.hint, "required": False}
    match field.kind:
        case FieldKind.DATE:
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            return forms.DateField(widget=widget, error_messages={"invalid": "请填写日期，如 2025-09-15。"}, **common)
        case FieldKind.NAMES:
            common["help_text"] = field.hint or "每行一人"
            return NamesField(widget=forms.Textarea(attrs={"rows": 3}), **common)
        case FieldKind.PHONE:
            widget_of_phone = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
            return forms.CharField(max_length=LONGEST_VALUE, widget=widget_of_phone, error_messages=TOO_LONG, **common)
    return forms.CharField(max_length=LONGEST_VALUE, error_messages=TOO_LONG, **common)


def _as_text(value: Any) -> Any:
    return "\n".join(value) if isinstance(value, list) else value
