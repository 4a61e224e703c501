"""Who may do what with institutions, their certificates, sites and risk flags, and with imports of the pool.

The pool is kept by market regulation: lead officers and county officers, each for the bureau's own region. Partner
departments and supervisors read it; complaint data and credit classes stay inside market regulation.
"""

from typing import Any

from accounts.models import Role, User
from accounts.models.users import LEADS
from accounts.rules import Predicate, declare, holds, is_market_regulator
from institutions.models import Certificate, ImportRun, ImportState, Institution, RiskFlag, Site

KEEPERS = frozenset({Role.LEAD_OFFICER, Role.COUNTY_OFFICER})
OFFICE = LEADS | {Role.COUNTY_OFFICER, Role.PARTNER_LIAISON, Role.SUPERVISOR}

is_keeper = is_market_regulator & holds(*KEEPERS)


@Predicate
def is_in_scope(user: User, subject: Any) -> bool:
    """Also true where there is no institution yet."""
    institution = _institution(subject)
    return user.scope is not None and (institution is None or institution.county_id.startswith(user.scope))


@Predicate
def is_owner(user: User, run: ImportRun) -> bool:
    return run.owner_id == user.pk


@Predicate
def is_ready(user: User, run: ImportRun) -> bool:
    return run.state == ImportState.READY


def _institution(subject: Any) -> Institution | None:
    if isinstance(subject, Institution):
        return subject
    if isinstance(subject, Certificate | RiskFlag):
        return subject.institution
    return subject.certificate.institution if isinstance(subject, Site) else None


own = is_keeper & is_in_scope

declare(
    Institution,
    {
        "create": is_keeper,
        "edit": own,
        "flag": own,
        "classify": own,
        "import": is_keeper,
        "export": holds(*OFFICE),
        "see_risk": is_market_regulator,
        "see_history": holds(*OFFICE) & is_in_scope,
    },
)
declare(Certificate, {"edit": own})
declare(Site, {"edit": own})
declare(RiskFlag, {"edit": own})
declare(ImportRun, {"commit": is_keeper & is_owner & is_ready})
