"""Voiding a draw: before any institution was notified, with a reason, for good and in public.

Its rows, its result and its digest stay. The next draw has a new number, a fresh secret and fresh contributions.
"""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from campaigns import publiclog, transitions
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Act, Approval, ApprovalState, Draw, DrawKind, LogEvent, Remark, Task
from campaigns.phases import missing_reveals
from campaigns.states import DRAW_STEPS, DrawState, TaskState


@transaction.atomic
def void_draw(approval: Approval) -> Draw:
    """Void what two people have decided to void. An objection that the approval names is thereby accepted."""
    draw = _void(approval.confirmed_draw(Act.VOID), reason=approval.reason, by=approval.confirmed_by)
    if remark := approval.parameters.get("remark"):
        Remark.objects.filter(pk=remark, draw=draw, outcome=Remark.Outcome.OPEN).update(
            outcome=Remark.Outcome.ACCEPTED,
            answer=approval.reason,
            answered_by=approval.confirmed_by,
            answered_at=draw.voided_at,
        )
    return draw


@transaction.atomic
def void_unrevealed(draw: Draw) -> Draw:
    """The protocol's own voiding (section 3): somebody did not reveal; the names stand on the public record."""
    missing = [str(each) for each in missing_reveals(draw)]
    return _void(draw, reason=f"未揭示随机数：{'、'.join(missing)}", by=None)


def check_voidable(draw: Draw) -> None:
    """Raises unless the draw still counts and nobody was told of it."""
    transitions.check_source(DRAW_STEPS["void"], draw.state)
    if draw.is_sealed and draw.state == DrawState.FROZEN:
        raise WrongState("正在抽取，请等抽取完成后再办理：作废的抽取也要留下结果摘要。")
    if Task.objects.filter(campaign=draw.campaign, notice__isnull=False).exists():
        raise CampaignError("已有机构收到检查通知书，抽取结果已经使用，不能再作废。")
    if Task.objects.filter(campaign=draw.campaign, state=TaskState.ADOPTED).exists():
        raise CampaignError("已有任务采纳了其他活动的检查结果，抽取结果已经使用，不能再作废。")
    if not draw.is_supplement and draw.campaign.draws.counting().filter(kind=DrawKind.SUPPLEMENT).exists():
        raise CampaignError("本次抽取之后还有补充抽取，请先作废补充抽取。")


def _void(draw: Draw, *, reason: str, by: User | None) -> Draw:
    campaign = transitions.locked(draw.campaign)
    draw = Draw.objects.select_for_update(of=("self",), no_key=True).get(pk=draw.pk)
    draw.campaign = campaign
    check_voidable(draw)
    if not reason.strip():
        raise CampaignError("作废须写明理由。")
    with audit.recorded("campaigns.void_draw", draw, by=by, facts={"campaign": campaign.number}):
        transitions.mark_void(draw, reason=reason.strip(), by=by)
    _cancel_tasks(draw)
    Approval.objects.waiting().filter(draw=draw).update(state=ApprovalState.WITHDRAWN)
    if not draw.is_supplement:
        stamps = dict.fromkeys(("frozen_at", "drawn_at", "dispatched_at"))
        transitions.move(campaign, "void", by=by, facts={"draw": draw.code}, **stamps)
    publiclog.append(draw, LogEvent.VOIDED, reason=draw.void_reason, result=draw.result_digest)
    return draw


def _cancel_tasks(draw: Draw) -> None:
    """The draw's tasks, and with a main draw those that its result left to the counties."""
    tasks = Task.objects.filter(campaign=draw.campaign).live()
    if draw.is_supplement:
        tasks = tasks.filter(draw=draw)
    tasks.update(state=TaskState.CANCELLED)


def void_overdue() -> list[Draw]:
    """Void every draw whose time to reveal is over; the clock runs this."""
    late = Draw.objects.filter(state=DrawState.FROZEN, reveal_until__lt=timezone.now(), seed="")
    return [void_unrevealed(draw) for draw in late.select_related("campaign") if missing_reveals(draw)]
