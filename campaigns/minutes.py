"""抽取记录: what happened at a draw, for those who were there to sign.

It is composed from rows that no longer change once the draw has its result, and from nothing that came later: neither
substitutions nor remarks after the draw stand in it. Names of people and bureaus may change, so the first signature
fixes the text word for word (DrawMinutes); everybody signs that same text. Who was drawn does not stand in it, since
minutes are handed around: the result's digest binds the list.
"""

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Role, User
from accounts.models.users import LEADS
from accounts.services import AccountRefused, confirm_password
from campaigns import draw as engine
from campaigns.errors import CampaignError, WrongState
from campaigns.frozen import FrozenLine, frozen_lines, size_in_words
from campaigns.models import (
    Act,
    Approval,
    ApprovalState,
    Contribution,
    Draw,
    DrawMinutes,
    LogEvent,
    MinutesSignature,
    Remark,
)
from campaigns.remarks import add_remark
from campaigns.states import DrawState

FORM = "lianchou-minutes/1"
MOMENT = "%Y-%m-%d %H:%M:%S"

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Minutes:
    """`text` is the canonical JSON of `content`, and `digest` its SHA-256: what is signed, and all that is signed.

    later: remarks made after the draw, which are no part of it. is_fixed: somebody has signed.
    """

    content: JSON
    text: str
    digest: str
    is_fixed: bool
    later: list[Remark]
    signatures: list[MinutesSignature]


def minutes_of(draw: Draw) -> Minutes:
    """The minutes of a draw that has its result; WrongState before that."""
    if draw.drawn_at is None:
        raise WrongState("还没有抽取，没有抽取记录。")
    fixed = DrawMinutes.objects.filter(draw=draw).first()
    text = fixed.text if fixed else engine.canonical(_in_nfc(_compose(draw))).decode()
    return Minutes(
        content=json.loads(text),
        text=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        is_fixed=fixed is not None,
        later=list(draw.remarks.filter(at__gt=draw.drawn_at).select_related("by__bureau", "institution")),
        signatures=list(draw.signatures.select_related("signer", "bureau", "remark")),
    )


def sign_minutes(draw: Draw, *, digest: str, password: str, by: User, words: str = "") -> MinutesSignature:
    """Sign what was shown under `digest`, with the own password; `words` are a reserve that is listed apart."""
    try:
        confirm_password(by, password)
    except AccountRefused as refusal:
        raise CampaignError(str(refusal)) from refusal
    with transaction.atomic():
        draw = Draw.objects.select_for_update(of=("self",), no_key=True).select_related("campaign").get(pk=draw.pk)
        _check_signable(draw, minutes := minutes_of(draw), digest, by)
        if not minutes.is_fixed:
            DrawMinutes.objects.create(draw=draw, text=minutes.text, digest=minutes.digest, fixed_at=timezone.now())
        remark = add_remark(draw, kind=Remark.Kind.COMMENT, words=words, by=by) if words.strip() else None
        signature = MinutesSignature.objects.create(
            draw=draw,
            signer=by,
            bureau=by.bureau,
            capacity=capacity_of(by, draw),
            digest=minutes.digest,
            remark=remark,
            at=timezone.now(),
        )
        facts = {"draw": draw.code, "minutes": minutes.digest, "reserve": remark is not None}
        audit.record("campaigns.sign_minutes", draw, by=by, facts=facts)
    return signature


def _check_signable(draw: Draw, minutes: Minutes, digest: str, by: User) -> None:
    if draw.state != DrawState.DRAWN:
        raise WrongState("本次抽取已经作废，不再签字。")
    if any(signature.signer_id == by.pk for signature in minutes.signatures):
        raise WrongState("您已经在抽取记录上签字。")
    if digest != minutes.digest:
        raise WrongState("抽取记录的内容与您看到的不同，请重新核对后再签字。")


def capacity_of(user: User, draw: Draw) -> str:
    """As what this person signs: in the own campaign the officer or approver, else the supervisor."""
    if user.bureau_id == draw.campaign.lead_bureau_id and user.has_role(*LEADS):
        return "负责人" if user.has_role(Role.LEAD_APPROVER) else "经办人"
    return Role.SUPERVISOR.label


def _in_nfc(content: JSON) -> JSON:
    found: JSON = json.loads(unicodedata.normalize("NFC", json.dumps(content, ensure_ascii=False)))
    return found


def _compose(draw: Draw) -> JSON:
    campaign = draw.campaign
    return {
        "form": FORM,
        "times": "UTC" + timezone.localtime(draw.drawn_at).strftime("%z"),
        "draw": draw.code,
        "number": draw.number,
        "kind": draw.get_kind_display(),
        "is_practice": campaign.is_practice,
        "title": draw.manifest["title"],
        "campaign": campaign.number,
        "document": campaign.document_number,
        "lead": campaign.lead_bureau.name,
        "issuers": [issuer.bureau.name for issuer in campaign.issuers.select_related("bureau")],
        "frozen": _frozen(draw),
        "lines": _lines(draw),
        "quota": _quota(draw),
        "objections_until": str(draw.last_day_of_objections or ""),
        "contributions": [_contribution(row) for row in _contributions(draw)],
        "drawn": _drawn(draw),
        "remarks": [_remark(row) for row in _remarks(draw)],
        "log": draw.log.filter(event=LogEvent.DRAWN).values("number", "digest").first(),
    }


def _frozen(draw: Draw) -> JSON:
    approval = _approval(draw, Act.SUPPLEMENT if draw.is_supplement else Act.FREEZE)
    return {
        "at": _moment(draw.frozen_at),
        "commitment": draw.commitment,
        "institutions": draw.manifest["institutions"]["count"],
        "inspectors": draw.manifest["inspectors"]["count"],
        **_two_people(approval),
    }


def _drawn(draw: Draw) -> JSON:
    return {
        "at": _moment(draw.drawn_at),
        "result": draw.result_digest,
        "institutions": draw.drawn_institutions.filter(is_reserve=False).count(),
        **_two_people(_approval(draw, Act.DRAW)),
    }


def _approval(draw: Draw, act: Act) -> Approval | None:
    """The last one confirmed before the draw was done: an earlier run may have failed."""
    confirmed = draw.approvals.filter(act=act, state=ApprovalState.CONFIRMED, decided_at__lte=draw.drawn_at)
    return confirmed.select_related("proposed_by__bureau", "decided_by__bureau").order_by("-decided_at").first()


def _two_people(approval: Approval | None) -> JSON:
    if approval is None:
        return {"proposed_by": "", "proposed_at": "", "confirmed_by": "", "confirmed_at": ""}
    return {
        "proposed_by": name_of(approval.proposed_by),
        "proposed_at": _moment(approval.proposed_at),
        "confirmed_by": name_of(approval.confirmed_by),
        "confirmed_at": _moment(approval.decided_at),
    }


def name_of(user: User | None) -> str:
    """大同市市场监督管理局 高明; empty for nobody."""
    if user is None:
        return ""
    return f"{user.bureau.name} {user.name}" if user.bureau else user.name


def _lines(draw: Draw) -> list[JSON]:
    drawn = Counter(draw.drawn_institutions.filter(is_reserve=False).values_list("line_code", flat=True))
    rules = {line["code"]: line for line in draw.manifest["lines"]}
    return [_line(line, rules[line.code], drawn[line.code]) for line in frozen_lines(draw)]


def _line(line: FrozenLine, rule: JSON, drawn: int) -> JSON:
    return {
        "code": line.code,
        "title": line.title,
        "rule": rule_in_words(rule),
        "considered": line.considered,
        "excluded": [[reason, count] for reason, count in line.excluded],
        "population": line.population,
        "drawn": drawn,
    }


def rule_in_words(rule: JSON) -> str:
    """The size of a frozen line, and the lots if classes have more than one."""
    lots = "、".join(f"{name} 类 {count} 签" for name, count in sorted(rule.get("lots", {}).items()))
    return size_in_words(rule["size"]) + (f"；{lots}，其余每家 1 签" if lots else "")


def _quota(draw: Draw) -> str:
    quota = draw.manifest["quota"]
    if quota is None:
        return ""
    words = "至少" if quota["mode"] == "at_least" else "恰好"
    return f"各条目合计{words}含国家质检中心 {quota['count']} 家"


def _contributions(draw: Draw) -> Iterable[Contribution]:
    return draw.contributions.select_related("bureau", "committed_by__bureau", "given_by__bureau")


def _contribution(row: Contribution) -> JSON:
    return {
        "source": row.source,
        "label": row.label,
        "commitment": row.commitment,
        "committed_by": name_of(row.committed_by),
        "committed_at": _moment(row.committed_at),
        "value": row.value,
        "origin": row.origin,
        "occurred_at": _moment(row.occurred_at),
        "given_by": name_of(row.given_by),
        "given_at": _moment(row.given_at),
    }


def _remarks(draw: Draw) -> Iterable[Remark]:
    """Those made until the draw; each objection among them was answered before it."""
    until = draw.remarks.filter(at__lte=draw.drawn_at)
    return until.select_related("by__bureau", "institution", "answered_by__bureau")


def _remark(row: Remark) -> JSON:
    return {
        "kind": row.get_kind_display(),
        "by": row.institution.name if row.institution else name_of(row.by),
        "at": _moment(row.at),
        "words": row.words,
        "outcome": row.get_outcome_display() if row.outcome else "",
        "answer": row.answer,
        "answered_by": name_of(row.answered_by),
        "answered_at": _moment(row.answered_at),
    }


def _moment(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime(MOMENT) if moment else ""
