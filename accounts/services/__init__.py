"""Every change to accounts, roles, tokens and places, each recorded in the audit trail."""

from accounts.services.calendar import remove_day, set_day
from accounts.services.errors import AccountRefused
from accounts.services.founding import install_administrators
from accounts.services.institution_people import open_institution_account, set_institution_roles
from accounts.services.lockout import locked_until, unlock
from accounts.services.places import create_bureau, create_region, edit_bureau, edit_region
from accounts.services.roles import grant_role, revoke_role
from accounts.services.sessions import end_other_sessions, end_session, end_sessions_of
from accounts.services.signing_in import (
    admit,
    confirm_password,
    mark_passed,
    pass_second_factor,
    sign_in,
    sign_in_by_provider,
    sign_out,
    who_waits,
)
from accounts.services.tokens import create_token, revoke_token
from accounts.services.users import (
    change_email,
    change_password,
    close_user,
    create_user,
    edit_user,
    reopen_user,
    reset_password,
)

__all__ = [
    "AccountRefused",
    "admit",
    "change_email",
    "change_password",
    "close_user",
    "confirm_password",
    "create_bureau",
    "create_region",
    "create_token",
    "create_user",
    "edit_bureau",
    "edit_region",
    "edit_user",
    "end_other_sessions",
    "end_session",
    "end_sessions_of",
    "grant_role",
    "install_administrators",
    "locked_until",
    "mark_passed",
    "open_institution_account",
    "pass_second_factor",
    "remove_day",
    "reopen_user",
    "reset_password",
    "revoke_role",
    "revoke_token",
    "set_day",
    "set_institution_roles",
    "sign_in",
    "sign_in_by_provider",
    "sign_out",
    "unlock",
    "who_waits",
]
