"""Statistics, and what bureaus report to those above."""

from accounts.models import Role
from config.access.audiences import LEAD, OFFICE, OFFICERS

ROUTES = {
    "reports:statistics": {"GET": OFFICE},
    "reports:statistics_problems": {"GET": OFFICE},
    "reports:statistics_handling": {"GET": OFFICE},
    "reports:statistics_trends": {"GET": OFFICE},
    "reports:statistics_pictures": {"GET": OFFICE},
    "reports:statistics_rows": {"GET": OFFICE},
    # reporting up
    "reports:duties": {"GET": OFFICE},
    "reports:campaign_duties": {"GET": OFFICE},
    "reports:duties_assign": {"POST": LEAD},
    "reports:duty_add": {"GET": LEAD, "POST": LEAD},
    "reports:duty": {"GET": OFFICE},
    "reports:duty_edit": {"GET": LEAD, "POST": LEAD},
    "reports:duty_drop": {"POST": LEAD},
    "reports:duty_upload": {"POST": OFFICERS},
    "reports:duty_hand_in": {"POST": OFFICERS},
    "reports:duty_assemble": {"POST": OFFICERS},
    "reports:duty_file": {"GET": OFFICE},
    "reports:duty_file_remove": {"POST": OFFICERS},
    "reports:submission_return": {"POST": LEAD | {Role.COUNTY_OFFICER}},
    "reports:submission_receive": {"POST": LEAD | {Role.COUNTY_OFFICER}},
}
