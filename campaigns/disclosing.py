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
from campaigns.models import Act, Approval, Draw, LogEvent
from campaigns.transcripts import current_digest


@transaction.atomic
def disclose_draw(draw: Draw, *, by: User | None, today: date | None = None) -> Draw:
    """Publish the transcript. `by` is None when the campaign's own date does it."""
    draw = Draw.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=draw.pk)
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


def disclose_due(today: date) -> list[Draw]:
    """What the campaigns' own dates disclose today; the clock runs this."""
    due = Draw.objects.filter(drawn_at__isnull=False, disclosed_at__isnull=True, campaign__discloses_on__lte=today)
    due = due.exclude(campaign__kind="practice").exclude(approvals__act=Act.SUBSTITUTE, approvals__state="waiting")
    return [disclose_draw(draw, by=None, today=today) for draw in due]
