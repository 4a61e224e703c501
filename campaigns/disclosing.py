"""Disclosing a draw: secret and transcript become public, so that anyone can draw it again. It is never taken back.

Before that, the public sees nothing from which the drawn list could be computed (draw-protocol.md section 7).
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from campaigns import publiclog
from campaigns.disclosure import first_day
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Act, Approval, Draw, LogEvent, Task
from campaigns.population import LISTED_ELSEWHERE, LISTED_HERE
from campaigns.transcripts import current_digest


@transaction.atomic
def disclose_draw(draw: Draw, *, by: User | None, today: date | None = None) -> Draw:
    """Publish the transcript. `by` is None when the campaign's own date does it."""
    draw = Draw.objects.select_for_update(of=("self",), no_key=True).select_related("campaign").get(pk=draw.pk)
    if draw.disclosed_at:
        return draw
    check_disclosable(draw, today or timezone.localdate())
    with audit.recorded("campaigns.disclose", draw, by=by, facts={"campaign": draw.campaign.number}):
        draw.disclosed_by, draw.disclosed_at = by, timezone.now()
        draw.save(update_fields=["disclosed_by", "disclosed_at"])
    publiclog.append(draw, LogEvent.DISCLOSED, transcript=current_digest(draw))
    return draw


def check_disclosable(draw: Draw, today: date) -> None:
    if draw.drawn_at is None:
        raise WrongState("还没有抽取，没有可以公开的全文。")
    if draw.campaign.is_practice:
        raise CampaignError("演练不公开。")
    if Approval.objects.waiting().filter(draw=draw, act=Act.SUBSTITUTE).exists():
        raise CampaignError("还有替换事项等待审批，请先办结。")
    if (day := first_day(draw)) and today < day:
        raise CampaignError(f"现场检查还没有结束，公开全文会提前走漏名单；{day:%Y-%m-%d} 起可以公开。")
    if tells_of_others(draw):
        raise CampaignError(
            "名录中有机构因已列入另一次抽取而排除，其中有的还没有通知；公开全文会走漏那一次的名单，请待其公开或通知之后办理。"
        )


def tells_of_others(draw: Draw) -> bool:
    """Whether its entries name institutions as drawn elsewhere of which nobody may know yet."""
    reasons = (LISTED_HERE, LISTED_ELSEWHERE)
    listed = draw.frozen_institutions.filter(excluded__in=reasons).values("institution")
    tasks = Task.objects.live().filter(institution__in=listed, draw__isnull=False, draw__disclosed_at=None)
    return tasks.filter(notice__isnull=True).exclude(draw=draw).exists()


def disclose_due(today: date) -> list[Draw]:
    """What the campaigns' own dates disclose today; the clock runs this."""
    due = Draw.objects.filter(drawn_at__isnull=False, disclosed_at__isnull=True, campaign__discloses_on__lte=today)
    due = due.exclude(campaign__kind="practice").exclude(approvals__act=Act.SUBSTITUTE, approvals__state="waiting")
    return [draw for draw in due.select_related("campaign") if _disclosed_by_date(draw, today)]


def _disclosed_by_date(draw: Draw, today: date) -> bool:
    """False while something still stands against it; it is tried again later."""
    try:
        disclose_draw(draw, by=None, today=today)
    except CampaignError:
        return False
    return True
