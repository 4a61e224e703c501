"""Who may call: sets of roles by the names that the tables use."""

from accounts.models import Role
from accounts.models.users import INSTITUTION_PEOPLE, LEADS

LEAD = LEADS
APPROVER = frozenset({Role.LEAD_APPROVER})
REGULATORS = LEADS | {Role.PARTNER_LIAISON, Role.COUNTY_OFFICER, Role.INSPECTOR, Role.SUPERVISOR}
OFFICE = LEADS | {Role.PARTNER_LIAISON, Role.COUNTY_OFFICER, Role.SUPERVISOR}
INSTITUTION_KEEPERS = frozenset({Role.LEAD_OFFICER, Role.COUNTY_OFFICER})
INSTITUTION = INSTITUTION_PEOPLE
OVERSEERS = LEADS | {Role.COUNTY_OFFICER, Role.SUPERVISOR}
"""Who watches self-checks; an inspector reads those of the own tasks."""
SELF_CHECK_KEEPERS = LEADS | {Role.COUNTY_OFFICER}
SYSTEM = frozenset({Role.SYSTEM_ADMINISTRATOR})
SECURITY = frozenset({Role.SECURITY_ADMINISTRATOR})
AUDIT = frozenset({Role.AUDITOR})
PEOPLE_KEEPERS = frozenset({Role.LEAD_OFFICER, Role.PARTNER_LIAISON, Role.COUNTY_OFFICER})
EXPERT_KEEPERS = frozenset({Role.LEAD_OFFICER})
OFFICERS = LEADS | {Role.COUNTY_OFFICER, Role.PARTNER_LIAISON}
"""Who plans visits, writes results, decides and orders for a bureau (visits.rules)."""
CONFLICT_DECIDERS = frozenset({Role.LEAD_APPROVER, Role.PARTNER_LIAISON, Role.COUNTY_OFFICER})
ON_SITE = frozenset({Role.INSPECTOR})
"""Who stands at the institution, of whatever bureau; at which visits: Visit.attended_by."""
ROUND_READERS = LEADS | {Role.COUNTY_OFFICER, Role.SUPERVISOR}
