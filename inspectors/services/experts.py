from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.rules import require
from inspectors.models import Expert
from inspectors.queries import employers
from inspectors.services.inspectors import with_initials
from institutions.models import Domain
from institutions.services.saving import save

FIELDS = frozenset({"number", "name", "phone", "employer", "region", "title", "state"})


def create_expert(values: Mapping[str, Any], *, domains: Iterable[Domain], by: User) -> Expert:
    require(by, "create", Expert)
    expert = Expert()
    save("inspectors.create_expert", expert, _checked(values, by), relations={"domains": _some(domains)}, by=by)
    return expert


def edit_expert(
    expert: Expert, values: Mapping[str, Any], *, domains: Iterable[Domain] | None = None, by: User
) -> Expert:
    require(by, "edit", Expert.objects.get(pk=expert.pk))
    relations = {} if domains is None else {"domains": _some(domains)}
    save("inspectors.edit_expert", expert, _checked(values, by), relations=relations, by=by)
    return expert


def ban_expert(expert: Expert, *, reason: str, on: date, is_permanent: bool, by: User) -> Expert:
    """The expert is not drawn any more; a permanent ban (终生禁用, 国市监检测发〔2024〕80号) cannot be lifted."""
    require(by, "ban", expert)
    if expert.ban_is_permanent:
        raise ValidationError("该专家已被终生禁用，不能再变更。")
    if not reason.strip():
        raise ValidationError({"reason": "请写明禁用原因。"})
    values = {"banned_reason": reason.strip(), "banned_on": on, "ban_is_permanent": is_permanent}
    save("inspectors.ban_expert", expert, values, by=by)
    return expert


def lift_ban(expert: Expert, *, by: User) -> Expert:
    require(by, "ban", expert)
    if expert.ban_is_permanent:
        raise ValidationError("终生禁用不能解除。")
    save("inspectors.lift_ban", expert, {"banned_reason": "", "banned_on": None}, by=by)
    return expert


def _checked(values: Mapping[str, Any], by: User) -> dict[str, Any]:
    unknown = set(values) - FIELDS
    if unknown:
        raise ValueError(f"not a fact of an expert: {sorted(unknown)}")
    region = values.get("region")
    if region is not None and not region.pk.startswith(by.scope or ""):
        raise ValidationError({"region": "只能登记本辖区的专家。"})
    checked = with_initials(values)
    if "employer" in checked:
        checked["employer_institution_id"] = employers([checked["employer"]]).get(checked["employer"])
    return checked


def _some(domains: Iterable[Domain]) -> list[Domain]:
    chosen = list(domains)
    if not chosen:
        raise ValidationError({"domains": "请至少选择一个擅长领域，否则不会被抽到。"})
    return chosen
