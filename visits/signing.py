"""Signatures under the record of a visit as each signer saw it, bound to that by its digest.

A device may be offline while a colleague's entries arrive: its record is kept as it was signed, and the differences are
shown (`differences`).
"""

import hashlib
import json

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.models import User
from accounts.rules import require
from campaigns.draw.canonical import canonical
from selftest.signing import Paper
from visits import transitions
from visits.errors import VisitError, WrongState
from visits.models import Visit, VisitSignature
from visits.recording import FIELDS
from visits.states import VisitState

Signer = VisitSignature.Signer


def record_of(visit: Visit) -> str:
    """All that those who sign put their names to, as canonical JSON: entries by line, digests of evidence in order."""
    entries = visit.entries.order_by("line").values("line", *FIELDS)
    evidence = visit.evidence.whole().order_by("digest").values_list("digest", flat=True)
    return canonical(
        {"task": visit.task.number, "visit": visit.number, "entries": list(entries), "evidence": list(evidence)}
    ).decode()


def digest_of(record: str) -> str:
    return hashlib.sha256(record.encode()).hexdigest()


def standing_signatures(visit: Visit) -> QuerySet[VisitSignature]:
    """Those under the record as it is now."""
    return visit.signatures.filter(digest=digest_of(record_of(visit)))


def differences(visit: Visit, signature: VisitSignature) -> list[str]:
    """Lines of the sheet that changed since this was signed; `evidence` if evidence arrived since."""
    now, then = json.loads(record_of(visit)), json.loads(signature.record)
    before = {entry["line"]: entry for entry in then["entries"]}
    after = {entry["line"]: entry for entry in now["entries"]}
    changed = sorted(line for line in {*before, *after} if before.get(line) != after.get(line))
    return changed + ([] if now["evidence"] == then["evidence"] else ["evidence"])


@transaction.atomic
def sign(visit: Visit, *, signer: Signer, name: str, record: str, image: Paper, by: User) -> VisitSignature:
    """`record` is what stood on the signer's screen. Officers are those of the team who enforce. The same signature
    again is the one that was kept."""
    visit = _signable(visit, record, by)
    name = name.strip()
    if not name:
        raise VisitError("请填写签字人姓名。")
    if signer == Signer.OFFICER and name not in {each.name for each in visit.attendees.all() if each.enforces}:
        raise VisitError(f"{name}不是本次检查的执法检查人员，不能作为执法人员签字。")
    given = {"visit": visit, "signer": signer, "name": name, "digest": digest_of(record)}
    if kept := VisitSignature.objects.filter(**given).first():
        return kept
    signature = VisitSignature(**given, record=record, image_digest=image.digest, by=by)
    signature.image.save(image.name, ContentFile(image.content), save=False)
    return _keep(signature, by)


@transaction.atomic
def refuse(visit: Visit, *, name: str, words: str, record: str, by: User) -> VisitSignature:
    """The institution will not sign; a witness signs that."""
    visit = _signable(visit, record, by)
    if not words.strip():
        raise VisitError("请写明拒绝签字的理由或情况。")
    given = {
        "visit": visit, "signer": Signer.INSTITUTION, "name": name.strip() or "被检查机构", "digest": digest_of(record),
    }  # fmt: skip
    if kept := VisitSignature.objects.filter(**given).first():
        return kept
    return _keep(VisitSignature(**given, record=record, has_refused=True, words=words.strip(), by=by), by)


def _signable(visit: Visit, record: str, by: User) -> Visit:
    visit = transitions.locked(visit, "task")
    require(by, "record", visit)
    if visit.state != VisitState.STARTED:
        raise WrongState("检查没有在进行，不能签字。")
    if not _is_record(record, visit):
        raise VisitError("签字的记录不是本次检查的记录，请刷新后重新签字。")
    return visit


def _is_record(record: str, visit: Visit) -> bool:
    try:
        found = json.loads(record)
    except ValueError:
        return False
    if not isinstance(found, dict) or set(found) != {"task", "visit", "entries", "evidence"}:
        return False
    is_this = (found["task"], found["visit"]) == (visit.task.number, visit.number)
    return is_this and canonical(found).decode() == record


def _keep(signature: VisitSignature, by: User) -> VisitSignature:
    with audit.recorded("visits.sign", signature, by=by, facts={"visit": str(signature.visit)}):
        signature.save()
    return signature
