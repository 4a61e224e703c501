"""The only writer of a self-check's `state`. Each step locks the row, checks where it starts, writes, and adds the
audit entry, all in one transaction."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import User
from selftest.errors import WrongState
from selftest.models import SelfCheck
from selftest.states import STEPS, SelfCheckState


def locked(self_check: SelfCheck) -> SelfCheck:
    """The row as it is now, locked until the transaction ends; a step or a save of the same self-check waits."""
    rows = SelfCheck.objects.select_for_update(of=("self",), no_key=True).select_related("round__form", "institution")
    return rows.get(pk=self_check.pk)


def check_source(step: str, state: str) -> None:
    if state not in STEPS[step].sources:
        raise WrongState(f"自查当前为“{SelfCheckState(state).label}”，不能{STEPS[step].label}。")


@transaction.atomic
def move(
    self_check: SelfCheck, step: str, *, by: User, facts: Mapping[str, Any] | None = None, **fields: Any
) -> SelfCheck:
    """Write the step's target state on a locked self-check, with the fields that go with it."""
    check_source(step, self_check.state)
    with audit.recorded(f"selftest.{step}", self_check, by=by, facts=facts):
        self_check.state = STEPS[step].target
        for name, value in fields.items():
            setattr(self_check, name, value)
        self_check.save(update_fields=["state", *fields])
    return self_check
