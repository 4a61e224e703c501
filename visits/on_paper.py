"""A visit recorded on paper, entered afterwards through the same services as from a device."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from selftest.signing import Paper
from visits import attending, evidence, recording, signing
from visits.codes import Outcome
from visits.errors import VisitError
from visits.models import Operation, Visit

DEVICE = "纸质补录"
ADDRESS = re.compile(r"/visits/(\d{1,9})/")


@dataclass(frozen=True, slots=True)
class Scan:
    id: UUID
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OnPaper:
    """Who signed on the paper; `refusal`: the institution's, in words, before the `witness`."""

    officers: Sequence[str] = ()
    institution: str = ""
    refusal: str = ""
    witness: str = ""


def find_visit(what: str, user: User) -> Visit | None:
    """The visit that a paper belongs to, by the address in its code or the number of its task (the latest)."""
    own = Visit.objects.attended_by(user)
    if found := ADDRESS.search(what):
        return own.filter(pk=found[1]).first()
    return own.filter(task__number=what.strip()).order_by("-number").first()


def given(id: UUID, line: str, base: UUID | None, values: Mapping[str, str]) -> recording.Given:
    return recording.Given(id, line, base, values, device_at=timezone.now(), device=DEVICE)


def record_lines(visit: Visit, lines: Iterable[recording.Given], *, by: User) -> tuple[int, list[str]]:
    """How many were kept, and what was refused or rivals a colleague's entry, in words."""
    kept, problems = 0, []
    for _, found in recording.record_all(visit, lines, by=by):
        if isinstance(found, VisitError):
            problems.append(str(found))
        elif found.state == Operation.State.RIVAL:
            problems.append("有一行与他人的录入不一致，两份都已保留，请核对")
        else:
            kept += 1
    return kept, problems


def attach_scan(visit: Visit, scan: Scan, *, by: User) -> None:
    digest = hashlib.sha256(scan.content).hexdigest()
    told = evidence.Announced(
        scan.id, scan.name, len(scan.content), digest, timezone.now(), words="纸质检查记录扫描件", device=DEVICE
    )
    found = evidence.announce(visit, told, by=by)
    evidence.receive(found, evidence.received(found), scan.content[evidence.received(found) :], by=by)


def sign_as_on_paper(visit: Visit, who: OnPaper, scan: Scan, *, by: User) -> None:
    """The scan stands for each signature that is on it."""
    record = signing.record_of(visit)
    image = Paper(scan.name, scan.content)
    signers = [(signing.Signer.OFFICER, name) for name in who.officers]
    if who.refusal:
        signing.refuse(visit, name=who.institution, words=who.refusal, record=record, by=by)
    elif who.institution:
        signers.append((signing.Signer.INSTITUTION, who.institution))
    if who.witness:
        signers.append((signing.Signer.WITNESS, who.witness))
    for signer, name in signers:
        signing.sign(visit, signer=signer, name=name, record=record, image=image, by=by)


def start_from_paper(visit: Visit, started_at: datetime, *, reason: str, by: User) -> Visit:
    return attending.start_visit(visit, device_at=started_at, reason=reason, by=by)


def end_from_paper(visit: Visit, outcome: str, *, words: str, opinion: str, by: User) -> Visit:
    return attending.end_visit(visit, outcome=Outcome(outcome), words=words, opinion=opinion, by=by)
