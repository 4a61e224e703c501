"""The only writers of a document's state. Each step locks the row, checks where it starts, writes, and adds the audit
entry, all in one transaction."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from reports.models import Document
from reports.official import numbering
from reports.official.content import left_open
from reports.official.errors import DocumentError, SavedMeanwhile, WrongState
from reports.official.numbering import Number
from reports.states import DOCUMENT_STEPS, DocumentState


def locked(document: Document) -> Document:
    """The row as it is now, locked until the transaction ends."""
    rows = Document.objects.select_for_update(of=("self",), no_key=True).select_related("bureau__region", "campaign")
    return rows.get(pk=document.pk)


def check_source(document: Document, step: str) -> None:
    if document.state not in DOCUMENT_STEPS[step].sources:
        label = DocumentState(document.state).label
        raise WrongState(f"本文当前为“{label}”，不能{DOCUMENT_STEPS[step].label}。")


def _move(document: Document, step: str, *, by: User, **fields: Any) -> Document:
    with audit.recorded(f"reports.{step}_document", document, by=by):
        document.state = DOCUMENT_STEPS[step].target
        for field, value in fields.items():
            setattr(document, field, value)
        document.save(update_fields=["state", *fields])
    return document


@transaction.atomic
def present(document: Document, *, by: User) -> Document:
    """Handed to the approver: from now on it cannot be edited unless it is returned."""
    require(by, "write", document)
    document = locked(document)
    check_source(document, "present")
    if places := left_open(document.latest.content):
        raise DocumentError(f"还有 {places} 处“【请补充：…】”没有写，请补齐或者删去后再送签。")
    return _move(document, "present", by=by, words="")


@transaction.atomic
def send_back(document: Document, *, words: str, by: User) -> Document:
    """By the approver with what is to be changed, or taken back by whoever may write it."""
    if words:
        require(by, "issue", document)
    else:
        require(by, "write", document)
    document = locked(document)
    check_source(document, "return")
    return _move(document, "return", by=by, words=words)


@transaction.atomic
def issue(document: Document, *, number: Number, issued_on: date, seen: int, by: User) -> Document:
    """seen: the version that the approver read."""
    require(by, "issue", document)
    document = locked(document)
    check_source(document, "issue")
    _check_issue(document, issued_on)
    latest = document.versions.select_related("by").latest("number")
    if latest.number != seen:
        raise SavedMeanwhile(latest)
    series, serial = numbering.take(document.bureau, number)
    return _move(
        document, "issue", by=by, words="", series=series, serial=serial, number=series.number(serial),
        issued_on=issued_on, issued_version=latest, issued_by=by, issued_at=timezone.now(),
    )  # fmt: skip


def _check_issue(document: Document, issued_on: date) -> None:
    if document.campaign and document.campaign.is_practice:
        raise DocumentError("演练活动的公文不能编号签发，可以作为草稿打印。")
    if issued_on > timezone.localdate():
        raise DocumentError("成文日期不能晚于今天。")


@transaction.atomic
def withdraw(document: Document, *, words: str, by: User) -> Document:
    """The number stays used; what was issued stays readable, marked as withdrawn."""
    require(by, "issue", document)
    return _leave(document, "withdraw", words, by)


@transaction.atomic
def drop(document: Document, *, words: str, by: User) -> Document:
    require(by, "write", document)
    return _leave(document, "drop", words, by)


def _leave(document: Document, step: str, words: str, by: User) -> Document:
    if not words.strip():
        raise DocumentError("请写明理由。")
    document = locked(document)
    check_source(document, step)
    return _move(document, step, by=by, words=words.strip())
