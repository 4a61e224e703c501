"""Who may do what about publishing: the bureau that publishes prepares; its approver, another person, publishes."""

from typing import Any

from accounts.models import Role, User
from accounts.models.users import INSTITUTION_PEOPLE, LEADS
from accounts.rules import Predicate, declare, holds
from campaigns.models import Campaign
from institutions.models import Institution, Representative
from publications.models import CreditRepair, Disclosure, Lateness, Publication, PublicationVersion

PREPARERS = LEADS | {Role.COUNTY_OFFICER}
APPROVERS = frozenset({Role.LEAD_APPROVER, Role.COUNTY_OFFICER})
REVIEWERS = LEADS | {Role.COUNTY_OFFICER}

prepares, approves = holds(*PREPARERS), holds(*APPROVERS)


@Predicate
def is_own(user: User, subject: Any) -> bool:
    """Of the user's own bureau."""
    return user.bureau_id is not None and user.bureau_id == _publication(subject).bureau_id


@Predicate
def is_proposer(user: User, version: PublicationVersion) -> bool:
    return version.proposed_by_id == user.pk


@Predicate
def leads(user: User, subject: Any) -> bool:
    campaign: Campaign = subject.task.campaign
    return user.bureau_id is not None and user.bureau_id == campaign.lead_bureau_id


@Predicate
def decided_it(user: User, repair: CreditRepair) -> bool:
    return user.bureau_id is not None and user.bureau_id == repair.measure.bureau_id


@Predicate
def represents(user: User, subject: Any) -> bool:
    institution = subject.institution_id if isinstance(subject, Disclosure) else subject.measure.task.institution_id
    return Representative.objects.filter(user=user, institution=institution).exists()


@Predicate
def oversees(user: User, disclosure: Disclosure) -> bool:
    """A market regulator who sees the institution."""
    seen = Institution.objects.visible_to(user).filter(pk=disclosure.institution_id)
    return user.is_market_regulator and seen.exists()


def _publication(subject: Any) -> Publication:
    return subject.publication if isinstance(subject, PublicationVersion) else subject


declare(Publication, {"prepare": prepares & is_own})
declare(
    PublicationVersion,
    {
        "edit": prepares & is_own,
        "propose": prepares & is_own,
        "approve": approves & is_own & ~is_proposer,
        "return": approves & is_own,
        "withdraw": approves & is_own,
    },
)
declare(Lateness, {"explain": prepares & leads})
is_institution = holds(*INSTITUTION_PEOPLE)
declare(
    CreditRepair, {"ask": is_institution & represents, "decide": holds(*APPROVERS, Role.PARTNER_LIAISON) & decided_it}
)
declare(Disclosure, {"submit": is_institution & represents, "decide": holds(*REVIEWERS) & oversees})
