"""Who acts: places, departments and bureaus; users and their roles; the audit trail of what they did."""

from accounts.models.audit import AuditChange, AuditEvent, AuditHead
from accounts.models.calendar import CalendarDay
from accounts.models.passwords import FormerPassword
from accounts.models.places import Bureau, Department, Region
from accounts.models.second_factor import RecoveryCode, SecondFactor
from accounts.models.sign_in import Session, SignInAttempt
from accounts.models.users import Role, RoleAssignment, User

__all__ = [
    "AuditChange",
    "AuditEvent",
    "AuditHead",
    "Bureau",
    "CalendarDay",
    "Department",
    "FormerPassword",
    "RecoveryCode",
    "Region",
    "Role",
    "RoleAssignment",
    "SecondFactor",
    "Session",
    "SignInAttempt",
    "User",
]
