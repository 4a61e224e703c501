from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import Region, User
from accounts.rules import require
from institutions.models import Institution
from institutions.pinyin import initials
from institutions.services.saving import save

FIELDS = frozenset({
    "name", "uscc", "organisation_code", "legal_type", "owner_department", "county", "address", "legal_representative",
    "legal_representative_phone", "contact", "contact_phone", "state",
})  # fmt: skip


def create_institution(values: Mapping[str, Any], *, by: User) -> Institution:
    require(by, "create", Institution)
    institution = Institution()
    save("institutions.create", institution, _checked(values, by), by=by)
    return institution


def edit_institution(institution: Institution, values: Mapping[str, Any], *, by: User) -> Institution:
    require(by, "edit", institution)
    save("institutions.edit", institution, _checked(values, by), by=by)
    return institution


def set_business_regions(institution: Institution, regions: Iterable[Region], *, by: User) -> Institution:
    require(by, "edit", institution)
    relations = {"business_regions": list(regions)}
    save("institutions.edit_business_regions", institution, {}, relations=relations, by=by)
    return institution


def _checked(values: Mapping[str, Any], by: User) -> dict[str, Any]:
    """Only the facts this form may change; the county must lie in the keeper's own region."""
    unknown = set(values) - FIELDS
    if unknown:
        raise ValueError(f"not a fact of an institution: {sorted(unknown)}")
    county = values.get("county")
    if county is not None and not (
        county.level == Region.Level.COUNTY and county.pk.startswith("-" if by.scope is None else by.scope)
    ):
        raise ValidationError({"county": "只能登记本辖区县区的机构。"})
    checked = dict(values)
    for name in ("uscc", "organisation_code"):
        if name in checked:
            checked[name] = checked[name] or None
    if "name" in checked:
        checked["initials"] = initials(checked["name"])
    return checked
