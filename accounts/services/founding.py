from collections.abc import Mapping

from django.db import transaction

from accounts import audit
from accounts.models import Role, RoleAssignment, User
from accounts.models.users import ADMINISTRATORS
from accounts.services.errors import AccountRefused


@transaction.atomic
def install_administrators(
    people: Mapping[Role, tuple[str, str]], password: str, *, must_change_password: bool = False
) -> dict[Role, User]:
    """The three administrators of a new installation, from whom all other accounts come: role → (username, name).

    Refused once anybody holds an administrator role.
    """
    if set(people) != ADMINISTRATORS:
        raise AccountRefused("须同时设立系统管理员、安全管理员、审计管理员各一名。")
    if RoleAssignment.objects.filter(role__in=ADMINISTRATORS).exists():
        raise AccountRefused("管理员已经设立，请由现有管理员办理。")
    installed = {}
    for role, (username, name) in people.items():
        user = User(username=username, name=name, must_change_password=must_change_password)
        user.set_password(password)
        installed[role] = _install(user, role)
    return installed


def _install(user: User, role: Role) -> User:
    user.full_clean()
    with audit.recorded("accounts.create_user", user, by=None):
        user.save(force_insert=True)
    RoleAssignment.objects.create(user=user, role=role)
    audit.record("accounts.grant_role", user, by=None, facts={"role": role.value})
    return user
