"""The only writers of `state`. Each step locks the row, checks where it starts, writes, and adds the audit entry,
all in one transaction."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Campaign, Draw, LineAgreement, PlanLine, Task
from campaigns.states import CAMPAIGN_STEPS, TASK_STEPS, CampaignState, DrawState, Step, TaskState


@transaction.atomic
def propose(campaign: Campaign, *, by: User) -> Campaign:
    """Ask every bureau named in a line, other than the lead bureau, for its agreement."""
    campaign = locked(campaign)
    check_source(CAMPAIGN_STEPS["propose"], campaign.state)
    lines = list(campaign.lines.prefetch_related("partners"))
    if not lines:
        raise CampaignError("计划还没有条目，请先添加抽查领域。")
    LineAgreement.objects.filter(line__campaign=campaign).delete()
    LineAgreement.objects.bulk_create(
        LineAgreement(line=line, bureau_id=bureau) for line in lines for bureau in _asked(line, campaign)
    )
    return move(campaign, "propose", by=by)


def _asked(line: PlanLine, campaign: Campaign) -> list[str]:
    bureaus = {bureau.pk for bureau in line.partners.all()} | {line.lead_bureau_id}
    return sorted(bureaus - {campaign.lead_bureau_id})


@transaction.atomic
def withdraw(campaign: Campaign, *, by: User) -> Campaign:
    """Back to the draft; answers already given lapse, since the plan may change."""
    campaign = locked(campaign)
    check_source(CAMPAIGN_STEPS["withdraw"], campaign.state)
    LineAgreement.objects.filter(line__campaign=campaign).delete()
    return move(campaign, "withdraw", by=by)


@transaction.atomic
def dispatch(campaign: Campaign, *, by: User) -> Campaign:
    """Hand every task to its bureau: from now on counties, partners and inspectors see theirs. Again, for the tasks
    of a supplementary draw."""
    campaign = locked(campaign)
    check_source(CAMPAIGN_STEPS["dispatch"], campaign.state)
    if campaign.is_practice:
        raise CampaignError("演练到抽取为止：演练的任务不派发、不通知、不公开、不统计。")
    now = timezone.now()
    count = Task.objects.filter(campaign=campaign, state=TaskState.PENDING).update(
        state=TaskState.DISPATCHED, dispatched_at=now
    )
    if not count:
        raise WrongState("没有待派发的任务。")
    return move(campaign, "dispatch", by=by, facts={"tasks": count}, dispatched_at=campaign.dispatched_at or now)


@transaction.atomic
def answer(agreement: LineAgreement, *, agrees: bool, words: str, by: User) -> LineAgreement:
    """A partner bureau agrees to a plan line or objects with words; it may change its mind until the freeze."""
    agreement = (
        LineAgreement.objects.select_for_update(no_key=True).select_related("line__campaign").get(pk=agreement.pk)
    )
    if agreement.line.campaign.state != CampaignState.NEGOTIATING:
        raise WrongState("协商已结束，不能再回复。")
    if not agrees and not words.strip():
        raise CampaignError("提出异议须写明理由。")
    with audit.recorded("campaigns.answer", agreement, by=by, facts={"campaign": agreement.line.campaign.number}):
        agreement.state = LineAgreement.State.AGREED if agrees else LineAgreement.State.OBJECTED
        agreement.words = words.strip()
        agreement.decided_by = by
        agreement.decided_at = timezone.now()
        agreement.save(update_fields=["state", "words", "decided_by", "decided_at"])
    return agreement


def notify(task: Task, *, by: User) -> Task:
    """The institution has been issued its notice; called by campaigns.notices inside its transaction."""
    task = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    check_source(TASK_STEPS["notify"], task.state)
    with audit.recorded("campaigns.notify", task, by=by):
        task.state = TASK_STEPS["notify"].target
        task.save(update_fields=["state"])
    return task


def replace(task: Task, *, by: User) -> Task:
    """Another task takes its place; called by campaigns.substituting inside its transaction, with the row locked."""
    check_source(TASK_STEPS["replace"], task.state)
    with audit.recorded("campaigns.replace", task, by=by):
        task.state = TASK_STEPS["replace"].target
        task.save(update_fields=["state"])
    return task


def locked(campaign: Campaign) -> Campaign:
    """The campaign's row as it is now, locked until the end of the transaction."""
    return (
        Campaign.objects.select_for_update(of=("self",), no_key=True)
        .select_related("lead_bureau__region")
        .get(pk=campaign.pk)
    )


def check_source(step: Step, state: str) -> None:
    if state not in step.sources:
        raise WrongState(f"当前状态为“{step.states(state).label}”，不能{step.label}。")


def move(
    campaign: Campaign, step: str, *, by: User | None, facts: Mapping[str, Any] | None = None, **stamps: Any
) -> Campaign:
    """Write the step's target state on a locked campaign, with its time stamps and its audit entry."""
    check_source(CAMPAIGN_STEPS[step], campaign.state)
    with audit.recorded(f"campaigns.{step}", campaign, by=by, facts=facts):
        campaign.state = CAMPAIGN_STEPS[step].target
        for name, value in stamps.items():
            setattr(campaign, name, value)
        campaign.save(update_fields=["state", *stamps])
    return campaign


def mark_drawn(draw: Draw, *, result_digest: str, by: User) -> None:
    """The draw row takes its result; called by campaigns.drawing inside its transaction."""
    draw.state = DrawState.DRAWN
    draw.result_digest = result_digest
    draw.drawn_by, draw.drawn_at = by, timezone.now()
    draw.save(update_fields=["state", "result_digest", "drawn_by", "drawn_at"])


def mark_void(draw: Draw, *, reason: str, by: User | None) -> None:
    """The draw counts no more; called by campaigns.voiding inside its transaction."""
    draw.state = DrawState.VOID
    draw.void_reason = reason[:500]
    draw.voided_by, draw.voided_at = by, timezone.now()
    draw.save(update_fields=["state", "void_reason", "voided_by", "voided_at"])
