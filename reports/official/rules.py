"""Who may do what with official documents: officers write for their own bureau, its approver issues. A county bureau has
no approver of its own in this system; its officer does both."""

from typing import Any

from accounts.models import Role, User
from accounts.models.users import LEADS
from accounts.rules import Predicate, declare, holds
from reports.models import Document, DocumentSeries

WRITERS = LEADS | {Role.COUNTY_OFFICER}
ISSUERS = frozenset({Role.LEAD_APPROVER, Role.COUNTY_OFFICER})


@Predicate
def is_own(user: User, subject: Any) -> bool:
    """Of the user's bureau; of the class, where there is none yet: of a user who has one."""
    return user.bureau_id is not None and (isinstance(subject, type) or subject.bureau_id == user.bureau_id)


declare(
    Document,
    {
        "write": holds(*WRITERS) & is_own,
        "issue": holds(*ISSUERS) & is_own,
    },
)
declare(DocumentSeries, {"edit": holds(*ISSUERS) & is_own})
