"""One version of a self-check as the official form: the landscape table of the notice's annex, as plain values.

A version is printed from its own frozen text (selftest.submitting.compose), never from rows that may have moved on; a
draft is printed from the same composition of what stands now.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from campaigns import addresses
from reports.datasets import signed
from reports.documents import Column, Provenance
from reports.typesetting import in_fours
from selftest.content import Choice, FieldKind, FormContent, HeaderField, Item, Point
from selftest.models import Capacity, FormTemplate, SelfCheck, Signature, Submission, Way
from selftest.submitting import compose

LETTER_TITLE = "诚信守法承诺书"
BASIC_LABEL = "基本信息"
CERTIFICATES_LABEL = "取得资质认定的情况"
CHOICE_LABELS = {choice.value: str(choice.label) for choice in Choice}
TEXTS = (("description", "问题描述"), ("cause", "原因分析"), ("measure", "整改措施"), ("due_on", "完成日期"), ("reason", "不适用理由"))  # fmt: skip
MOST_FILES_NAMED = 6
LONG_WORDS = 300
LARGEST_PICTURE = 140_000
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
UNBROKEN_KEYS = frozenset({"identifier", "number"})
WEIGHTS = {"address": 2.4, "name": 1.8, "authorised_name": 1.8, "signatories": 1.8}

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HeaderTable:
    """A header block: its name stands at the side of all its rows."""

    label: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PrintedItem:
    """options: label and whether it was chosen; words: label and text for the column 问题描述."""

    number: int
    title: str
    method: str
    points: tuple[Point, ...]
    options: tuple[tuple[str, bool], ...]
    words: tuple[tuple[str, str], ...] = ()

    @property
    def is_long(self) -> bool:
        """Too much for one page with what stands around it: its row may break."""
        return sum(len(text) for _, text in self.words) > LONG_WORDS


@dataclass(frozen=True, slots=True)
class SignaturePlace:
    """picture: data URI of a signature drawn on screen, or empty; note: how it was signed."""

    capacity: str = "法定代表人"
    name: str = ""
    picture: str = ""
    day: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SelfCheckSheet:
    """where: round, version and receipt in the foot of every page; digest: of the version, in groups of four.

    stamp: across every page, “草稿”. letter: the paragraphs of the commitment letter, on a page of its own.
    check_url: what the QR code holds; empty leaves the code out.
    """

    title: str
    headers: tuple[HeaderTable, ...]
    items: tuple[PrintedItem, ...]
    where: str
    digest: str = ""
    stamp: str = ""
    institution: str = ""
    letter: tuple[str, ...] = ()
    signature: SignaturePlace = SignaturePlace()
    check_url: str = ""
    made: Provenance | None = None


def blank_sheet(form: FormTemplate, *, made_by: User) -> SelfCheckSheet:
    """The form with nothing in it; one that is not published yet is stamped."""
    content = form.parsed
    return SelfCheckSheet(
        title=content.title,
        headers=_headers(content, {}, [{}]),
        items=tuple(_item(item, {}, []) for item in content.items),
        where=f"{form.title}　第 {form.version} 版" if form.is_published else f"{form.title}　草稿",
        stamp="" if form.is_published else "草稿",
        letter=_paragraphs(content.letter),
        made=_made(made_by, "空白表"),
    )


def draft_sheet(self_check: SelfCheck, *, made_by: User) -> SelfCheckSheet:
    """What stands in the form now, for the institution's own people: stamped, without digest."""
    where = f"{self_check.round.title}　草稿，尚未报送"
    return _sheet(self_check, compose(self_check, 0), where=where, stamp="草稿", made=_made(made_by, "填报中的内容"))


def version_sheet(submission: Submission, *, made_by: User, address: str = "") -> SelfCheckSheet:
    """A version word for word, with its signature if there is one. `address` leads to its receipt's public check."""
    signature = signature_of(submission)
    return _sheet(
        submission.self_check,
        json.loads(submission.text),
        where=_where(submission, signature),
        digest=in_fours(submission.digest),
        stamp="已撤回" if submission.withdrawn_at else "",
        signature=_place(signature) if signature else SignaturePlace(),
        check_url=address if signature else "",
        made=_made(made_by, f"第 {submission.number} 版" + ("" if signature else "，尚未签署")),
    )


def signature_of(submission: Submission) -> Signature | None:
    found: Signature | None = getattr(submission, "signature", None)
    return found


def check_address(signature: Signature, request: HttpRequest | None = None) -> str:
    """Where anybody compares the receipt, as its QR code holds it."""
    return addresses.public_address(reverse("selftest:receipt", args=[signature.token]), request)


def _sheet(self_check: SelfCheck, document: JSON, *, where: str, **more: Any) -> SelfCheckSheet:
    content = self_check.round.form.parsed
    answers = {row["item"]: row for row in document["answers"]}
    files: dict[int, list[str]] = {}
    for row in document["attachments"]:
        files.setdefault(row["item"], []).append(row["name"])
    return SelfCheckSheet(
        title=content.title,
        headers=_headers(content, document["basic"], [row["values"] for row in document["certificates"]]),
        items=tuple(_item(item, answers.get(item.number, {}), files.get(item.number, [])) for item in content.items),
        where=where,
        institution=document["institution"]["name"],
        letter=_paragraphs(content.letter) if self_check.round.needs_letter else (),
        **more,
    )


def _headers(content: FormContent, basic: JSON, certificates: Sequence[JSON]) -> tuple[HeaderTable, ...]:
    return (
        _header(BASIC_LABEL, content.basic, [basic]),
        _header(CERTIFICATES_LABEL, content.certificate, certificates or [{}]),
    )


def _header(label: str, fields: Sequence[HeaderField], blocks: Sequence[JSON]) -> HeaderTable:
    columns = tuple(
        Column(
            _heading(field),
            WEIGHTS.get(field.key, 1.0),
            "center",
            unbroken=field.kind in {FieldKind.PHONE, FieldKind.DATE} or field.key in UNBROKEN_KEYS,
        )
        for field in fields
    )
    return HeaderTable(
        label, columns, tuple(tuple(_cell(block.get(field.key)) for field in fields) for block in blocks)
    )


def _heading(field: HeaderField) -> str:
    """With the remark that is printed below the label, in two lines of much the same length."""
    if not field.hint.startswith("（"):
        return field.label
    cut = field.hint.find("或", len(field.hint) // 3)
    cut = cut if cut > 0 else len(field.hint) // 2
    return f"{field.label}\n{field.hint[:cut]}\n{field.hint[cut:]}"


def _cell(value: Any) -> str:
    return "、".join(value) if isinstance(value, list) else str(value or "")


def _item(item: Item, answer: Mapping[str, Any], files: Sequence[str]) -> PrintedItem:
    options = tuple((CHOICE_LABELS[option], option == answer.get("choice")) for option in item.options)
    return PrintedItem(item.number, item.title, item.method, item.points, options, tuple(_words(answer, files)))


def _words(answer: Mapping[str, Any], files: Sequence[str]) -> list[tuple[str, str]]:
    words = [(label, answer[name]) for name, label in TEXTS if answer.get(name)]
    if carried := answer.get("carried_from"):
        words.append(("沿用", f"“{carried}”已审核通过的回答，本次不再重复自查"))
    if files:
        more = f" 等 {len(files)} 份" if len(files) > MOST_FILES_NAMED else ""
        words.append(("附材料", "、".join(files[:MOST_FILES_NAMED]) + more))
    return words


def _paragraphs(letter: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in letter.splitlines() if line.strip() and line.strip() != LETTER_TITLE)


def _where(submission: Submission, signature: Signature | None) -> str:
    words = f"{submission.self_check.round.title}　第 {submission.number} 版"
    return f"{words}　回执 {signature.receipt_number}" if signature else f"{words}　尚未签署"


def _place(signature: Signature) -> SignaturePlace:
    capacity = str(Capacity(signature.capacity).label)
    day = timezone.localtime(signature.signed_at)
    on_paper = signature.way == Way.ON_PAPER
    return SignaturePlace(
        capacity=capacity,
        name=signature.signer_name,
        picture="" if on_paper else _picture(signature),
        day=f"{day.year}年{day.month}月{day.day}日",
        note="见上传的签字盖章页" if on_paper else f"{signature.signer_name} {day:%Y-%m-%d %H:%M} 在线签名",
    )


def _picture(signature: Signature) -> str:
    """The drawn signature as a data URI; empty when the stored file is no small PNG or is gone."""
    try:
        with signature.image.open("rb") as file:
            content = file.read(LARGEST_PICTURE + 1)
    except OSError:
        return ""
    if not content.startswith(PNG_HEAD) or len(content) > LARGEST_PICTURE:
        return ""
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _made(made_by: User, state: str) -> Provenance:
    return Provenance(signed(made_by), timezone.localtime(), state)
