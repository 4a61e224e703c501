"""公示: preparing, approving, correcting; terms; credit repair; what institutions make public of themselves."""

from accounts.models import Role
from config.access.audiences import INSTITUTION, LEAD, OFFICE, OFFICERS, SYSTEM

PREPARERS = LEAD | {Role.COUNTY_OFFICER}
APPROVERS = frozenset({Role.LEAD_APPROVER, Role.COUNTY_OFFICER})
REPAIR_READERS = OFFICERS
REPAIR_DECIDERS = APPROVERS | {Role.PARTNER_LIAISON}

ROUTES = {
    "publications:list": {"GET": OFFICE},
    "publications:detail": {"GET": OFFICE},
    "publications:campaign": {"GET": OFFICE},
    "publications:correct": {"POST": PREPARERS},
    "publications:prepare": {"GET": PREPARERS},
    "publications:prepare_annual_plan": {"POST": PREPARERS},
    "publications:prepare_plan": {"POST": PREPARERS},
    "publications:prepare_drawn_list": {"POST": PREPARERS},
    "publications:prepare_results": {"GET": PREPARERS, "POST": PREPARERS},
    "publications:prepare_penalties": {"GET": PREPARERS, "POST": PREPARERS},
    "publications:prepare_text": {"GET": PREPARERS, "POST": PREPARERS},
    "publications:edit": {"GET": PREPARERS, "POST": PREPARERS},
    "publications:add": {"GET": PREPARERS, "POST": PREPARERS},
    "publications:renew": {"POST": PREPARERS},
    "publications:discard": {"POST": PREPARERS},
    "publications:propose": {"POST": PREPARERS},
    "publications:return": {"POST": APPROVERS},
    "publications:approve": {"POST": APPROVERS},
    "publications:withdraw": {"POST": APPROVERS},
    "publications:edit_result": {"GET": PREPARERS, "POST": PREPARERS},
    "publications:drop_result": {"POST": PREPARERS},
    "publications:edit_penalty": {"GET": PREPARERS, "POST": PREPARERS},
    "publications:drop_penalty": {"POST": PREPARERS},
    "publications:terms": {"GET": OFFICE},
    "publications:explain": {"GET": PREPARERS, "POST": PREPARERS},
    "publications:repairs": {"GET": REPAIR_READERS},
    "publications:repair": {"GET": REPAIR_READERS, "POST": REPAIR_DECIDERS},
    "publications:disclosures": {"GET": OFFICE},
    "publications:disclosure": {"GET": OFFICE | INSTITUTION},
    "publications:disclosure_accept": {"POST": PREPARERS},
    "publications:disclosure_return": {"POST": PREPARERS},
    "publications:disclosure_withdraw": {"POST": PREPARERS | INSTITUTION},
    "publications:disclosure_file": {"GET": OFFICE | INSTITUTION},
    "publications:own": {"GET": INSTITUTION},
    "publications:own_submit": {"GET": INSTITUTION, "POST": INSTITUTION},
    "publications:ask_repair": {"GET": INSTITUTION, "POST": INSTITUTION},
    "accounts:calendar": {"GET": SYSTEM, "POST": SYSTEM},
    "accounts:calendar_remove": {"POST": SYSTEM},
}
