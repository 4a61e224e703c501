"""三公开: what institutions make public of themselves, after their market regulator has looked at it."""

from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts import audit, uploads
from accounts.models import User
from accounts.rules import can, require
from institutions.models import Certificate, Institution
from publications import transitions
from publications.errors import PublicationError
from publications.models import Disclosure
from publications.redaction import redact
from publications.states import DisclosureState
from selftest.examining import examine

LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Told:
    """file: (name, content) as it was uploaded."""

    kind: Disclosure.Kind
    title: str
    text: str = ""
    certificate: Certificate | None = None
    file: tuple[str, bytes] | None = None


@transaction.atomic
def submit_disclosure(institution: Institution, told: Told, *, by: User) -> Disclosure:
    """Its text loses telephone numbers and the like; a file is judged by its content and scanned."""
    disclosure = Disclosure(
        institution=institution, kind=told.kind, title=redact(told.title.strip())[:120],
        text=redact(told.text.strip()), certificate=told.certificate, submitted_by=by,
    )  # fmt: skip
    require(by, "submit", disclosure)
    if not disclosure.title or not (disclosure.text or told.file):
        raise PublicationError("请填写标题，并填写内容或者上传文件。")
    if len(told.text) > LONGEST:
        raise PublicationError(f"内容不超过 {LONGEST} 字，更长的请作为文件上传。")
    if told.certificate and told.certificate.institution_id != institution.pk:
        raise PublicationError("请选择本机构的证书。")
    if told.kind == Disclosure.Kind.CAPABILITY and told.certificate is None:
        raise PublicationError("能力附表须选择对应的资质认定证书。")
    if told.file:
        _keep_file(disclosure, told.file, by)
    with audit.recorded("publications.submit_disclosure", disclosure, by=by):
        disclosure.save()
    return disclosure


def _keep_file(disclosure: Disclosure, file: tuple[str, bytes], by: User) -> None:
    try:
        found = examine(*file, subject=disclosure.institution, action="publications.infected", by=by)
    except uploads.UploadRefused as refused:
        raise PublicationError(str(refused)) from refused
    disclosure.file.save(found.name, ContentFile(found.content), save=False)
    disclosure.file_name, disclosure.file_digest = found.name, found.digest


@transaction.atomic
def accept_disclosure(disclosure: Disclosure, *, by: User) -> Disclosure:
    disclosure = _locked(disclosure)
    require(by, "decide", disclosure)
    return transitions.move_disclosure(disclosure, DisclosureState.PUBLISHED, by=by, **_decided(by))


@transaction.atomic
def return_disclosure(disclosure: Disclosure, *, words: str, by: User) -> Disclosure:
    disclosure = _locked(disclosure)
    require(by, "decide", disclosure)
    if not words.strip():
        raise PublicationError("退回须写明意见，机构会看到。")
    return transitions.move_disclosure(
        disclosure, DisclosureState.RETURNED, by=by, words=words.strip()[:500], **_decided(by)
    )


@transaction.atomic
def withdraw_disclosure(disclosure: Disclosure, *, words: str, by: User) -> Disclosure:
    """By the institution, or by the bureau; with words."""
    disclosure = _locked(disclosure)
    if not can(by, "submit", disclosure):
        require(by, "decide", disclosure)
    if not words.strip():
        raise PublicationError("请写明撤下的理由。")
    return transitions.move_disclosure(
        disclosure, DisclosureState.WITHDRAWN, by=by, words=words.strip()[:500], **_decided(by)
    )


def _locked(disclosure: Disclosure) -> Disclosure:
    return (
        Disclosure.objects.select_for_update(of=("self",), no_key=True)
        .select_related("institution")
        .get(pk=disclosure.pk)
    )


def _decided(by: User) -> dict[str, Any]:
    return {"decided_by": by, "decided_at": timezone.now()}
