"""投诉举报 from the public: its number and query code go to whoever sent it; who that is is sealed."""

import base64
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Region, User
from accounts.rules import require
from institutions.models import Institution, RiskFlag
from visits import transitions
from visits.errors import VisitError
from visits.models import ComplainantIdentity, Complaint

TOKEN_BYTES = 9
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Complainant:
    """All of it as they wrote it; any of it may be empty."""

    name: str = ""
    phone: str = ""
    email: str = ""


@transaction.atomic
def receive_complaint(
    *, institution_words: str, county: Region, text: str, who: Complainant, institution: Institution | None = None
) -> tuple[Complaint, str]:
    """The complaint and the query code, which only its author knows."""
    if not text.strip() or not institution_words.strip():
        raise VisitError("请填写反映的机构和问题。")
    if len(text) > LONGEST:
        raise VisitError(f"反映的问题不超过 {LONGEST} 字。")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    complaint = Complaint(
        number=f"TS{timezone.localdate():%Y%m%d}-{secrets.token_hex(3).upper()}", institution=institution,
        institution_words=institution_words.strip(), county=county, text=text.strip(), token_digest=digest_of(token),
    )  # fmt: skip
    with audit.recorded("visits.receive_complaint", complaint, by=None):
        complaint.save()
    if any(asdict(who).values()):
        ComplainantIdentity.objects.create(complaint=complaint, sealed=seal(who))
    return complaint, token


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def seal(who: Complainant) -> bytes:
    return _box().encrypt(json.dumps(asdict(who), ensure_ascii=False).encode())


def _box() -> Fernet:
    """The key is made from the site's secret; text sealed under a former one is not readable any more."""
    derived = HKDF(SHA256(), 32, salt=None, info=b"lianchou-complainant").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


@transaction.atomic
def open_identity(complaint: Complaint, *, reason: str, by: User) -> Complainant:
    """Who complained; for named roles, with a reason, and each time in the audit trail (requirement SX-15)."""
    require(by, "identify", complaint)
    if not reason.strip():
        raise VisitError("查看举报人信息须写明理由。")
    audit.record("visits.open_identity", complaint, by=by, facts={"reason": reason.strip()})
    identity = ComplainantIdentity.objects.filter(complaint=complaint).first()
    return Complainant(**json.loads(_box().decrypt(bytes(identity.sealed)))) if identity else Complainant()


@transaction.atomic
def accept_complaint(complaint: Complaint, *, by: User) -> Complaint:
    complaint = transitions.locked(complaint)
    require(by, "handle", complaint)
    return transitions.move(complaint, "accept", by=by, **_decided(by))


@transaction.atomic
def reject_complaint(complaint: Complaint, *, words: str, by: User) -> Complaint:
    complaint = transitions.locked(complaint)
    require(by, "handle", complaint)
    if not words.strip():
        raise VisitError("不予受理须写明理由。")
    return transitions.move(complaint, "reject", by=by, answer=words.strip(), **_decided(by))


@transaction.atomic
def answer_complaint(complaint: Complaint, *, answer: str, by: User) -> Complaint:
    complaint = transitions.locked(complaint)
    require(by, "handle", complaint)
    if not answer.strip():
        raise VisitError("请填写答复内容。")
    return transitions.move(complaint, "answer", by=by, answer=answer.strip(), **_decided(by))


def _decided(by: User) -> dict[str, Any]:
    return {"decided_by": by, "decided_at": timezone.now()}


@transaction.atomic
def flag_institution(complaint: Complaint, *, by: User) -> RiskFlag:
    """A complaint that was accepted counts among the institution's risk flags; once."""
    require(by, "handle", complaint)
    if complaint.institution is None:
        raise VisitError("请先核对反映的是哪家机构。")
    evidence = f"投诉举报 {complaint.number}"
    found, made = RiskFlag.objects.get_or_create(
        institution=complaint.institution, kind="complaint", evidence=evidence,
        defaults={"noted_on": timezone.localdate()},
    )  # fmt: skip
    if made:
        audit.record("visits.flag_institution", complaint, by=by, facts={"institution": complaint.institution_id})
    return found
