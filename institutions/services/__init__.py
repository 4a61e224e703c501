"""Every change to the pool: checked, in one transaction with its audit event."""

from institutions.services.certificates import add_certificate, add_site, edit_certificate, edit_site, remove_site
from institutions.services.imports import confirm_import, mark_faults, record_export, start_export, start_import
from institutions.services.institutions import create_institution, edit_institution, set_business_regions
from institutions.services.representatives import appoint_representative
from institutions.services.risks import add_risk_flag, end_risk_flag, set_credit_class

__all__ = [
    "add_certificate",
    "add_risk_flag",
    "add_site",
    "appoint_representative",
    "confirm_import",
    "create_institution",
    "edit_certificate",
    "edit_institution",
    "edit_site",
    "end_risk_flag",
    "mark_faults",
    "record_export",
    "remove_site",
    "set_business_regions",
    "set_credit_class",
    "start_export",
    "start_import",
]
