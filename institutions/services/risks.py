from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.rules import require
from institutions.models import Institution, RiskFlag
from institutions.services.saving import save


def add_risk_flag(institution: Institution, values: Mapping[str, Any], *, by: User) -> RiskFlag:
    require(by, "flag", institution)
    flag = RiskFlag(institution=institution, noted_by=by)
    _check_dates(values.get("noted_on"), values.get("valid_until"))
    save("institutions.flag", flag, values, institution=institution, by=by)
    return flag


def end_risk_flag(flag: RiskFlag, *, last_day: date, by: User) -> RiskFlag:
    """The flag no longer counts after `last_day`; it stays on record."""
    require(by, "edit", flag)
    _check_dates(flag.noted_on, last_day)
    save("institutions.end_flag", flag, {"valid_until": last_day}, institution=flag.institution, by=by)
    return flag


def set_credit_class(institution: Institution, credit_class: str, *, as_of: date, source: str, by: User) -> Institution:
    """Internal: how supervision is shared out, never a verdict on the firm."""
    require(by, "classify", institution)
    values = {"credit_class": credit_class, "credit_class_as_of": as_of, "credit_class_source": source}
    save("institutions.classify", institution, values, by=by)
    return institution


def _check_dates(noted_on: date | None, valid_until: date | None) -> None:
    if noted_on and valid_until and valid_until < noted_on:
        raise ValidationError({"valid_until": "有效期不能早于登记日期。"})
