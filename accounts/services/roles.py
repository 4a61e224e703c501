from django.db import transaction

from accounts import audit
from accounts.models import Role, RoleAssignment, User
from accounts.models.users import ADMINISTRATORS, BUREAU_PEOPLE, INSTITUTION_PEOPLE
from accounts.rules import require
from accounts.services.errors import AccountRefused
from accounts.services.sessions import drop_sessions_and_tokens
from accounts.services.users import refuse_to_lose_last_administrator


@transaction.atomic
def grant_role(user: User, role: Role, *, by: User) -> RoleAssignment:
    """三员分立: the security administrator grants roles, never to oneself (rules); see `refusal` for the rest."""
    require(by, "grant_role", user)
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    if reason := refusal(user, role):
        raise AccountRefused(reason)
    assignment = RoleAssignment(user=user, role=role, granted_by=by)
    assignment.full_clean()
    assignment.save(force_insert=True)
    audit.record("accounts.grant_role", user, by=by, facts={"role": role.value})
    return assignment


@transaction.atomic
def revoke_role(user: User, role: Role, *, by: User) -> None:
    """The person is signed out everywhere, tokens included: nothing goes on under the former rights."""
    require(by, "grant_role", user)
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    if role not in user.roles:
        raise AccountRefused(f"{user.name}没有“{role.label}”角色。")
    if role in ADMINISTRATORS:
        refuse_to_lose_last_administrator(user)
    RoleAssignment.objects.filter(user=user, role=role).delete()
    drop_sessions_and_tokens(user)
    audit.record("accounts.revoke_role", user, by=by, facts={"role": role.value})


def refusal(user: User, role: Role) -> str:
    """Why this user cannot be given this role; empty when nothing is against it."""
    if role in user.roles:
        return f"{user.name}已有“{role.label}”角色。"
    if role in ADMINISTRATORS and user.has_role(*ADMINISTRATORS):
        return "系统管理员、安全管理员、审计管理员须由不同人员担任，一人不能兼任两个管理员角色。"
    if (role in ADMINISTRATORS and user.roles) or (role not in ADMINISTRATORS and user.has_role(*ADMINISTRATORS)):
        return "管理员不办理业务：管理员角色与业务角色不能由同一人担任。"
    if role in BUREAU_PEOPLE and user.has_role(*INSTITUTION_PEOPLE):
        return "检验检测机构人员不能担任机关单位的角色。"
    if role in INSTITUTION_PEOPLE and user.has_role(*BUREAU_PEOPLE):
        return "机关单位人员不能担任检验检测机构的角色。"
    if role in BUREAU_PEOPLE and user.bureau is None:
        return f"“{role.label}”须有所在单位，请先由系统管理员填写该用户的所在单位。"
    if role in INSTITUTION_PEOPLE and user.bureau is not None:
        return "机关单位的用户不能担任检验检测机构的角色。"
    return ""
