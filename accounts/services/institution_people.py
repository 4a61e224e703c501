"""Accounts of inspection and testing institutions, which no administrator opens.

The three administrators keep the accounts of the bureaus. The tens of thousands of institutions are known to the
market regulation bureau of their county: whoever holds the one-time code of its letter is vouched for by it, or by the
legal representative whom it invited. So the code stands in place of both the system administrator's opening and the
security administrator's granting, and for these two roles alone: an account of a bureau or an administrator is refused.
The trail names the person as the actor and the inviter as the one who granted the role.
"""

from collections.abc import Set as AbstractSet

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import audit
from accounts.models import Role, RoleAssignment, User
from accounts.models.users import INSTITUTION_PEOPLE
from accounts.services.errors import AccountRefused
from accounts.services.roles import refusal
from accounts.services.sessions import drop_sessions_and_tokens


@transaction.atomic
def open_institution_account(
    username: str, name: str, *, password: str, phone: str, email: str = "", invited_by: User
) -> User:
    """An account with the person's own name and password, without roles yet. Call it behind a valid invitation only."""
    user = User(username=username, name=name, phone=phone, email=email)
    user.set_password(password)
    _check(user, password)
    with audit.recorded("accounts.create_user", user, by=user, facts={"invited_by": invited_by.pk}):
        user.save(force_insert=True)
    return user


@transaction.atomic
def set_institution_roles(user: User, roles: AbstractSet[Role], *, by: User, vouched_by: User) -> User:
    """Of the two roles of institutions the user holds exactly `roles`; without any left the account is closed.
    Call it behind a valid invitation, or when somebody entitled ends what the person was."""
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    for role in sorted(roles - user.roles):
        _grant(user, role, by, vouched_by)
    for role in sorted((user.roles & INSTITUTION_PEOPLE) - roles):
        RoleAssignment.objects.filter(user=user, role=role).delete()
        drop_sessions_and_tokens(user)
        audit.record("accounts.revoke_role", user, by=by, facts={"role": role.value})
    if not roles:
        _close(user, by)
    return User.objects.get(pk=user.pk)


def _check(user: User, password: str) -> None:
    """All that is wrong with what the person chose, in one ValidationError by field."""
    problems: dict[str, list[str]] = {}
    try:
        user.full_clean()
    except ValidationError as error:
        problems |= error.message_dict
    try:
        validate_password(password, user)
    except ValidationError as error:
        problems["password"] = error.messages
    if problems:
        raise ValidationError(problems)


def _grant(user: User, role: Role, by: User, vouched_by: User) -> None:
    if role not in INSTITUTION_PEOPLE:
        raise AccountRefused("邀请只能用于检验检测机构的角色。")
    if reason := refusal(user, role):
        raise AccountRefused(reason)
    RoleAssignment.objects.create(user=user, role=role, granted_by=vouched_by)
    audit.record("accounts.grant_role", user, by=by, facts={"role": role.value, "invited_by": vouched_by.pk})


def _close(user: User, by: User) -> None:
    with audit.recorded("accounts.close_user", user, by=by):
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
    drop_sessions_and_tokens(user)
