from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from campaigns.models import Campaign


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of what a sheet is made, for whom, and when."""

    campaign: Campaign
    user: User
    at: datetime

    @classmethod
    def now(cls, campaign: Campaign, user: User) -> "Wanted":
        return cls(campaign, user, timezone.localtime())
