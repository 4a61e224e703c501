"""Two people for what cannot be taken back: one proposes an act, another confirms it with the password asked again.

The heart (freezing, drawing, voiding, substituting) takes a confirmed Approval and nothing less.
"""

import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.services import AccountRefused, confirm_password
from campaigns.drawing import check_drawable
from campaigns.errors import CampaignError, WrongState
from campaigns.freezing import check_draws_lots, check_supplement
from campaigns.listing import check_without_draw
from campaigns.models import Act, Approval, ApprovalState, Campaign, Draw
from campaigns.queries import job_key
from campaigns.states import CAMPAIGN_STEPS, DRAW_STEPS
from campaigns.transitions import check_source
from campaigns.voiding import check_voidable, void_draw
from jobs.services import start_job


def propose_act(
    campaign: Campaign,
    act: Act,
    *,
    by: User,
    draw: Draw | None = None,
    subject: str = "",
    parameters: dict[str, Any] | None = None,
    reason: str = "",
    evidence: tuple[str, bytes] | None = None,
) -> Approval:
    """Ask for a second person's confirmation; one open proposal of an act at a time. `evidence` is (name, content).

    Raises CampaignError when the act could not be carried out as things stand.
    """
    _check(campaign, act, draw)
    approval = Approval(
        campaign=campaign,
        draw=draw,
        act=act,
        subject=subject,
        parameters=parameters or {},
        reason=reason.strip(),
        proposed_by=by,
        proposed_at=timezone.now(),
    )
    if evidence:
        name, content = evidence
        approval.evidence_name, approval.evidence_digest = name[:150], hashlib.sha256(content).hexdigest()
        approval.evidence.save(f"{approval.evidence_digest[:24]}", ContentFile(content), save=False)
    try:
        with transaction.atomic():
            approval.save()
            audit.record("campaigns.propose_act", approval, by=by, facts=_facts(approval))
    except IntegrityError as error:
        waiting = Approval.objects.waiting().filter(campaign=campaign, act=act, subject=subject).first()
        if waiting is None:
            raise
        raise WrongState(f"“{waiting.get_act_display()}”已由{waiting.proposed_by.name}提请，正等待审批。") from error
    return approval


def _check(campaign: Campaign, act: Act, draw: Draw | None) -> None:
    """What the act itself will check again when it is carried out."""
    match act:
        case Act.FREEZE:
            check_source(CAMPAIGN_STEPS["freeze"], campaign.state)
            check_draws_lots(campaign)
        case Act.LIST:
            check_source(CAMPAIGN_STEPS["list"], campaign.state)
            check_without_draw(campaign)
        case Act.SUPPLEMENT:
            check_supplement(campaign)
        case Act.DRAW if draw:
            check_source(DRAW_STEPS["draw"], draw.state)
            check_drawable(draw)
        case Act.VOID if draw:
            check_voidable(draw)


@transaction.atomic
def mark_confirmed(approval: Approval, *, by: User, words: str = "") -> Approval:
    """The second person's yes. Carrying the act out is another step (`confirm` does both)."""
    return _decide(approval, ApprovalState.CONFIRMED, by=by, words=words)


def confirm(approval: Approval, *, password: str, by: User, words: str = "") -> Approval:
    """The second person confirms with the own password; the act follows, by a worker or, for voiding, at once."""
    _check_waiting(approval)
    try:
        confirm_password(by, password)
    except AccountRefused as refusal:
        raise CampaignError(str(refusal)) from refusal
    with transaction.atomic():
        approval = mark_confirmed(approval, by=by, words=words)
        if approval.act == Act.VOID:
            void_draw(approval)
        else:
            _start(approval)
    return approval


def _start(approval: Approval) -> None:
    kind, campaign = f"campaigns.{approval.act}", approval.campaign
    key = job_key(campaign, kind) + (f":{approval.subject}" if approval.subject else "")
    title = f"{approval.get_act_display()}：{campaign.title}"
    start_job(kind, title, by=approval.confirmed_by, parameters={"approval": approval.pk}, key=key)


@transaction.atomic
def decline(approval: Approval, *, words: str, by: User) -> Approval:
    if not words.strip():
        raise CampaignError("退回须写明理由。")
    return _decide(approval, ApprovalState.DECLINED, by=by, words=words)


@transaction.atomic
def withdraw(approval: Approval, *, by: User) -> Approval:
    """The proposer takes it back."""
    approval = _locked(approval)
    with audit.recorded("campaigns.withdraw_act", approval, by=by, facts=_facts(approval)):
        approval.state = ApprovalState.WITHDRAWN
        approval.save(update_fields=["state"])
    return approval


def _decide(approval: Approval, state: ApprovalState, *, by: User, words: str) -> Approval:
    approval = _locked(approval)
    if approval.proposed_by_id == by.pk:
        raise CampaignError("提请人不能审批自己提请的事项，须由另一人审批。")
    action = "campaigns.confirm_act" if state == ApprovalState.CONFIRMED else "campaigns.decline_act"
    with audit.recorded(action, approval, by=by, facts=_facts(approval)):
        approval.state, approval.words = state, words.strip()
        approval.decided_by, approval.decided_at = by, timezone.now()
        approval.save(update_fields=["state", "words", "decided_by", "decided_at"])
    return approval


def _locked(approval: Approval) -> Approval:
    """The row as it is now, locked and still waiting; WrongState tells who was faster."""
    locked = Approval.objects.select_for_update(of=("self",), no_key=True).select_related(
        "campaign", "draw", "decided_by"
    )
    found = locked.get(pk=approval.pk)
    _check_waiting(found)
    return found


def _check_waiting(approval: Approval) -> None:
    if approval.state != ApprovalState.WAITING:
        who = f"，由{approval.decided_by.name}处理" if approval.decided_by else ""
        raise WrongState(f"该事项{approval.get_state_display()}{who}，不需要再处理。")


def _facts(approval: Approval) -> dict[str, Any]:
    draw = approval.draw.code if approval.draw else ""
    return {"campaign": approval.campaign.number, "act": approval.act, "draw": draw, "subject": approval.subject}
