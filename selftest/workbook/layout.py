"""What both writing and reading know of the workbook: sheets, columns, and the marks that tell what was touched."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from selftest.content import Choice, FieldKind, FormContent, HeaderField
from selftest.header import fields_of, tidy
from selftest.models import Answer, HeaderBlock
from workbooks.writing import clean_text

KEPT_SHEET = "系统信息"
HEADER_SHEET = "基本信息"
ITEMS_SHEET = "自查表"
LAYOUT = "lianchou-self-check-1"
"""First cell of the hidden sheet; another layout gets another number."""
NUMBER = "序号"
BASIC_LABEL = "单位"
"""Stands in the number's column of the row of 基本信息; certificates have 1, 2, …"""
FIRST_FIELD = 1
"""Index of the first header field's column, after the number's."""


@dataclass(frozen=True, slots=True)
class ItemColumn:
    key: str
    title: str
    width: float
    is_filled: bool = True


ITEM_COLUMNS = (
    ItemColumn("number", NUMBER, 6, is_filled=False),
    ItemColumn("title", "自查内容", 22, is_filled=False),
    ItemColumn("method", "检查方法及证明材料要求", 62, is_filled=False),
    ItemColumn("choice", "是否发现问题（选择）", 13),
    ItemColumn("description", "问题描述", 24),
    ItemColumn("cause", "原因分析", 20),
    ItemColumn("measure", "整改措施", 20),
    ItemColumn("due_on", "整改完成日期", 13),
    ItemColumn("reason", "不适用理由", 18),
)
FILLED = {column.key: index for index, column in enumerate(ITEM_COLUMNS) if column.is_filled}
"""Field of an answer → index of its column."""


@dataclass(frozen=True, slots=True)
class BlockRow:
    """One row of the sheet 基本信息, and what its first cell says."""

    label: str
    block: HeaderBlock
    fields: tuple[HeaderField, ...]


def block_rows(content: FormContent, blocks: Iterable[HeaderBlock]) -> list[BlockRow]:
    """基本信息 first, then the certificates numbered from 1."""
    found: list[BlockRow] = []
    certificates = 0
    for block in sorted(blocks, key=lambda block: (block.kind != HeaderBlock.Kind.BASIC, block.position, block.pk)):
        is_basic = block.kind == HeaderBlock.Kind.BASIC
        certificates += not is_basic
        label = BASIC_LABEL if is_basic else str(certificates)
        found.append(BlockRow(label, block, fields_of(content, block.kind)))
    return found


def field_titles(fields: tuple[HeaderField, ...]) -> list[str]:
    """The columns of a header block as printed, the number's first."""
    titles = (field.label + (f"\n{field.hint}" if field.hint else "") for field in fields)
    return [NUMBER, *(writable(title) for title in titles)]


def answer_text(answer: Answer, key: str) -> str:
    """What the cell of this field says; a date as ISO text."""
    value = getattr(answer, key)
    if key == "choice":
        return str(Choice(value).label) if value else ""
    return value.isoformat() if isinstance(value, dt.date) else writable(value or "")


def field_text(field: HeaderField, values: dict[str, Any]) -> str:
    value = values.get(field.key) or ""
    if field.kind == FieldKind.DATE and value:
        return dt.date.fromisoformat(value).isoformat()
    return writable("、".join(value) if field.kind == FieldKind.NAMES else value)


def writable(text: str) -> str:
    """The text as a cell gives it back."""
    return tidy(clean_text(text))


def mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
