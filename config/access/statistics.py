"""Statistics, and what bureaus report to those above."""

from config.access.audiences import OFFICE

ROUTES = {
    "reports:statistics": {"GET": OFFICE},
    "reports:statistics_problems": {"GET": OFFICE},
    "reports:statistics_handling": {"GET": OFFICE},
    "reports:statistics_trends": {"GET": OFFICE},
    "reports:statistics_pictures": {"GET": OFFICE},
    "reports:statistics_rows": {"GET": OFFICE},
}
