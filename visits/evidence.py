"""Photos and files from devices: announced with their digest, sent in parts, kept once all are there and right."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from accounts import scanning, uploads
from accounts.models import User
from accounts.rules import require
from visits import transitions
from visits.errors import VisitError, WrongState
from visits.models import Evidence, Visit
from visits.sheet import lines_of
from visits.states import VisitState

MAX_BYTES = uploads.MAX_BYTES
FOLDER = "evidence-parts"


@dataclass(frozen=True, slots=True)
class Announced:
    id: UUID
    name: str
    size: int
    digest: str
    taken_at: datetime
    line: str = ""
    words: str = ""
    device: str = ""


@transaction.atomic
def announce(visit: Visit, given: Announced, *, by: User) -> Evidence:
    """The same announcement again gives the same row; `received` says from where to go on sending."""
    visit = transitions.locked(visit, "task")
    require(by, "record", visit)
    known = Evidence.objects.filter(pk=given.id).first()
    if known is not None:
        if (known.visit_id, known.digest, known.size) != (visit.pk, given.digest, given.size):
            raise VisitError("同一编号的文件内容不同，没有接收。")
        return known
    if visit.state != VisitState.STARTED:
        raise WrongState("检查没有在进行，不能再添加证据。")
    _check(visit, given)
    return Evidence.objects.create(
        id=given.id, visit=visit, line=given.line, name=given.name[-120:], size=given.size, digest=given.digest,
        words=given.words[:200], taken_at=given.taken_at, device=given.device[:80], by=by,
    )  # fmt: skip


def _check(visit: Visit, given: Announced) -> None:
    if not 0 < given.size <= MAX_BYTES:
        raise VisitError(f"文件应不超过 {MAX_BYTES // 1024 // 1024} MB。")
    if given.line and given.line not in {line.key for line in lines_of(visit)}:
        raise VisitError("检查表没有这一行。")
    if len(given.digest) != 64 or not set(given.digest) <= set("0123456789abcdef"):
        raise VisitError("文件摘要应为 64 位十六进制。")


def received(evidence: Evidence) -> int:
    """Bytes that have arrived so far. All of them without being kept is nothing: something broke at the very end."""
    if evidence.arrived_at:
        return evidence.size
    part = _part(evidence)
    so_far = part.stat().st_size if part.exists() else 0
    return so_far if so_far < evidence.size else 0


@transaction.atomic
def receive(evidence: Evidence, offset: int, content: bytes, *, by: User) -> Evidence:
    """The next part. One that starts elsewhere than where the last ended changes nothing: ask `received` and go on there.
    The last one makes the file; if its digest is not the announced one all is thrown away and has to be sent anew."""
    evidence = (
        Evidence.objects.select_for_update(of=("self",), no_key=True).select_related("visit__task").get(pk=evidence.pk)
    )
    require(by, "record", evidence.visit)
    if evidence.arrived_at or offset != received(evidence):
        return evidence
    if offset + len(content) > evidence.size:
        raise VisitError("收到的内容超过登记的大小。")
    part = _part(evidence)
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab" if offset else "wb") as file:
        file.write(content)
    return _complete(evidence, part) if part.stat().st_size == evidence.size else evidence


def _complete(evidence: Evidence, part: Path) -> Evidence:
    content = part.read_bytes()
    if hashlib.sha256(content).hexdigest() != evidence.digest:
        part.unlink()
        raise VisitError("文件在传输中损坏，请重新上传。")
    try:
        suffix = uploads.check_file(evidence.name, content)
        scanning.scan(content)
    except uploads.UploadRefused as refused:
        part.unlink()
        raise VisitError(str(refused)) from refused
    with part.open("rb") as file:
        evidence.file.save(f"{evidence.pk}{suffix}", File(file), save=False)
    evidence.media_type, evidence.arrived_at = uploads.MEDIA_TYPES[suffix], timezone.now()
    evidence.save(update_fields=["file", "media_type", "arrived_at"])
    transaction.on_commit(lambda: part.unlink(missing_ok=True))
    return evidence


def _part(evidence: Evidence) -> Path:
    return Path(settings.DATA_DIR) / FOLDER / str(evidence.pk)
