"""信息报送 among a campaign's pages, and what it waits for there."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from accounts import awaiting
from accounts.awaiting import Awaited
from accounts.models import User
from campaigns import pages
from campaigns.models import Campaign
from reports.duties.reminding import owed
from reports.duties.rules import may_assign
from reports.duties.states import SubmissionState
from reports.models import ReportingDuty

MOST_NAMED = 3


def shows_duties(user: User, campaign: Campaign) -> bool:
    return may_assign(user, campaign) or ReportingDuty.objects.visible_to(user).filter(campaign=campaign).exists()


def of_campaign(user: User, campaign: Campaign) -> Iterator[Awaited]:
    """Per day and thing, how many bureaus have not handed in."""
    seen = owed().filter(pk__in=ReportingDuty.objects.visible_to(user).filter(campaign=campaign).values("pk"))
    groups: dict[tuple[date | None, str], list[str]] = {}
    for due_on, title, name in seen.order_by("due_on", "sender_id").values_list(
        "due_on", "title", "sender__short_name"
    ):
        groups.setdefault((due_on, title), []).append(name)
    url = reverse("reports:campaign_duties", args=[campaign.pk])
    for (due_on, title), names in groups.items():
        whom = "、".join(names[:MOST_NAMED]) + (f"等 {len(names)} 个单位" if len(names) > MOST_NAMED else "")
        yield Awaited(f"报送{title}", whom, due_on, url)


def of_duty(user: User, duty: ReportingDuty) -> Iterator[Awaited]:
    """Needs submissions."""
    latest, page = duty.latest, duty.get_absolute_url()
    if latest is not None and latest.state == SubmissionState.HANDED_IN:
        yield Awaited("签收或者退回", duty.receiver.short_name, None, page)
    elif not duty.is_met:
        what = "补正后重新报送" if latest else "报送"
        yield Awaited(f"{what}{duty.title}", duty.sender.short_name, duty.due_on, page)


pages.offer(pages.Page("duties", "信息报送", "reports:campaign_duties", shows_duties))
awaiting.offer(Campaign, of_campaign)
awaiting.offer(ReportingDuty, of_duty)
