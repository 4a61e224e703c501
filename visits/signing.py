"""Signatures under the record of a visit, bound to it by its digest."""

import hashlib
from typing import Any

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


def record_of(visit: Visit) -> dict[str, Any]:
    """All that those who sign put their names to."""
    entries = visit.entries.order_by("line").values("line", *FIELDS)
    return {
        "task": visit.task.number,
        "visit": visit.number,
        "started_at": visit.started_at.isoformat() if visit.started_at else "",
        "entries": list(entries),
        "evidence": sorted(visit.evidence.whole().values_list("digest", flat=True)),
    }


def digest_of(visit: Visit) -> str:
    return hashlib.sha256(canonical(record_of(visit))).hexdigest()


def standing_signatures(visit: Visit) -> QuerySet[VisitSignature]:
    """Those under the record as it is now."""
    return visit.signatures.filter(digest=digest_of(visit))


@transaction.atomic
def sign(visit: Visit, *, signer: Signer, name: str, digest: str, image: Paper, by: User) -> VisitSignature:
    """`digest` is that of the record on the signer's screen. Officers are those of the team who enforce."""
    visit = _signable(visit, digest, by)
    name = name.strip()
    if not name:
        raise VisitError("请填写签字人姓名。")
    if signer == Signer.OFFICER and name not in {each.name for each in visit.attendees.all() if each.enforces}:
        raise VisitError(f"{name}不是本次检查的执法检查人员，不能作为执法人员签字。")
    signature = VisitSignature(visit=visit, signer=signer, name=name, digest=digest, image_digest=image.digest, by=by)
    if VisitSignature.objects.filter(visit=visit, signer=signer, name=name, digest=digest).exists():
        raise VisitError(f"{name}已经签过字。")
    signature.image.save(image.name, ContentFile(image.content), save=False)
    return _keep(signature, by)


@transaction.atomic
def refuse(visit: Visit, *, name: str, words: str, digest: str, by: User) -> VisitSignature:
    """The institution will not sign; a witness signs that."""
    visit = _signable(visit, digest, by)
    if not words.strip():
        raise VisitError("请写明拒绝签字的理由或情况。")
    given = name.strip() or "被检查机构"
    return _keep(
        VisitSignature(
            visit=visit, signer=Signer.INSTITUTION, name=given, digest=digest, has_refused=True, words=words.strip(),
            by=by,
        ),
        by,
    )  # fmt: skip


def _signable(visit: Visit, digest: str, by: User) -> Visit:
    visit = transitions.locked(visit, "task")
    require(by, "record", visit)
    if visit.state != VisitState.STARTED:
        raise WrongState("检查没有在进行，不能签字。")
    if digest != digest_of(visit):
        raise VisitError("签字前记录又有变动，请核对后重新签字。")
    return visit


def _keep(signature: VisitSignature, by: User) -> VisitSignature:
    with audit.recorded("visits.sign", signature, by=by, facts={"visit": str(signature.visit)}):
        signature.save()
    return signature
