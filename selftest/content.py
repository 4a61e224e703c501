"""What a self-check form asks, as plain values: header fields, items with their sub-points and options.

A form is stored as one JSON document (`FormTemplate.content`), so that a published version is one value with one
digest; `parse` is the only reader and says in Chinese what is wrong with a document.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models


class Choice(models.TextChoices):
    """是否发现问题（选择）: “是” means that a problem was found."""

    YES = "yes", "是"
    NO = "no", "否"
    NOT_APPLICABLE = "na", "不适用"


class FieldKind(models.TextChoices):
    TEXT = "text", "文字"
    PHONE = "phone", "电话"
    DATE = "date", "日期"
    NAMES = "names", "多个姓名"


class FormRefused(Exception):
    """The document is no form; the text says where and what."""


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One column of a header block. A `key` that names an attribute of the pool's Institution or Certificate is
    filled from it."""

    key: str
    label: str
    kind: FieldKind
    hint: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """A numbered sub-point; `label` is the number as printed, “（1）”, or empty where the paper prints none."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the form: 自查内容 (title), 检查方法及证明材料要求 (method, then points), options.

    `note` says where this differs from the printed source, for regulators only.
    """

    number: int
    title: str
    method: str
    points: tuple[Point, ...]
    options: tuple[Choice, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class FormContent:
    title: str
    basic: tuple[HeaderField, ...]
    certificate: tuple[HeaderField, ...]
    items: tuple[Item, ...]
    letter: str = ""
    """《诚信守法承诺书》: its paragraphs, one a line."""

    def item(self, number: int) -> Item | None:
        return next((item for item in self.items if item.number == number), None)

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(item.number for item in self.items)

    def as_json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return document


def parse(document: Mapping[str, Any]) -> FormContent:
    """Raises FormRefused with the place and what is wrong there."""
    items = tuple(_item(row, f"第 {place} 项") for place, row in enumerate(_rows(document, "items", "项目"), 1))
    if not items:
        raise FormRefused("表格没有任何自查项目。")
    if [item.number for item in items] != list(range(1, len(items) + 1)):
        raise FormRefused("自查项目的序号应从 1 起连续编号。")
    return FormContent(
        title=_text(document, "title", "标题", required=True),
        basic=_fields(document, "basic", "基本信息"),
        certificate=_fields(document, "certificate", "取得资质认定的情况"),
        items=items,
        letter=_text(document, "letter", "承诺书"),
    )


def _item(row: Mapping[str, Any], place: str) -> Item:
    number = row.get("number")
    if not isinstance(number, int):
        raise FormRefused(f"{place}：序号应为整数。")
    points = tuple(
        Point(_text(point, "label", place), _text(point, "text", f"{place}的要点", required=True))
        for point in _rows(row, "points", place)
    )
    method = _text(row, "method", place)
    if not method and not points:
        raise FormRefused(f"{place}：检查方法及证明材料要求不能为空。")
    return Item(
        number, _text(row, "title", f"{place}的自查内容", required=True), method, points, _options(row, place),
        _text(row, "note", place),
    )  # fmt: skip


def _options(row: Mapping[str, Any], place: str) -> tuple[Choice, ...]:
    try:
        options = tuple(Choice(value) for value in row.get("options", ()))
    except ValueError as error:
        raise FormRefused(f"{place}：选项只能是“是”“否”“不适用”。") from error
    if not {Choice.YES, Choice.NO} <= set(options) or len(set(options)) != len(options):
        raise FormRefused(f"{place}：选项须有“是”和“否”，且不能重复。")
    return options


def _fields(document: Mapping[str, Any], key: str, place: str) -> tuple[HeaderField, ...]:
    fields = tuple(_field(row, place) for row in _rows(document, key, place))
    if not fields:
        raise FormRefused(f"{place}没有任何栏目。")
    if len({field.key for field in fields}) != len(fields):
        raise FormRefused(f"{place}的栏目代码不能重复。")
    return fields


def _field(row: Mapping[str, Any], place: str) -> HeaderField:
    try:
        kind = FieldKind(row.get("kind", FieldKind.TEXT))
    except ValueError as error:
        raise FormRefused(f"{place}：栏目类型只能是{'、'.join(FieldKind.labels)}。") from error
    key, label = _text(row, "key", place, required=True), _text(row, "label", f"{place}的栏目名称", required=True)
    return HeaderField(key, label, kind, _text(row, "hint", place), bool(row.get("required", True)))


def _rows(document: Mapping[str, Any], key: str, place: str) -> list[Mapping[str, Any]]:
    rows = document.get(key, [])
    if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
        raise FormRefused(f"{place}：应为若干行。")
    return list(rows)


def _text(document: Mapping[str, Any], key: str, place: str, *, required: bool = False) -> str:
    value = document.get(key, "")
    if not isinstance(value, str):
        raise FormRefused(f"{place}：应为文字。")
    if required and not value.strip():
        raise FormRefused(f"{place}不能为空。")
    return value
