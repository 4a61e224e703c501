"""Who may do what with inspectors, experts, their conflicts of interest and leave, and with imports of the pool.

Each department keeps its own people: partner liaisons and county officers those of their own department in their
scope. The lead officers of market regulation, who run the campaigns, keep the pool of their whole scope.
A conflict is decided by the person's own bureau (行政处罚法第四十三条: by the head), never by the person.
"""

from accounts.models import Bureau, Role, User
from accounts.models.users import LEADS
from accounts.rules import Predicate, declare, holds, is_market_regulator
from inspectors.models import ConflictOfInterest, Expert, Inspector, Leave, PeopleImport
from institutions.models import ImportState

KEEPERS = frozenset({Role.LEAD_OFFICER, Role.PARTNER_LIAISON, Role.COUNTY_OFFICER})
OFFICE = LEADS | {Role.PARTNER_LIAISON, Role.COUNTY_OFFICER, Role.SUPERVISOR}
DECIDERS = frozenset({Role.LEAD_APPROVER, Role.PARTNER_LIAISON, Role.COUNTY_OFFICER})

is_keeper = holds(*KEEPERS)
is_expert_keeper = is_market_regulator & holds(Role.LEAD_OFFICER)


def keeps_people_of(user: User, bureau: Bureau) -> bool:
    """May `user` enter and change inspectors of this bureau?"""
    if user.bureau is None or not user.has_role(*KEEPERS) or not bureau.region_id.startswith(user.scope or ""):
        return False
    return user.bureau.department_id == bureau.department_id or _keeps_every_department(user)


def kept_bureaus(user: User) -> list[Bureau]:
    """The bureaus whose inspectors `user` may enter, in order."""
    if user.bureau is None or not user.has_role(*KEEPERS):
        return []
    bureaus = Bureau.objects.filter(region__code__startswith=user.scope or "").select_related("department", "region")
    if not _keeps_every_department(user):
        bureaus = bureaus.filter(department=user.bureau.department_id)
    return list(bureaus)


def _keeps_every_department(user: User) -> bool:
    return user.is_market_regulator and user.has_role(Role.LEAD_OFFICER)


def _bureau_of(subject: object) -> Bureau | None:
    if isinstance(subject, Leave):
        return subject.inspector.bureau
    if isinstance(subject, ConflictOfInterest):
        return subject.inspector.bureau if subject.inspector else None
    return subject.bureau if isinstance(subject, Inspector) else None


@Predicate
def is_kept_by(user: User, subject: object) -> bool:
    bureau = _bureau_of(subject)
    return bureau is not None and keeps_people_of(user, bureau)


@Predicate
def is_self(user: User, subject: object) -> bool:
    person = subject.inspector if isinstance(subject, Leave | ConflictOfInterest) else subject
    return isinstance(person, Inspector) and person.user_id is not None and person.user_id == user.pk


@Predicate
def is_own_expert(user: User, subject: object) -> bool:
    expert = subject.expert if isinstance(subject, ConflictOfInterest) else subject
    return isinstance(expert, Expert) and user.scope is not None and expert.region_id.startswith(user.scope)


@Predicate
def is_of_own_bureau(user: User, conflict: ConflictOfInterest) -> bool:
    """Also of a branch of one's own bureau, which acts for it. Experts: market regulation of their region."""
    bureau = _bureau_of(conflict)
    if bureau is None:
        return is_market_regulator(user, conflict) and is_own_expert(user, conflict)
    return user.bureau_id in {bureau.pk, bureau.branch_of_id}


@Predicate
def is_pending(user: User, conflict: ConflictOfInterest) -> bool:
    return conflict.decision == ConflictOfInterest.Decision.PENDING


@Predicate
def is_owner_of_ready_import(user: User, run: PeopleImport) -> bool:
    return run.owner_id == user.pk and run.state == ImportState.READY


declare(
    Inspector,
    {
        "create": is_keeper,
        "edit": is_kept_by,
        "link": is_kept_by,
        "declare": is_self | is_kept_by,
        "leave": is_self | is_kept_by,
        "import": is_keeper,
        "export": holds(*OFFICE),
        "see_history": holds(*OFFICE),
    },
)
declare(
    Expert,
    {
        "create": is_expert_keeper,
        "edit": is_expert_keeper & is_own_expert,
        "ban": is_market_regulator & holds(*LEADS) & is_own_expert,
        "declare": is_expert_keeper & is_own_expert,
        "import": is_expert_keeper,
        "export": holds(*OFFICE),
        "see_history": holds(*OFFICE),
    },
)
declare(
    ConflictOfInterest,
    {"decide": holds(*DECIDERS) & is_of_own_bureau & ~is_self & is_pending},
)
declare(Leave, {"cancel": is_self | is_kept_by})
declare(PeopleImport, {"commit": is_owner_of_ready_import})
