"""Who may do what to accounts, bureaus and the audit trail: the separation of the three administrators 三员分立.

The system administrator opens and edits accounts and places but grants no role; the security administrator grants
roles and does nothing else; the auditor reads the trail and changes nothing.
"""

from typing import Any

from accounts.models import AuditEvent, Bureau, CalendarDay, Region, Role, User
from accounts.models.users import ADMINISTRATORS
from accounts.rules import Predicate, declare, holds

is_system_administrator = holds(Role.SYSTEM_ADMINISTRATOR)
is_security_administrator = holds(Role.SECURITY_ADMINISTRATOR)
is_auditor = holds(Role.AUDITOR)


@Predicate
def is_oneself(user: User, subject: Any) -> bool:
    return isinstance(subject, User) and subject.pk == user.pk


@Predicate
def is_an_administrator(user: User, subject: Any) -> bool:
    return isinstance(subject, User) and subject.has_role(*ADMINISTRATORS)


@Predicate
def holds_the_same_administrator_role(user: User, subject: Any) -> bool:
    """Whoever could reset another administrator's password could act in that role as well."""
    return bool(user.roles & subject.roles & ADMINISTRATORS)


declare(
    User,
    {
        "create": is_system_administrator,
        "edit": is_system_administrator,
        "close": is_system_administrator & ~is_oneself,
        "reset_password": ~is_oneself
        & (is_system_administrator & ~is_an_administrator | holds_the_same_administrator_role),
        "reset_second_factor": is_security_administrator & ~is_oneself,
        "unlock": is_security_administrator & ~is_oneself,
        "end_sessions": is_security_administrator & ~is_oneself,
        "grant_role": is_security_administrator & ~is_oneself,
    },
)
declare(Bureau, {"create": is_system_administrator, "edit": is_system_administrator})
declare(Region, {"create": is_system_administrator, "edit": is_system_administrator})
declare(CalendarDay, {"keep": is_system_administrator})
declare(AuditEvent, {"verify": is_auditor, "export": is_auditor})
