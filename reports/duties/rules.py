"""Who may do what with reporting duties. The bureau that receives gives them, changes them, signs for what it got or
sends it back; the officers of the bureau that reports hand in."""

from typing import Any

from accounts.models import Role, User
from accounts.models.users import LEADS
from accounts.rules import Predicate, declare, holds
from campaigns.models import Campaign
from reports.models import ReportingDuty

SENDERS = LEADS | {Role.COUNTY_OFFICER, Role.PARTNER_LIAISON}


@Predicate
def receives(user: User, subject: Any) -> bool:
    return user.bureau_id is not None and user.bureau_id == subject.receiver_id


@Predicate
def sends(user: User, subject: Any) -> bool:
    return user.bureau_id is not None and user.bureau_id == subject.sender_id


@Predicate
def gave_it(user: User, subject: Any) -> bool:
    """Of the campaign's lead bureau, which also gives the duties between the bureaus below and its own to those above."""
    return user.bureau_id is not None and user.bureau_id == subject.campaign.lead_bureau_id


def may_assign(user: User, campaign: Campaign) -> bool:
    """演练 is reported to nobody."""
    return user.bureau_id == campaign.lead_bureau_id and user.has_role(*LEADS) and not campaign.is_practice


declare(
    ReportingDuty,
    {
        "edit": holds(*LEADS) & (receives | gave_it),
        "hand_in": holds(*SENDERS) & sends,
        "receive": holds(*LEADS, Role.COUNTY_OFFICER) & receives,
    },
)
