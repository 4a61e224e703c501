"""One table: who may call which route with which method. Enforced by accounts.access on every request and tested
route × role × object in tests/access. What objects a person then finds is each model's `visible_to`."""

from accounts.access import PUBLIC, SIGNED_IN
from accounts.models import Role
from accounts.models.users import ADMINISTRATORS, INSTITUTION_PEOPLE, LEADS

LEAD = LEADS
REGULATORS = LEADS | {Role.PARTNER_LIAISON, Role.COUNTY_OFFICER, Role.INSPECTOR, Role.SUPERVISOR}
OFFICE = LEADS | {Role.PARTNER_LIAISON, Role.COUNTY_OFFICER, Role.SUPERVISOR}
POOL_KEEPERS = LEADS | {Role.PARTNER_LIAISON, Role.COUNTY_OFFICER}
INSTITUTION_KEEPERS = frozenset({Role.LEAD_OFFICER, Role.COUNTY_OFFICER})
INSTITUTION = INSTITUTION_PEOPLE
SYSTEM = frozenset({Role.SYSTEM_ADMINISTRATOR})
SECURITY = frozenset({Role.SECURITY_ADMINISTRATOR})
AUDIT = frozenset({Role.AUDITOR})

ROUTES = {
    # frame
    "health": {"GET": PUBLIC},
    "styleguide": {"GET": PUBLIC},
    # accounts
    "home": {"GET": PUBLIC},
    "workbench": {"GET": SIGNED_IN},
    "accounts:sign_in": {"GET": PUBLIC, "POST": PUBLIC},
    "accounts:sign_out": {"POST": SIGNED_IN},
    "accounts:password": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "accounts:profile": {"GET": SIGNED_IN},
    "accounts:tokens": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "accounts:token_revoke": {"POST": SIGNED_IN},
    "accounts:users": {"GET": ADMINISTRATORS},
    "accounts:user": {"GET": ADMINISTRATORS},
    "accounts:user_create": {"GET": SYSTEM, "POST": SYSTEM},
    "accounts:user_edit": {"GET": SYSTEM, "POST": SYSTEM},
    "accounts:user_close": {"GET": SYSTEM, "POST": SYSTEM},
    "accounts:user_reopen": {"GET": SYSTEM, "POST": SYSTEM},
    "accounts:user_reset": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    "accounts:user_grant": {"POST": SECURITY},
    "accounts:user_revoke": {"POST": SECURITY},
    "accounts:bureaus": {"GET": ADMINISTRATORS},
    "accounts:bureau": {"GET": ADMINISTRATORS},
    "accounts:bureau_create": {"GET": SYSTEM, "POST": SYSTEM},
    "accounts:bureau_edit": {"GET": SYSTEM, "POST": SYSTEM},
    "accounts:regions": {"GET": ADMINISTRATORS},
    "accounts:region": {"GET": ADMINISTRATORS},
    "accounts:region_create": {"GET": SYSTEM, "POST": SYSTEM},
    "accounts:region_edit": {"GET": SYSTEM, "POST": SYSTEM},
    "accounts:audit": {"GET": AUDIT},
    "accounts:audit_event": {"GET": AUDIT},
    "accounts:audit_export": {"GET": AUDIT},
    "accounts:audit_verify": {"POST": AUDIT},
    # jobs
    "jobs:list": {"GET": SIGNED_IN},
    "jobs:detail": {"GET": SIGNED_IN},
    "jobs:progress": {"GET": SIGNED_IN},
    "jobs:file": {"GET": SIGNED_IN},
    "jobs:cancel": {"POST": SIGNED_IN},
    # institutions
    "institutions:list": {"GET": REGULATORS | INSTITUTION},
    "institutions:detail": {"GET": REGULATORS | INSTITUTION},
    "institutions:history": {"GET": OFFICE},
    "institutions:export": {"GET": OFFICE},
    "institutions:create": {"GET": INSTITUTION_KEEPERS, "POST": INSTITUTION_KEEPERS},
    "institutions:edit": {"GET": INSTITUTION_KEEPERS, "POST": INSTITUTION_KEEPERS},
    "institutions:business_regions": {"GET": INSTITUTION_KEEPERS, "POST": INSTITUTION_KEEPERS},
    "institutions:credit_class": {"GET": INSTITUTION_KEEPERS, "POST": INSTITUTION_KEEPERS},
    "institutions:certificate_add": {"GET": INSTITUTION_KEEPERS, "POST": INSTITUTION_KEEPERS},
    "institutions:certificate_edit": {"GET": INSTITUTION_KEEPERS, "POST": INSTITUTION_KEEPERS},
    "institutions:site_add": {"GET": INSTITUTION_KEEPERS, "POST": INSTITUTION_KEEPERS},
    "institutions:site_edit": {"GET": INSTITUTION_KEEPERS, "POST": INSTITUTION_KEEPERS},
    "institutions:site_remove": {"POST": INSTITUTION_KEEPERS},
    "institutions:flag_add": {"GET": INSTITUTION_KEEPERS, "POST": INSTITUTION_KEEPERS},
    "institutions:flag_end": {"GET": INSTITUTION_KEEPERS, "POST": INSTITUTION_KEEPERS},
    "institutions:import": {"GET": INSTITUTION_KEEPERS, "POST": INSTITUTION_KEEPERS},
    "institutions:import_template": {"GET": INSTITUTION_KEEPERS},
    "institutions:import_run": {"GET": INSTITUTION_KEEPERS},
    "institutions:import_progress": {"GET": INSTITUTION_KEEPERS},
    "institutions:import_confirm": {"POST": INSTITUTION_KEEPERS},
    "institutions:import_marked": {"POST": INSTITUTION_KEEPERS},
    # inspectors
    # campaigns
    "campaigns:list": {"GET": REGULATORS},
    "campaigns:create": {"GET": LEAD, "POST": LEAD},
    "campaigns:detail": {"GET": REGULATORS},
    "campaigns:edit": {"GET": LEAD, "POST": LEAD},
    "campaigns:edit_part": {"GET": LEAD, "POST": LEAD},
    "campaigns:log": {"GET": OFFICE},
    "campaigns:people": {"GET": OFFICE},
    "campaigns:documents": {"GET": OFFICE},
    "campaigns:line_create": {"GET": LEAD, "POST": LEAD},
    "campaigns:line_preview": {"GET": LEAD},
    "campaigns:line_edit": {"GET": LEAD, "POST": LEAD},
    "campaigns:line_delete": {"POST": LEAD},
    "campaigns:allotment": {"GET": OFFICE - {Role.COUNTY_OFFICER}},
    "campaigns:allotment_parent": {"POST": LEAD},
    "campaigns:allotment_upload": {"POST": LEAD},
    "campaigns:allotment_template": {"GET": LEAD},
    "campaigns:propose": {"POST": LEAD},
    "campaigns:withdraw": {"POST": LEAD},
    "campaigns:answer": {"POST": LEAD | {Role.PARTNER_LIAISON}},
    "campaigns:confirm_freeze": {"GET": LEAD},
    "campaigns:freeze": {"POST": LEAD},
    "campaigns:draw": {"GET": OFFICE},
    "campaigns:run_draw": {"POST": LEAD},
    "campaigns:population": {"GET": OFFICE - {Role.COUNTY_OFFICER}},
    "campaigns:manifest": {"GET": OFFICE},
    "campaigns:transcript": {"GET": LEAD | {Role.SUPERVISOR}},
    "campaigns:job": {"GET": OFFICE},
    "campaigns:contribute": {"POST": LEAD | {Role.PARTNER_LIAISON, Role.SUPERVISOR}},
    "campaigns:dispatch": {"POST": LEAD},
    "campaigns:campaign_tasks": {"GET": REGULATORS},
    "campaigns:tasks": {"GET": REGULATORS | INSTITUTION},
    "campaigns:task": {"GET": REGULATORS | INSTITUTION},
    "campaigns:notify": {"POST": LEAD | {Role.COUNTY_OFFICER}},
    "campaigns:notify_many": {"POST": LEAD | {Role.COUNTY_OFFICER}},
    "campaigns:matters": {"GET": REGULATORS},
    "campaigns:matter": {"GET": REGULATORS},
    # reports
    "reports:statistics": {"GET": OFFICE},
    "reports:task_list": {"POST": LEAD | {Role.COUNTY_OFFICER}},
    "reports:own_task_list": {"GET": LEAD | {Role.COUNTY_OFFICER}},
    "reports:drawn_list": {"POST": LEAD | {Role.SUPERVISOR}},
    "reports:notices": {"POST": LEAD | {Role.COUNTY_OFFICER}},
    "reports:campaign_notice": {"POST": LEAD | {Role.SUPERVISOR}},
    "reports:notice": {"GET": REGULATORS | INSTITUTION},
    # api
}

__all__ = ["PUBLIC", "ROUTES", "SIGNED_IN"]
