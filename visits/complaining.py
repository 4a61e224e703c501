"""投诉举报 from the public: its number and query code go to whoever sent it; who that is is sealed.

Floods and guesses are counted as wrong sign-ins are, in the database, so that all processes agree: so many complaints
a county and hour, so many wrong codes a number. The address a request comes from counts for nothing, since a whole
village may share one, and is kept nowhere beside a complaint."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import audit
from accounts.models import AuditEvent, Region, User
from accounts.rules import require
from institutions.models import Institution, RiskFlag
from visits import transitions
from visits.errors import VisitError
from visits.models import ComplainantIdentity, Complaint
from visits.states import ComplaintState

TOKEN_BYTES = 9
LONGEST = 4000
MOST_AN_HOUR = 60
"""Of one county."""

WRONG_ALLOWED = 5
WRONG_WITHIN = timedelta(minutes=10)
WRONG = "编号或查询码不正确，请逐个核对。"
WAIT = "连续输错次数过多，请 10 分钟后再试。"
BUSY = "该县区近一小时收到的投诉举报过多，暂时不能提交。请稍后再试，或者拨打 12315。"
UNREADABLE = "加密所用的密钥已经更换，这一条的举报人信息不能再读取。"


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
    _refuse_flood(county)
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


def _refuse_flood(county: Region) -> None:
    since = timezone.now() - timedelta(hours=1)
    if Complaint.objects.filter(county=county, received_at__gte=since).count() >= MOST_AN_HOUR:
        raise VisitError(BUSY)


def find_by_code(number: str, token: str) -> Complaint:
    """For whoever sent it. An unknown number and a wrong code are answered alike; VisitError after too many tries."""
    number, token = number.strip().upper(), token.strip()
    attempt = _attempt(number)
    if _recent_failures(attempt) >= WRONG_ALLOWED:
        raise VisitError(WAIT)
    found = Complaint.objects.filter(number=number, token_digest=digest_of(token)).first()
    if found is None:
        audit.record("visits.complaint_query_refused", attempt, by=None)
        raise VisitError(WRONG)
    return found


def _attempt(number: str) -> Complaint:
    """What the trail calls a try: a digest of the number that was typed, whether it exists or not."""
    digest = salted_hmac("visits.complaining", number, algorithm="sha256").hexdigest()
    return Complaint(pk=f"?{digest[:16]}", number="投诉举报查询")


def _recent_failures(attempt: Complaint) -> int:
    events = AuditEvent.objects.filter(
        subject_type=attempt._meta.label_lower, subject_id=str(attempt.pk), at__gte=timezone.now() - WRONG_WITHIN
    )
    return events.filter(action="visits.complaint_query_refused").count()


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
    return _unsealed(bytes(identity.sealed)) if identity else Complainant()


def names_to_keep_out(institutions: Iterable[int]) -> dict[int, set[str]]:
    """Who complained about each of these institutions, for a machine alone that takes names out of words to be
    published: nobody is shown them. What is sealed under a former key is left out."""
    found: dict[int, set[str]] = {}
    sealed = ComplainantIdentity.objects.filter(complaint__institution__in=institutions)
    for institution, words in sealed.values_list("complaint__institution", "sealed"):
        try:
            name = _unsealed(bytes(words)).name
        except VisitError:
            continue
        if name:
            found.setdefault(institution, set()).add(name)
    return found


def _unsealed(sealed: bytes) -> Complainant:
    try:
        return Complainant(**json.loads(_box().decrypt(sealed)))
    except InvalidToken as error:
        raise VisitError(UNREADABLE) from error


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
def link_institution(complaint: Complaint, institution: Institution, *, by: User) -> Complaint:
    """Say which institution of the pool the words of the complaint mean; changed only before it is flagged."""
    complaint = transitions.locked(complaint)
    require(by, "handle", complaint)
    if not Institution.objects.visible_to(by).filter(pk=institution.pk).exists():
        raise VisitError("请选择您职责范围内的机构。")
    if flag_of(complaint) is not None:
        raise VisitError("已据此标记了重点抽查对象，不能再改机构。")
    with audit.recorded("visits.link_institution", complaint, by=by):
        complaint.institution = institution
        complaint.save(update_fields=["institution"])
    return complaint


def flag_of(complaint: Complaint) -> RiskFlag | None:
    return RiskFlag.objects.filter(kind="complaint", evidence=_evidence(complaint)).first()


def _evidence(complaint: Complaint) -> str:
    return f"投诉举报 {complaint.number}"


@transaction.atomic
def flag_institution(complaint: Complaint, *, by: User) -> RiskFlag:
    """A complaint that was accepted counts among the institution's risk flags; once."""
    complaint = transitions.locked(complaint)
    require(by, "handle", complaint)
    if complaint.state not in (ComplaintState.ACCEPTED, ComplaintState.ANSWERED):
        raise VisitError("受理后才能标记机构。")
    if complaint.institution is None:
        raise VisitError("请先核对反映的是哪家机构。")
    found, made = RiskFlag.objects.get_or_create(
        institution=complaint.institution, kind="complaint", evidence=_evidence(complaint),
        defaults={"noted_on": timezone.localdate()},
    )  # fmt: skip
    if made:
        audit.record("visits.flag_institution", complaint, by=by, facts={"institution": complaint.institution_id})
    return found
