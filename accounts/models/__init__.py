"""Who acts: places, departments and bureaus; users and their roles; the audit trail of what they did."""

from accounts.models.audit import AuditChange, AuditEvent, AuditHead
from accounts.models.calendar import CalendarDay
from accounts.models.places import Bureau, Department, Region
from accounts.models.users import Role, RoleAssignment, User

__all__ = [
    "AuditChange",
    "AuditEvent",
    "AuditHead",
    "Bureau",
    "CalendarDay",
    "Department",
    "Region",
    "Role",
    "RoleAssignment",
    "User",
]
