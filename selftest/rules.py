"""Who may do what with forms, rounds and self-checks.

Market regulation's leads plan forms and rounds; the county bureau of the institution, and the leads above it, review.
An institution's people fill; only its legal representative signs on screen.
"""

from typing import Any

from accounts.models import Role, User
from accounts.models.users import LEADS
from accounts.rules import Predicate, can, declare, holds, is_market_regulator
from institutions.models import Representative
from selftest.models import ChangeRequest, FormTemplate, Invitation, Problem, Round, SelfCheck
from selftest.states import RoundState

REVIEWERS = LEADS | {Role.COUNTY_OFFICER}

is_lead = holds(*LEADS) & is_market_regulator
is_reviewer = holds(*REVIEWERS) & is_market_regulator


@Predicate
def is_own_round(user: User, round: Round) -> bool:
    return user.bureau_id == round.campaign.lead_bureau_id


@Predicate
def is_draft(user: User, subject: Round | FormTemplate) -> bool:
    return not subject.is_published if isinstance(subject, FormTemplate) else subject.state == RoundState.DRAFT


@Predicate
def is_own_form(user: User, form: FormTemplate) -> bool:
    return user.bureau_id is not None and user.bureau_id == form.bureau_id


@Predicate
def is_in_scope(user: User, subject: Any) -> bool:
    return user.scope is not None and _self_check(subject).county_id.startswith(user.scope)


@Predicate
def represents(user: User, subject: Any) -> bool:
    return _self_check(subject).institution.representatives.filter(user=user).exists()


@Predicate
def heads(user: User, subject: Any) -> bool:
    """Is the legal representative of this institution."""
    people = _self_check(subject).institution.representatives
    return people.filter(user=user, role=Role.LEGAL_REPRESENTATIVE).exists()


@Predicate
def meets_region(user: User, round: Round) -> bool:
    """The round asks institutions of this person's region."""
    return user.scope is not None and (user.scope.startswith(round.scope) or round.scope.startswith(user.scope))


@Predicate
def is_open(user: User, round: Round) -> bool:
    return round.state == RoundState.OPEN


@Predicate
def oversees(user: User, subject: Invitation | Representative) -> bool:
    return user.scope is not None and subject.institution.county_id.startswith(user.scope)


@Predicate
def acts_for(user: User, subject: Invitation | Representative) -> bool:
    return subject.institution.representatives.filter(user=user).exists()


@Predicate
def leads(user: User, subject: Invitation | Representative) -> bool:
    """Is the legal representative of the institution, and this is about a clerk."""
    people = subject.institution.representatives.filter(user=user, role=Role.LEGAL_REPRESENTATIVE)
    return subject.role == Role.INSTITUTION_CLERK and people.exists()


@Predicate
def keeps_the_pool(user: User, request: ChangeRequest) -> bool:
    return can(user, "edit", request.institution)


def _self_check(subject: SelfCheck | Problem) -> SelfCheck:
    return subject.self_check if isinstance(subject, Problem) else subject


declare(FormTemplate, {"create": is_lead, "edit": is_lead & is_own_form & is_draft, "copy": is_lead})
declare(
    Round,
    {
        "edit": is_lead & is_own_round & is_draft,
        "run": is_lead & is_own_round,
        "invite": is_reviewer & meets_region & is_open,
    },
)
declare(
    SelfCheck,
    {"fill": represents, "comment": represents, "sign": heads, "review": is_reviewer & is_in_scope},
)
declare(Problem, {"report": represents, "decide": is_reviewer & is_in_scope})
declare(ChangeRequest, {"decide": keeps_the_pool})
keeps_people = is_reviewer & oversees
declare(Invitation, {"see": keeps_people | acts_for, "create": keeps_people | leads, "revoke": keeps_people | leads})
declare(Representative, {"end": keeps_people | leads})
