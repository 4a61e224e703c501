from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import Bureau, Department, Region, User
from accounts.rules import require

BUREAU_FIELDS = frozenset({"name", "short_name", "branch_of", "document_prefix", "contact_office", "contact_phone"})
REGION_FIELDS = frozenset({"name", "parent", "valid_from", "valid_to"})


@transaction.atomic
def create_bureau(department: Department, region: Region, values: dict[str, Any], *, by: User) -> Bureau:
    """A department's body in a region; its code follows from both and never changes."""
    require(by, "create", Bureau)
    code = f"{department.code}:{region.code}"
    bureau = Bureau(code=code, department=department, region=region, **_only(values, BUREAU_FIELDS))
    bureau.full_clean()
    with audit.recorded("accounts.create_bureau", bureau, by=by):
        bureau.save(force_insert=True)
    return bureau


@transaction.atomic
def edit_bureau(bureau: Bureau, values: dict[str, Any], *, by: User) -> Bureau:
    require(by, "edit", bureau)
    bureau = Bureau.objects.select_for_update(of=("self",), no_key=True).get(pk=bureau.pk)
    with audit.recorded("accounts.edit_bureau", bureau, by=by):
        for field, value in _only(values, BUREAU_FIELDS).items():
            setattr(bureau, field, value)
        bureau.full_clean()
        bureau.save()
    return bureau


@transaction.atomic
def create_region(values: dict[str, Any], *, by: User) -> Region:
    """A region of the official list, or a local zone 功能区 with a code of its own."""
    require(by, "create", Region)
    region = Region(**values)
    region.full_clean()
    with audit.recorded("accounts.create_region", region, by=by):
        region.save(force_insert=True)
    return region


@transaction.atomic
def edit_region(region: Region, values: dict[str, Any], *, by: User) -> Region:
    require(by, "edit", region)
    region = Region.objects.select_for_update(of=("self",), no_key=True).get(pk=region.pk)
    with audit.recorded("accounts.edit_region", region, by=by):
        for field, value in _only(values, REGION_FIELDS).items():
            setattr(region, field, value)
        region.full_clean()
        region.save()
    return region


def _only(values: dict[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    return {field: values[field] for field in sorted(fields & values.keys())}
