"""An official document as one JSON value (DocumentVersion.content), so that a version has one digest; and back."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, cast

from reports.documents import Attachment, Block, Column, Contact, Heading, ItemList, OfficialDocument, Paragraph, Table
from reports.models import Document, DocumentVersion
from reports.states import DocumentState

Json = dict[str, Any]

NO_NUMBER = "（发文字号待编）"
TO_FILL_IN = "【请补充："
"""What no record can tell; a document in which it still stands is not issued."""


def to_json(document: OfficialDocument) -> Json:
    """Everything but number and dates, which the document gets when it is issued."""
    return {
        "issuers": list(document.issuers),
        "suffix": document.suffix,
        "title": document.title,
        "recipients": document.recipients,
        "blocks": [_block(one) for one in document.body],
        "attachments": [
            {"title": one.title, "blocks": [_block(block) for block in one.body]} for one in document.attachments
        ],
        "openness": document.openness,
        "cc": list(document.cc),
        "printed_by": document.printed_by,
        "contacts": [asdict(one) for one in document.contacts],
    }


def _block(block: Block) -> Json:
    return {"kind": block.kind, **asdict(block)}


def from_json(content: Mapping[str, Any]) -> OfficialDocument:
    """As a draft, without number and dates."""
    return OfficialDocument(
        issuers=tuple(content["issuers"]),
        suffix=content["suffix"],
        number=NO_NUMBER,
        title=content["title"],
        recipients=content["recipients"],
        body=_blocks(content["blocks"]),
        attachments=tuple(Attachment(one["title"], _blocks(one["blocks"])) for one in content["attachments"]),
        openness=content["openness"],
        cc=tuple(content["cc"]),
        printed_by=content["printed_by"],
        contacts=tuple(Contact(**one) for one in content["contacts"]),
    )


def _blocks(found: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    return tuple(_read(one) for one in found)


def _read(one: Mapping[str, Any]) -> Block:
    match one["kind"]:
        case "heading":
            return Heading(one["level"], one["text"], one["follow_on"])
        case "list":
            return ItemList(tuple(one["items"]), numbered=one["numbered"])
        case "table":
            columns = tuple(Column(**cast("Json", column)) for column in one["columns"])
            return Table(columns, tuple(tuple(row) for row in one["rows"]), one["caption"])
    return Paragraph(one["text"])


def digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def left_open(content: Mapping[str, Any]) -> int:
    """Places where somebody still has to write."""
    return json.dumps(content, ensure_ascii=False).count(TO_FILL_IN)


def printable(document: Document, version: DocumentVersion | None = None) -> OfficialDocument:
    """As it is printed: of what was issued with its number and dates, of every other version as a draft."""
    shown = version or document.shown
    found = replace(from_json(shown.content), stamp=_stamp(document))
    if shown.pk != document.issued_version_id:
        return replace(found, printed_by="")
    day = document.issued_on
    return replace(found, number=document.number, issued_on=day, printed_on=day)


def _stamp(document: Document) -> str:
    if document.campaign and document.campaign.is_practice:
        return "演练"
    return "已撤回" if document.state == DocumentState.WITHDRAWN else ""
