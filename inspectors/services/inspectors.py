from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from accounts.models import Role, User
from accounts.rules import require
from inspectors.models import Inspector
from inspectors.rules import keeps_people_of
from institutions.models import Domain
from institutions.pinyin import initials
from institutions.services.saving import save

FIELDS = frozenset({
    "number", "name", "phone", "bureau", "position", "department_certificate", "department_certificate_until",
    "province_certificate", "province_certificate_until", "can_lead", "state",
})  # fmt: skip


def create_inspector(
    values: Mapping[str, Any], *, domains: Iterable[Domain] = (), matters: Iterable[models.Model] = (), by: User
) -> Inspector:
    require(by, "create", Inspector)
    inspector = Inspector()
    relations: dict[str, list[models.Model]] = {"domains": list(domains), "matters": list(matters)}
    save("inspectors.create", inspector, _checked(values, by), relations=relations, by=by)
    return inspector


def edit_inspector(
    inspector: Inspector,
    values: Mapping[str, Any],
    *,
    domains: Iterable[Domain] | None = None,
    matters: Iterable[models.Model] | None = None,
    by: User,
) -> Inspector:
    """`domains` and `matters` replace what was there; None leaves them."""
    require(by, "edit", Inspector.objects.select_related("bureau").get(pk=inspector.pk))
    chosen = {"domains": domains, "matters": matters}
    relations = {name: list(some) for name, some in chosen.items() if some is not None}
    save("inspectors.edit", inspector, _checked(values, by), relations=relations, by=by)
    return inspector


def link_account(inspector: Inspector, account: User | None, *, by: User) -> Inspector:
    """Let an inspector of the same bureau sign in and see their tasks; None takes the account away."""
    require(by, "link", inspector)
    if account is not None and account.bureau_id != inspector.bureau_id:
        raise ValidationError({"user": "账号须属于检查人员的所在单位。"})
    if account is not None and not account.has_role(Role.INSPECTOR):
        raise ValidationError({"user": "该账号没有“执法检查人员”角色，请先由安全管理员授予。"})
    save("inspectors.link_account", inspector, {"user": account}, by=by)
    return inspector


def _checked(values: Mapping[str, Any], by: User) -> dict[str, Any]:
    unknown = set(values) - FIELDS
    if unknown:
        raise ValueError(f"not a fact of an inspector: {sorted(unknown)}")
    bureau = values.get("bureau")
    if bureau is not None and not keeps_people_of(by, bureau):
        raise ValidationError({"bureau": "只能登记本部门、本辖区单位的检查人员。"})
    return with_initials(values)


def with_initials(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "initials": initials(values["name"])[:30]} if "name" in values else dict(values)
