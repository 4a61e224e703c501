import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import audit
from accounts.models import Bureau, FormerPassword, RoleAssignment, User
from accounts.models.users import ADMINISTRATORS, BUREAU_PEOPLE
from accounts.rules import require
from accounts.services.errors import AccountRefused
from accounts.services.sessions import drop_sessions_and_tokens

EDITABLE = frozenset({"name", "phone", "bureau"})
TEMPORARY_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


@transaction.atomic
def create_user(
    username: str, name: str, *, by: User, bureau: Bureau | None = None, phone: str = "", password: str = ""
) -> tuple[User, str]:
    """Open an account without roles. Returns it and the password for the first sign-in, made up unless given."""
    require(by, "create", User)
    first_password = password or temporary_password()
    user = User(username=username, name=name, bureau=bureau, phone=phone, must_change_password=not password)
    user.set_password(first_password)
    user.full_clean()
    with audit.recorded("accounts.create_user", user, by=by):
        user.save(force_insert=True)
    return user, first_password


@transaction.atomic
def edit_user(user: User, values: dict[str, Any], *, by: User) -> User:
    """Change name, phone or bureau; `values` holds only what changes."""
    require(by, "edit", user)
    user = _locked(user)
    with audit.recorded("accounts.edit_user", user, by=by):
        for field in sorted(EDITABLE & values.keys()):
            setattr(user, field, values[field])
        if user.bureau is None and user.has_role(*BUREAU_PEOPLE):
            raise ValidationError({"bureau": "该用户担任机关单位的角色，须有所在单位；请先由安全管理员收回角色。"})
        user.full_clean()
        user.save()
    return user


@transaction.atomic
def close_user(user: User, *, by: User) -> User:
    """Close the account: its sessions and tokens end at once, and its password is gone."""
    require(by, "close", user)
    user = _locked(user)
    refuse_to_lose_last_administrator(user)
    with audit.recorded("accounts.close_user", user, by=by):
        user.is_active = False
        user.set_unusable_password()
        user.save()
    drop_sessions_and_tokens(user)
    return user


@transaction.atomic
def reopen_user(user: User, *, by: User) -> tuple[User, str]:
    """Open a closed account again; returns the password for the next sign-in."""
    require(by, "close", user)
    user = _locked(user)
    if user.is_active:
        raise AccountRefused("该账号正在使用，无需重新启用。")
    with audit.recorded("accounts.reopen_user", user, by=by):
        user.is_active = True
        password = _give_temporary_password(user)
    return user, password


@transaction.atomic
def reset_password(user: User, *, by: User) -> str:
    """Give a password for one sign-in, after which it must be changed; sessions and tokens end."""
    require(by, "reset_password", user)
    user = _locked(user)
    if not user.is_active:
        raise AccountRefused("该账号已停用，请先重新启用。")
    with audit.recorded("accounts.reset_password", user, by=by):
        password = _give_temporary_password(user)
    drop_sessions_and_tokens(user)
    return password


@transaction.atomic
def change_password(user: User, old: str, new: str) -> User:
    """Own password; all sessions of the user end with the old one. The caller goes on with this one by
    `update_session_auth_hash`."""
    user = _locked(user)
    if not user.check_password(old):
        raise ValidationError({"old": "原密码不正确。"})
    if old == new:
        raise ValidationError({"new": "新密码不能与原密码相同。"})
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise ValidationError({"new": error.messages}) from error
    _keep_former_password(user)
    with audit.recorded("accounts.change_password", user, by=user):
        user.set_password(new)
        user.must_change_password = False
        user.save()
    user.sessions.all().delete()
    return user


@transaction.atomic
def change_email(user: User, email: str) -> User:
    """One's own address for reminders; empty for none."""
    user = _locked(user)
    with audit.recorded("accounts.change_email", user, by=user):
        user.email = email
        user.full_clean()
        user.save(update_fields=["email"])
    return user


def temporary_password() -> str:
    """Twelve characters in groups of four, without those that look alike, of three classes at least."""
    groups = ["".join(secrets.choice(TEMPORARY_ALPHABET) for _ in range(4)) for _ in range(3)]
    return "-".join(groups)


def refuse_to_lose_last_administrator(user: User) -> None:
    for role in user.roles & ADMINISTRATORS:
        others = RoleAssignment.objects.filter(role=role, user__is_active=True).exclude(user=user)
        if user.is_active and not others.exists():
            raise AccountRefused(f"{user.name}是唯一的{role.label}，不能停用或收回，请先另行授予。")


def _give_temporary_password(user: User) -> str:
    password = temporary_password()
    user.set_password(password)
    user.must_change_password = True
    user.save()
    return password


def _keep_former_password(user: User) -> None:
    FormerPassword.objects.create(user=user, password=user.password, set_at=user.password_set_at)
    kept = user.former_passwords.values_list("pk", flat=True)[: settings.PASSWORD_HISTORY]
    user.former_passwords.exclude(pk__in=list(kept)).delete()


def _locked(user: User) -> User:
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
