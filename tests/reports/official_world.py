"""A campaign of the province, played to a dozen ends, from which documents are composed."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from accounts.models import Role, User
from campaigns import transitions as stages
from campaigns.models import Campaign, CampaignIssuer
from tests.factories import accounts
from tests.visits import hundred
from tests.visits.game import LINES, Cast, Game
from visits import rectifying

NAMES = (
    "waiting", "adopted", "clean", "fined", "handed_to_police", "overdue", "verified", "referral_answered", "referred",
    "listed_and_banned", "open", "to_conclude",
)  # fmt: skip
PROVINCE, CITY = hundred.PROVINCE, "scjg:140200"


def played() -> Campaign:
    """Twelve tasks of four bureaus, three a line or more; the last is not concluded."""
    cast = Cast()
    with time_machine.travel(timezone.now() - timedelta(days=hundred.DAYS_AGO)):
        campaign = hundred.a_campaign(cast.officer(PROVINCE))
        lines = [hundred.a_line(campaign, code) for code in LINES]
        games = [Game(cast, hundred.a_task(cast, lines, number), number) for number in range(len(NAMES))]
        hundred.give_teams(games)
        stages.dispatch(campaign, by=cast.officer(PROVINCE))
        for game, name in zip(games, NAMES, strict=True):
            hundred.ENDS[name].play(game)
    rectifying.escalate_overdue()
    for position, code in enumerate((PROVINCE, "ga:140000", "sthj:140000")):
        CampaignIssuer.objects.create(campaign=campaign, bureau=accounts.bureau(code), position=position)
    return Campaign.objects.select_related("lead_bureau__region", "lead_bureau__department").get(pk=campaign.pk)


def writer(at: str = PROVINCE) -> User:
    name = f"writer-{at}".replace(":", "-")
    return User.objects.filter(username=name).first() or accounts.user(name, Role.LEAD_OFFICER, at=at)


def issuer(at: str = PROVINCE) -> User:
    name = f"issuer-{at}".replace(":", "-")
    return User.objects.filter(username=name).first() or accounts.user(name, Role.LEAD_APPROVER, at=at)
