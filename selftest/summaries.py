"""What a version says, short enough to be read before it is signed; taken from its frozen text alone."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from selftest import header
from selftest.content import Choice, FieldKind, FormContent, HeaderField
from selftest.models import HeaderBlock, Submission

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """An item answered “是”, or “不适用” with its reason; carried: which round's answer it is, or empty."""

    number: int
    title: str
    answer: JSON
    due_on: date | None
    carried: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A header block as it was handed in: label and value pairs."""

    title: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Material:
    item: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is not the pool's; it goes to the bureau when the version is signed."""

    place: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Summary:
    title: str
    institution: str
    total: int
    yes: int
    no: int
    not_applicable: int
    carried: int
    blocks: list[Block]
    problems: list[Found]
    without: list[Found]
    materials: list[Material]
    changes: list[Change]


def summary_of(submission: Submission) -> Summary:
    document: JSON = json.loads(submission.text)
    content = submission.self_check.round.form.parsed
    counted = Counter(row["choice"] for row in document["answers"])
    return Summary(
        title=content.title,
        institution=document["institution"]["name"],
        total=len(document["answers"]),
        yes=counted[Choice.YES],
        no=counted[Choice.NO],
        not_applicable=counted[Choice.NOT_APPLICABLE],
        carried=sum(bool(row["carried_from"]) for row in document["answers"]),
        blocks=list(_blocks(content, document)),
        problems=list(_found(content, document, Choice.YES)),
        without=list(_found(content, document, Choice.NOT_APPLICABLE)),
        materials=[Material(row["item"], row["name"], row["size"]) for row in document["attachments"]],
        changes=list(_changes(submission, content)),
    )


def _found(content: FormContent, document: JSON, choice: Choice) -> Iterator[Found]:
    titles = {item.number: item.title for item in content.items}
    for row in document["answers"]:
        if row["choice"] == choice:
            due_on = date.fromisoformat(row["due_on"]) if row["due_on"] else None
            yield Found(row["item"], titles[row["item"]], row, due_on, row["carried_from"])


def _blocks(content: FormContent, document: JSON) -> Iterator[Block]:
    yield Block("基本信息", _rows(content.basic, document["basic"]))
    for place, block in enumerate(document["certificates"], 1):
        several = f"（{place}）" if len(document["certificates"]) > 1 else ""
        yield Block(f"取得资质认定的情况{several}", _rows(content.certificate, block["values"]))


def _rows(fields: tuple[HeaderField, ...], values: JSON) -> list[tuple[str, str]]:
    return [(field.label, words_of(field, values.get(field.key))) for field in fields]


def words_of(field: HeaderField, value: Any) -> str:
    if field.kind == FieldKind.NAMES:
        return "、".join(value or [])
    return str(value or "")


def _changes(submission: Submission, content: FormContent) -> Iterator[Change]:
    self_check = submission.self_check
    blocks = list(self_check.blocks.select_related("certificate"))
    for each in header.differences(content, blocks, self_check.institution):
        place = f"证书 {each.certificate.number}" if each.certificate else str(HeaderBlock.Kind.BASIC.label)
        yield Change(place, each.field.label, words_of(each.field, each.old), words_of(each.field, each.new))
