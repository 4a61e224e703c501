"""The only writers of `state` in this room, and of the tasks' states that visits bring about. Each step locks the row,
checks where it starts, writes, and adds the audit entry, all in one transaction."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models, transaction

from accounts import audit
from accounts.models import User
from campaigns.models import Task
from campaigns.states import TASK_STEPS
from visits.errors import WrongState
from visits.models import Complaint, DepartmentResult, Finding, Measure, Rectification, Referral, Visit
from visits.states import (
    COMPLAINT_STEPS,
    FINDING_STEPS,
    MEASURE_STEPS,
    RECTIFICATION_STEPS,
    REFERRAL_STEPS,
    RESULT_STEPS,
    VISIT_STEPS,
    Steps,
)

STEPS: dict[type[models.Model], tuple[str, Steps]] = {
    Visit: ("visit", VISIT_STEPS),
    DepartmentResult: ("result", RESULT_STEPS),
    Finding: ("finding", FINDING_STEPS),
    Measure: ("measure", MEASURE_STEPS),
    Rectification: ("rectification", RECTIFICATION_STEPS),
    Referral: ("referral", REFERRAL_STEPS),
    Complaint: ("complaint", COMPLAINT_STEPS),
    Task: ("task", TASK_STEPS),
}
"""Action names in the audit trail are visits.<step>_<name>."""

Stateful = TypeVar("Stateful", Visit, DepartmentResult, Finding, Measure, Rectification, Referral, Complaint, Task)


def locked(thing: Stateful, *related: str) -> Stateful:
    """The row as it is now, locked until the transaction ends."""
    rows = type(thing)._default_manager.select_for_update(of=("self",), no_key=True).select_related(*related)
    found: Stateful = rows.get(pk=thing.pk)
    return found


def check_source(thing: Stateful, step: str) -> None:
    found = STEPS[type(thing)][1][step]
    if thing.state not in found.sources:
        label = type(found.target)(thing.state).label
        raise WrongState(f"{thing._meta.verbose_name}当前为“{label}”，不能{found.label}。")


@transaction.atomic
def move(thing: Stateful, step: str, *, by: User, facts: Mapping[str, Any] | None = None, **fields: Any) -> Stateful:
    """Write the step's target state on a locked row, with the fields that go with it."""
    check_source(thing, step)
    name, steps = STEPS[type(thing)]
    with audit.recorded(f"visits.{step}_{name}", thing, by=by, facts=facts):
        thing.state = steps[step].target
        for field, value in fields.items():
            setattr(thing, field, value)
        thing.save(update_fields=["state", *fields])
    return thing
