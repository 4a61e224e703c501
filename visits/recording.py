"""Entries from devices that may be offline for hours: in any order, any number of times, each counted once.

Every entry names the one on the same line that its author had before them. If that still stands, the new one takes its
place; if somebody else's stands there instead, both are kept and shown until a person settles it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.rules import require
from visits import texts, transitions
from visits.codes import Agreement, Check
from visits.errors import VisitError, WrongState
from visits.models import Entry, Operation, Visit
from visits.sheet import ITEM, Line, lines_of
from visits.states import VisitState

FIELDS = ("answer", "facts", "agreement")
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Given:
    """One entry as a device sends it. `base`: the entry that stood on this line when it was made, None if none did.
    `settles`: rival entries that its author has read and decided about."""

    id: UUID
    line: str
    base: UUID | None
    values: Mapping[str, str]
    device_at: datetime
    device: str = ""
    settles: tuple[UUID, ...] = field(default=())


@transaction.atomic
def record(visit: Visit, given: Given, *, by: User) -> Operation:
    """Keep the entry; its state tells whether it stands, waits for an earlier one, or has a rival. An entry that
    arrives again is returned as it was kept."""
    visit = transitions.locked(visit, "task")
    require(by, "record", visit)
    given = replace(given, values={name: texts.clean(value) for name, value in given.values.items()})
    known = Operation.objects.filter(pk=given.id).first()
    if known is not None:
        return _same(known, visit, given, by)
    if visit.state != VisitState.STARTED:
        raise WrongState("检查还没有开始，或已经结束，不能再录入。")
    _check(visit, given, by)
    operation = Operation.objects.create(
        id=given.id, visit=visit, line=given.line, base=given.base, content=dict(given.values), by=by,
        device=given.device[:80], device_at=given.device_at, state=Operation.State.WAITING,
    )  # fmt: skip
    _settle(visit, given)
    _place(visit, operation)
    _follow(visit, operation)
    operation.refresh_from_db()
    return operation


def _same(known: Operation, visit: Visit, given: Given, by: User) -> Operation:
    same = (known.visit_id, known.line, known.content, known.by_id) == (
        visit.pk, given.line, dict(given.values), by.pk
    )  # fmt: skip
    if not same:
        raise VisitError("同一编号的录入内容不同，没有记录。请刷新后重新填写这一行。")
    return known


def _check(visit: Visit, given: Given, by: User) -> None:
    line = next((line for line in lines_of(visit) if line.key == given.line), None)
    if line is None:
        raise VisitError("检查表没有这一行。")
    check_department(line, visit, by)
    if unknown := set(given.values) - set(FIELDS):
        raise VisitError(f"没有这一栏：{min(unknown)}。")
    if given.values.get("answer", "") not in ("", *Check.values):
        raise VisitError("检查情况不在可选范围内。")
    if given.values.get("agreement", "") not in ("", *Agreement.values):
        raise VisitError("与自查核对不在可选范围内。")
    if given.values.get("agreement") and line.kind != ITEM:
        raise VisitError("只有自查项目可以与自查核对。")
    if len(given.values.get("facts", "")) > LONGEST:
        raise VisitError(f"情况描述不超过 {LONGEST} 字。")


def check_department(line: Line, visit: Visit, by: User) -> None:
    """谁检查、谁录入: a line is answered by the department that it belongs to."""
    if by.bureau is None or by.bureau.department_id != line.department:
        raise VisitError(f"“{line.title}”由其他部门检查和录入。")


def _settle(visit: Visit, given: Given) -> None:
    rivals = visit.operations.filter(pk__in=given.settles, line=given.line, state=Operation.State.RIVAL)
    rivals.update(state=Operation.State.SETTLED, settled_by=given.id)


def _place(visit: Visit, operation: Operation) -> None:
    """Let it stand, wait or rival, by what stands on its line now."""
    entry = Entry.objects.filter(visit=visit, line=operation.line).select_related("operation").first()
    if operation.base == (entry.operation_id if entry else None):
        _stand(visit, operation, entry)
    elif entry is not None and _says(entry) == _full(operation):
        _mark(operation, Operation.State.SETTLED)
    elif operation.base is None:
        _mark(operation, Operation.State.RIVAL)
    elif (base := _arrived(visit, operation.line, operation.base)) is not None:
        _mark(operation, Operation.State.RIVAL)
        _give_way(base, operation)


def _arrived(visit: Visit, line: str, base: UUID) -> Operation | None:
    """The entry before, unless it waits itself or is still on its way."""
    return visit.operations.filter(pk=base, line=line).exclude(state=Operation.State.WAITING).first()


def _give_way(base: Operation, newer: Operation) -> None:
    """Of one author's rival entries on a line only the newest is in dispute."""
    if base.state == Operation.State.RIVAL and base.by_id == newer.by_id:
        base.settled_by = newer.pk
        base.save(update_fields=["settled_by"])
        _mark(base, Operation.State.SETTLED)


def _follow(visit: Visit, operation: Operation) -> None:
    """Those that waited for this one have their turn."""
    for waiting in visit.operations.filter(base=operation.pk, state=Operation.State.WAITING):
        _place(visit, waiting)
        _follow(visit, waiting)


def _stand(visit: Visit, operation: Operation, entry: Entry | None) -> None:
    _mark(operation, Operation.State.APPLIED)
    entry = entry or Entry(visit=visit, line=operation.line)
    for name, value in _full(operation).items():
        setattr(entry, name, value)
    entry.operation = operation
    entry.save()


def _mark(operation: Operation, state: Operation.State) -> None:
    operation.state = state
    operation.save(update_fields=["state"])


def _full(operation: Operation) -> dict[str, str]:
    return {name: str(operation.content.get(name, "")) for name in FIELDS}


def _says(entry: Entry) -> dict[str, str]:
    return {name: getattr(entry, name) for name in FIELDS}


def rivals_of(visit: Visit) -> dict[str, list[Operation]]:
    """By line, what colleagues entered that does not stand."""
    found: dict[str, list[Operation]] = {}
    for operation in visit.operations.filter(state=Operation.State.RIVAL).select_related("by"):
        found.setdefault(operation.line, []).append(operation)
    return found


def record_all(visit: Visit, entries: Iterable[Given], *, by: User) -> list[tuple[UUID, Operation | VisitError]]:
    """A device's queue: each entry on its own, a refused one does not stop the others."""
    found: list[tuple[UUID, Operation | VisitError]] = []
    for given in entries:
        try:
            found.append((given.id, record(visit, given, by=by)))
        except VisitError as refused:
            found.append((given.id, refused))
    return found
