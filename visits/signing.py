"""Signatures under the record of a visit as each signer saw it, bound to that by its digest.

A device may be offline while a colleague's entries arrive: its record is kept as it was signed, and the differences are
shown (`differences`).
"""

import hashlib
import json
from operator import itemgetter

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.models import User
from accounts.rules import require
from campaigns.draw.canonical import canonical
from campaigns.draw.errors import Refused
from selftest.signing import Paper
from visits import texts, transitions
from visits.errors import VisitError, WrongState
from visits.models import Visit, VisitSignature
from visits.recording import FIELDS
from visits.states import VisitState

Signer = VisitSignature.Signer
LONGEST_NAME, LONGEST_WORDS = 30, 500


def record_of(visit: Visit) -> str:
    """All that those who sign put their names to, as canonical JSON: entries by line, digests of evidence in order.
    Sorted here: databases have ideas of their own about the order of texts, and a device composes the same."""
    entries = sorted(visit.entries.values("line", *FIELDS), key=itemgetter("line"))
    evidence = sorted(visit.evidence.whole().values_list("digest", flat=True))
    return canonical(
        {"task": visit.task.number, "visit": visit.number, "entries": entries, "evidence": evidence}
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
    name = texts.clean(name).strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise VisitError(f"请填写签字人姓名，不超过 {LONGEST_NAME} 字。")
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
    name, words = texts.clean(name).strip()[:LONGEST_NAME], texts.clean(words).strip()
    if not 0 < len(words) <= LONGEST_WORDS:
        raise VisitError(f"请写明拒绝签字的理由或情况，不超过 {LONGEST_WORDS} 字。")
    given = {
        "visit": visit, "signer": Signer.INSTITUTION, "name": name or "被检查机构", "digest": digest_of(record),
    }  # fmt: skip
    if kept := VisitSignature.objects.filter(**given).first():
        return kept
    return _keep(VisitSignature(**given, record=record, has_refused=True, words=words, by=by), by)


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
        is_canonical = canonical(found).decode() == record
    except (ValueError, RecursionError, Refused):
        return False
    if not isinstance(found, dict) or set(found) != {"task", "visit", "entries", "evidence"}:
        return False
    return is_canonical and (found["task"], found["visit"]) == (visit.task.number, visit.number)


def _keep(signature: VisitSignature, by: User) -> VisitSignature:
    with audit.recorded("visits.sign", signature, by=by, facts={"visit": str(signature.visit)}):
        signature.save()
    return signature
