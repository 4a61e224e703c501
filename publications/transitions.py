"""The only writers of `state` in this room. Each step locks the row, checks where it starts, writes, and adds the audit
entry, all in one transaction."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction

from accounts import audit
from accounts.models import User
from publications.errors import WrongState
from publications.models import CreditRepair, Disclosure, PublicationVersion
from publications.states import VERSION_STEPS, DisclosureState, RepairState, VersionState


def locked(version: PublicationVersion) -> PublicationVersion:
    """The version as it is now, its row and its publication's locked until the transaction ends: of one publication
    nothing else moves meanwhile."""
    rows = PublicationVersion.objects.select_for_update(of=("self", "publication"), no_key=True)
    return rows.select_related("publication__bureau").get(pk=version.pk)


def check_source(version: PublicationVersion, step: str) -> None:
    found = VERSION_STEPS[step]
    if version.state not in found.sources:
        raise WrongState(f"该版本当前为“{VersionState(version.state).label}”，不能{found.label}。")


@transaction.atomic
def move(
    version: PublicationVersion, step: str, *, by: User | None, facts: Mapping[str, Any] | None = None, **fields: Any
) -> PublicationVersion:
    """Write the step's target state on a locked version, with the fields that go with it. `by` is None for the clock."""
    check_source(version, step)
    told = {"code": version.publication.code, "number": version.number, **(facts or {})}
    with audit.recorded(f"publications.{step}", version, by=by, facts=told):
        version.state = VERSION_STEPS[step].target
        for name, value in fields.items():
            setattr(version, name, value)
        version.save(update_fields=["state", *fields])
    return version


@transaction.atomic
def decide_repair(repair: CreditRepair, state: RepairState, *, by: User, **fields: Any) -> CreditRepair:
    """From asked to granted or denied, on a locked row."""
    if repair.state != RepairState.ASKED:
        raise WrongState(f"该申请已作出“{RepairState(repair.state).label}”的决定。")
    return _decide(repair, f"publications.repair_{state}", state, by, fields)


Decided = TypeVar("Decided", CreditRepair, Disclosure)

DISCLOSURE_SOURCES = {
    DisclosureState.PUBLISHED: (DisclosureState.SUBMITTED,),
    DisclosureState.RETURNED: (DisclosureState.SUBMITTED,),
    DisclosureState.WITHDRAWN: (DisclosureState.SUBMITTED, DisclosureState.PUBLISHED),
}


@transaction.atomic
def move_disclosure(disclosure: Disclosure, state: DisclosureState, *, by: User, **fields: Any) -> Disclosure:
    """To a state that may follow, on a locked row."""
    if disclosure.state not in DISCLOSURE_SOURCES[state]:
        raise WrongState(f"该信息当前为“{DisclosureState(disclosure.state).label}”，不能改为“{state.label}”。")
    return _decide(disclosure, f"publications.disclosure_{state}", state, by, fields)


def _decide(thing: Decided, action: str, state: str, by: User, fields: Mapping[str, Any]) -> Decided:
    with audit.recorded(action, thing, by=by):
        thing.state = state
        for name, value in fields.items():
            setattr(thing, name, value)
        thing.save(update_fields=["state", *fields])
    return thing
