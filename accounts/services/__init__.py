"""Every change to accounts, roles, tokens and places, each recorded in the audit trail."""

from accounts.services.calendar import remove_day, set_day
from accounts.services.errors import AccountRefused
from accounts.services.founding import install_administrators
from accounts.services.institution_people import open_institution_account, set_institution_roles
from accounts.services.places import create_bureau, create_region, edit_bureau, edit_region
from accounts.services.roles import grant_role, revoke_role
from accounts.services.signing_in import confirm_password, sign_in, sign_out
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
    "grant_role",
    "install_administrators",
    "open_institution_account",
    "remove_day",
    "reopen_user",
    "reset_password",
    "revoke_role",
    "revoke_token",
    "set_day",
    "set_institution_roles",
    "sign_in",
    "sign_out",
]
