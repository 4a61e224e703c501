"""One table: who may call which route with which method. Enforced by accounts.access on every request and tested
route × role × object in tests/access. What objects a person then finds is each model's `visible_to`."""

from accounts.access import PUBLIC, SIGNED_IN
from accounts.models import Role
from accounts.models.users import INSTITUTION_PEOPLE, LEADS

LEAD = LEADS
REGULATORS = LEADS | {Role.PARTNER_LIAISON, Role.COUNTY_OFFICER, Role.INSPECTOR, Role.SUPERVISOR}
OFFICE = LEADS | {Role.PARTNER_LIAISON, Role.COUNTY_OFFICER, Role.SUPERVISOR}
POOL_KEEPERS = LEADS | {Role.PARTNER_LIAISON, Role.COUNTY_OFFICER}
INSTITUTION = INSTITUTION_PEOPLE
SYSTEM = frozenset({Role.SYSTEM_ADMINISTRATOR})
SECURITY = frozenset({Role.SECURITY_ADMINISTRATOR})
AUDIT = frozenset({Role.AUDITOR})

ROUTES = {
    # frame
    "health": {"GET": PUBLIC},
    "styleguide": {"GET": PUBLIC},
    # accounts
    # jobs
    # institutions
    # inspectors
    # campaigns
    # reports
    # api
}

__all__ = ["PUBLIC", "ROUTES", "SIGNED_IN"]
