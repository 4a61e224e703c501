from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import audit
from accounts.models import User
from accounts.rules import require
from inspectors.models import Inspector, Leave
from institutions.services.saving import save


def add_leave(inspector: Inspector, *, starts_on: date, ends_on: date, reason: str = "", by: User) -> Leave:
    """Days, both included, on which the inspector is not drawn for a visit."""
    require(by, "leave", inspector)
    if ends_on < starts_on:
        raise ValidationError({"ends_on": "结束日期不能早于开始日期。"})
    if inspector.leaves.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise ValidationError("这段日期与已登记的请假重叠。")
    leave = Leave(inspector=inspector)
    values = {"starts_on": starts_on, "ends_on": ends_on, "reason": reason}
    save("inspectors.add_leave", leave, values, institution=inspector, by=by)
    return leave


@transaction.atomic
def cancel_leave(leave: Leave, *, by: User) -> None:
    require(by, "cancel", leave)
    change = audit.compare(leave, audit.snapshot(leave), {})
    audit.record("inspectors.cancel_leave", leave.inspector, by=by, changes=[change])
    leave.delete()
