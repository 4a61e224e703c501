"""线索移送: a referral handed to another department or region, accepted or declined, answered until its day, closed."""

import json
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Bureau, User
from accounts.rules import require
from campaigns.models import Task
from visits import transitions
from visits.errors import VisitError, WrongState
from visits.models import Complaint, Finding, Referral
from visits.states import OPEN_REFERRALS

FORMAT = "lianchou-referral/1"
Source = Finding | Task | Complaint
"""Where a referral came from."""


@transaction.atomic
def refer(
    source: Source,
    *,
    subject: str,
    text: str,
    due_on: date,
    receiver: Bureau | None = None,
    outside: str = "",
    sender: Bureau,
    by: User,
) -> Referral:
    """To a bureau of this system, or to one `outside` it, which gets a file (`exported`). `subject`: whom the matter is
    about, also somebody who stands in no pool."""
    referral = Referral(
        sender=sender, receiver=receiver, outside=outside.strip(), subject=subject.strip(), text=text.strip(),
        due_on=due_on, sent_by=by, **_came_from(source),
    )  # fmt: skip
    require(by, "send", referral)
    _check(referral)
    referral.number = _next_number(sender)
    with audit.recorded("visits.refer", referral, by=by):
        referral.save()
    return referral


def _came_from(source: Source) -> dict[str, Any]:
    if isinstance(source, Finding):
        return {"finding": source, "task": source.result.task}
    return {"complaint": source} if isinstance(source, Complaint) else {"task": source}


def _check(referral: Referral) -> None:
    if not referral.subject or not referral.text:
        raise VisitError("请填写线索涉及的单位和内容。")
    if (referral.receiver is None) == (not referral.outside):
        raise VisitError("请选择接收单位，或填写系统外的接收单位，二者填一。")
    if referral.receiver_id == referral.sender_id and referral.receiver is not None:
        raise VisitError("不能移送给本单位。")
    if referral.due_on <= timezone.localdate():
        raise VisitError("反馈期限应晚于今天。")


def _next_number(sender: Bureau) -> str:
    Bureau.objects.select_for_update(no_key=True).get(pk=sender.pk)
    year = timezone.localdate().year
    prefix = f"{sender.document_prefix or sender.short_name}线移〔{year}〕"
    return f"{prefix}{Referral.objects.filter(number__startswith=prefix).count() + 1}号"


@transaction.atomic
def accept_referral(referral: Referral, *, acknowledgement: str = "", by: User) -> Referral:
    """By the receiver; for one outside the system the sender enters the number of its acknowledgement."""
    referral = transitions.locked(referral, "sender", "receiver")
    require(by, "receive", referral)
    if referral.receiver is None and not acknowledgement.strip():
        raise VisitError("请填写对方回执编号。")
    return transitions.move(referral, "accept", by=by, acknowledgement=acknowledgement.strip())


@transaction.atomic
def decline_referral(referral: Referral, *, words: str, by: User) -> Referral:
    referral = transitions.locked(referral, "sender", "receiver")
    require(by, "receive", referral)
    if not words.strip():
        raise VisitError("不予接收须写明理由。")
    return transitions.move(referral, "decline", by=by, feedback=words.strip(), **_answered(by))


@transaction.atomic
def answer_referral(referral: Referral, *, feedback: str, by: User) -> Referral:
    referral = transitions.locked(referral, "sender", "receiver")
    require(by, "receive", referral)
    if not feedback.strip():
        raise VisitError("请写明办理情况。")
    return transitions.move(referral, "answer", by=by, feedback=feedback.strip(), **_answered(by))


def _answered(by: User) -> dict[str, Any]:
    return {"answered_by": by, "answered_at": timezone.now()}


@transaction.atomic
def close_referral(referral: Referral, *, by: User) -> Referral:
    """The sender has read the answer."""
    referral = transitions.locked(referral, "sender", "receiver")
    require(by, "close", referral)
    return transitions.move(referral, "close", by=by)


def exported(referral: Referral) -> str:
    """What is handed to a receiver outside the system: one JSON text with what it needs and nothing of complainants.
    `evidence` lists names and digests; the files themselves go with the letter."""
    if referral.receiver is not None:
        raise WrongState("接收单位使用本系统，不用导出。")
    finding = referral.finding
    return json.dumps(
        {
            "format": FORMAT, "number": referral.number, "from": referral.sender.name,
            "contact": {"office": referral.sender.contact_office, "phone": referral.sender.contact_phone},
            "to": referral.outside, "subject": referral.subject, "text": referral.text,
            "sent_on": timezone.localdate(referral.sent_at).isoformat(), "due_on": referral.due_on.isoformat(),
            "facts": finding.facts if finding else "",
            "legal_basis": str(finding.legal_basis or "") if finding else "",
            "evidence": [
                {"name": each.name, "sha256": each.digest} for each in (finding.evidence.all() if finding else ())
            ],
        },
        ensure_ascii=False, indent=1,
    )  # fmt: skip


@transaction.atomic
def export_referral(referral: Referral, *, by: User) -> str:
    """The file for the receiver, by the sender; each time in the audit trail, since it leaves the system."""
    require(by, "send", referral)
    text = exported(referral)
    audit.record("visits.export_referral", referral, by=by, facts={"to": referral.outside})
    return text


def is_overdue(referral: Referral, today: date) -> bool:
    return referral.state in OPEN_REFERRALS and referral.due_on < today
