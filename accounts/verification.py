"""Reading the audit trail from its first event and saying where it was tampered with."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Prefetch

from accounts import chain
from accounts.audit import chained_values
from accounts.models import AuditChange, AuditEvent, AuditHead


@dataclass(frozen=True, slots=True)
class Fault:
    number: int
    problem: str


def verify_trail() -> list[Fault]:
    """Recompute every link; the faults in chain order, none when the trail is whole."""
    return list(_faults())


def _faults() -> Iterator[Fault]:
    number, previous = 0, chain.GENESIS
    events = AuditEvent.objects.order_by("number").prefetch_related(
        Prefetch("changes", AuditChange.objects.order_by("pk"))
    )
    for event in events.iterator(chunk_size=1000):
        if event.number != number + 1:
            yield Fault(event.number, f"序号不连续：应为 {number + 1}")
        if event.previous != previous:
            yield Fault(event.number, "与前一条记录的摘要不衔接")
        yield from _faults_of(event)
        number, previous = event.number, event.digest
    head = AuditHead.objects.filter(pk=1).first()
    if head is None or (head.number, head.digest) != (number, previous):
        yield Fault(number, f"链尾不符：登记为第 {head.number if head else 0} 条")


def _faults_of(event: AuditEvent) -> Iterator[Fault]:
    digests = []
    for change in event.changes.all():
        if (
            change.personal is not None
            and chain.personal_digest(change.salt, change.personal) != change.personal_digest
        ):
            yield Fault(event.number, f"个人信息变更与摘要不符（{change.subject_type} {change.subject_id}）")
        digests.append(
            chain.change_digest(change.subject_type, change.subject_id, change.fields, change.personal_digest)
        )
    if chain.changes_digest(digests) != event.changes_digest:
        yield Fault(event.number, "变更明细与摘要不符")
    if chain.event_digest(chained_values(event)) != event.digest:
        yield Fault(event.number, "内容与摘要不符")
