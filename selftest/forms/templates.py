"""What regulators type when they write a form."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django import forms
from django.core.validators import validate_slug

from campaigns.forms.choosing import offer_choices
from institutions.models import Certificate, Institution
from selftest.content import Choice, FieldKind, HeaderField, Item, Point
from selftest.models import FormTemplate, HeaderBlock

LABELLED = re.compile(r"^(（[^（）]{1,4}）|[(][0-9]{1,2}[)]|[0-9]{1,2}[.．、](?![0-9]))\s*")
POOL_FIELDS = {
    HeaderBlock.Kind.BASIC: (
        Institution,
        ("name", "address", "identifier", "legal_representative", "legal_representative_phone", "contact",
         "contact_phone"),
    ),
    HeaderBlock.Kind.CERTIFICATE: (
        Certificate,
        ("authorised_name", "number", "issuer", "approved_on", "valid_until", "top_manager", "top_manager_phone",
         "technical_lead", "signatories"),
    ),
}  # fmt: skip
"""What of the pool a header block can be filled from."""
POOL_LABELS = {"identifier": "统一社会信用代码（或组织机构代码）"}
POOL_KINDS = {"approved_on": FieldKind.DATE, "valid_until": FieldKind.DATE, "signatories": FieldKind.NAMES}


class FormTemplateForm(forms.ModelForm[FormTemplate]):
    """What a form says of itself, and the letter."""

    letter = forms.CharField(
        label="诚信守法承诺书",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="一行一段，不含标题和落款；法定代表人签署时阅读并签名",
    )

    class Meta:
        model = FormTemplate
        fields = ["title", "year", "level", "notice", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["letter"] = self.instance.parsed.letter


class CopyForm(forms.Form):
    """A next version of the same form, or another form with a code of its own."""

    NEXT, OTHER = "next", "other"

    way = forms.ChoiceField(label="复制为", widget=forms.RadioSelect, initial=NEXT)
    code = forms.CharField(
        label="新表的代码",
        required=False,
        max_length=40,
        validators=[validate_slug],
        help_text="选“另一张自查表”时填写。字母、数字和短横线，如 datong-2026",
    )

    def __init__(self, *args: Any, form: FormTemplate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [(self.NEXT, f"同一张表的下一版（代码 {form.code}）"), (self.OTHER, "另一张自查表")]
        offer_choices(self, "way", ways)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("way") == self.OTHER and "code" not in self.errors:
            if not cleaned.get("code"):
                self.add_error("code", "请填写新表的代码。")
            elif FormTemplate.objects.filter(code=cleaned["code"]).exists():
                self.add_error("code", "这个代码已被使用，请换一个。")
        return cleaned

    @property
    def code_wanted(self) -> str:
        """Empty for the next version of the same form."""
        return self.cleaned_data["code"] if self.cleaned_data["way"] == self.OTHER else ""


class ItemForm(forms.Form):
    """One row of the form. Sub-points are lines: they are added, left out and put in order by editing the text."""

    title = forms.CharField(label="自查内容", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    method = forms.CharField(
        label="检查方法及证明材料要求",
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="各要点之前的文字；只有要点的，这里不填",
    )
    points = forms.CharField(
        label="要点",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="一行一个要点。行首的序号照印发原文写，如（1）；原文没有序号的直接写文字。调整行的先后即调整要点的先后",
    )
    options = forms.MultipleChoiceField(
        label="是否发现问题",
        choices=Choice.choices,
        initial=[choice.value for choice in Choice],
        widget=forms.CheckboxSelectMultiple,
        help_text="机构从中选一项，不作预选。“是”表示发现了问题",
    )
    note = forms.CharField(
        label="说明",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="与印发原文不一致之处，只供监管人员查看",
    )

    base = forms.CharField(required=False, widget=forms.HiddenInput)
    """Which wording of the item stood on the page when it was opened."""

    def __init__(self, data: Any = None, *, item: Item | None = None) -> None:
        super().__init__(data, initial=_initial(item) if item else None)
        self._base = _fingerprint(item) if item else ""

    def clean_options(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["options"]
        if not {Choice.YES, Choice.NO} <= set(chosen):
            raise forms.ValidationError("“是”和“否”必须保留。")
        return chosen

    def clean_points(self) -> tuple[Point, ...]:
        points = tuple(_points(self.cleaned_data["points"]))
        for number, point in enumerate(points, 1):
            if not point.text:
                raise forms.ValidationError(f"第 {number} 个要点只有序号“{point.label}”，没有文字。")
        return points

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("base") != self._base:
            raise forms.ValidationError("其他人刚才修改或移动了这一项。请复制您的修改，重新打开后再保存。")
        if "points" in cleaned and not cleaned.get("method") and not cleaned["points"]:
            self.add_error("method", "检查方法和要点不能都不填。")
        return cleaned

    def item(self, number: int) -> Item:
        data = self.cleaned_data
        options = tuple(Choice(value) for value in data["options"])
        return Item(number, data["title"], data["method"], data["points"], options, data["note"])


def _initial(item: Item) -> dict[str, Any]:
    lines = [point.label + " ".join(point.text.split("\n")) for point in item.points]
    options = [option.value for option in item.options]
    return {
        "title": item.title, "method": item.method, "points": "\n".join(lines), "options": options, "note": item.note,
        "base": _fingerprint(item),
    }  # fmt: skip


def _fingerprint(item: Item) -> str:
    return hashlib.sha256(json.dumps(asdict(item), ensure_ascii=False).encode()).hexdigest()[:16]


def _points(text: str) -> Iterable[Point]:
    for line in filter(None, (line.strip() for line in text.splitlines())):
        label = LABELLED.match(line)
        yield Point(label[1], line[label.end() :]) if label else Point("", line)


class FieldForm(forms.Form):
    """One column of a header block."""

    label = forms.CharField(label="栏目名称", max_length=60)
    source = forms.ChoiceField(label="取自名录库", required=False)
    kind = forms.ChoiceField(label="类型", choices=FieldKind.choices)
    hint = forms.CharField(label="提示", max_length=100, required=False)
    required = forms.BooleanField(label="必填", required=False, initial=True)
    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, block: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "source", [("", "不取自名录库"), *pool_choices(block)])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        source, kind = cleaned.get("source", ""), cleaned.get("kind")
        wanted = POOL_KINDS.get(source)
        if wanted and kind != wanted:
            self.add_error("kind", f"名录库中这一栏的类型是“{wanted.label}”。")
        if source and not wanted and kind in {FieldKind.DATE, FieldKind.NAMES}:
            self.add_error("kind", "名录库中这一栏的类型是“文字”或“电话”。")
        return cleaned


def pool_choices(block: str) -> list[tuple[str, str]]:
    model, keys = POOL_FIELDS[HeaderBlock.Kind(block)]
    names = {field.name: str(field.verbose_name) for field in model._meta.fields} | POOL_LABELS
    return [(key, names[key]) for key in keys]


class FieldFormSet(forms.formset_factory(FieldForm, extra=2, can_delete=True, can_order=True)):  # type: ignore[misc]  # made at run time
    """The columns of one header block, in the order of their numbers."""

    def __init__(self, data: Any = None, *, block: str, fields: tuple[HeaderField, ...]) -> None:
        pool = set(POOL_FIELDS[HeaderBlock.Kind(block)][1])
        initial = [
            {
                "label": field.label, "kind": field.kind.value, "hint": field.hint, "required": field.required,
                "source": field.key if field.key in pool else "", "key": field.key,
            }
            for field in fields
        ]  # fmt: skip
        super().__init__(data, initial=initial, prefix="fields", form_kwargs={"block": block})

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = "顺序"
        form.fields["DELETE"].label = "删除"

    def clean(self) -> None:
        if any(self.errors):
            return
        kept = self._kept
        if not kept:
            raise forms.ValidationError("至少保留一栏。")
        seen: set[str] = set()
        for form in kept:
            source = form.cleaned_data["source"]
            if source and source in seen:
                form.add_error("source", "另一栏已经取自名录库的这一内容，请保留一栏。")
            seen.add(source)

    @property
    def _kept(self) -> list[forms.Form]:
        kept = [form for form in self.ordered_forms if form.cleaned_data.get("label")]
        return [form for form in kept if not form.cleaned_data.get("DELETE")]

    def header_fields(self) -> tuple[HeaderField, ...]:
        taken = {form.cleaned_data["source"] or form.cleaned_data["key"] for form in self._kept}
        return tuple(self._field(form.cleaned_data, taken) for form in self._kept)

    @staticmethod
    def _field(data: dict[str, Any], taken: set[str]) -> HeaderField:
        pool = {key for _, keys in POOL_FIELDS.values() for key in keys}
        key = data["source"] or (data["key"] if data["key"] not in pool else "") or _free_key(taken)
        return HeaderField(key, data["label"], FieldKind(data["kind"]), data["hint"], data["required"])


def _free_key(taken: set[str]) -> str:
    number = next(number for number in range(1, 1000) if f"own_{number}" not in taken)
    taken.add(f"own_{number}")
    return f"own_{number}"
