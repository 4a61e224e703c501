"""Official documents: read by the offices, written by officers, issued by those who answer for the bureau."""

from accounts.models import Role
from config.access.audiences import APPROVER, OFFICE, SELF_CHECK_KEEPERS

WRITERS = SELF_CHECK_KEEPERS
ISSUERS = APPROVER | {Role.COUNTY_OFFICER}

ROUTES = {
    "reports:documents": {"GET": OFFICE},
    "reports:document_new": {"GET": WRITERS, "POST": WRITERS},
    "reports:document": {"GET": OFFICE},
    "reports:document_edit": {"GET": WRITERS, "POST": WRITERS},
    "reports:document_compose": {"POST": WRITERS},
    "reports:document_versions": {"GET": WRITERS},
    "reports:document_pdf": {"GET": OFFICE},
    "reports:document_docx": {"GET": OFFICE},
    "reports:document_present": {"POST": WRITERS},
    "reports:document_take_back": {"POST": WRITERS},
    "reports:document_return": {"GET": ISSUERS, "POST": ISSUERS},
    "reports:document_issue": {"GET": ISSUERS, "POST": ISSUERS},
    "reports:document_withdraw": {"GET": ISSUERS, "POST": ISSUERS},
    "reports:document_drop": {"GET": WRITERS, "POST": WRITERS},
    "reports:task_papers": {"GET": OFFICE},
}
