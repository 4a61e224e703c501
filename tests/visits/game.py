"""One task as it is played through the services, act by act, by people of several bureaus.

Everybody is asked for once and kept: looking people up would cost more than what they do."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from uuid import uuid4

from django.utils import timezone

from accounts.models import Bureau, Role, User
from campaigns import declaring, notices
from campaigns.models import LegalBasis, Task
from inspectors.models import Inspector
from selftest.signing import Paper
from tests.factories import accounts
from tests.selftest import files
from tests.visits import world
from visits import attending, delivering, evidence, recording, results, scheduling, sheet, signing
from visits.codes import Check, DeliveryMode, FollowUp, Outcome, Severity, TradeOutcome
from visits.models import DepartmentResult, Finding, Visit

LINES = {"vehicle": ("scjg", "sthj", "ga"), "environment": ("scjg", "sthj"), "food": ("scjg",)}
"""The departments that inspect together."""


@dataclass
class Cast:
    """Everybody who plays, by the code of the bureau."""

    officers: dict[str, User] = field(default_factory=dict)
    approvers: dict[str, User] = field(default_factory=dict)
    people: dict[str, list[Inspector]] = field(default_factory=dict)
    bureaus: dict[str, Bureau] = field(default_factory=dict)

    def officer(self, bureau: str) -> User:
        if bureau not in self.officers:
            role = Role.PARTNER_LIAISON if not bureau.startswith("scjg") else _role(bureau, Role.LEAD_OFFICER)
            self.officers[bureau] = accounts.user(f"officer-{bureau}".replace(":", "-"), role, at=bureau)
        return self.officers[bureau]

    def approver(self, bureau: str) -> User:
        if bureau not in self.approvers:
            name = f"approver-{bureau}".replace(":", "-")
            self.approvers[bureau] = accounts.user(name, _role(bureau, Role.LEAD_APPROVER), at=bureau)
        return self.approvers[bureau]

    def bureau(self, code: str) -> Bureau:
        if code not in self.bureaus:
            self.bureaus[code] = accounts.bureau(code)
        return self.bureaus[code]

    def inspectors(self, bureau: str, number: int) -> list[Inspector]:
        if bureau not in self.people:
            self.people[bureau] = [world.inspector(each, bureau) for each in (1, 2)]
        return self.people[bureau][:number]


def _role(bureau: str, otherwise: Role) -> Role:
    return otherwise if bureau.endswith("00") else Role.COUNTY_OFFICER


@dataclass
class Game:
    cast: Cast
    task: Task
    number: int

    @property
    def bureau(self) -> str:
        return self.task.bureau_id

    @cached_property
    def by(self) -> User:
        return self.cast.officer(self.bureau)

    @cached_property
    def team(self) -> list[Inspector]:
        _, *others = LINES[self.task.line.code]
        partners = [person for each in others for person in self.cast.inspectors(self.partner(each), 1)]
        return [*self.cast.inspectors(self.bureau, 2), *partners]

    def partner(self, department: str) -> str:
        """Its bureau in the city of the task."""
        return f"{department}:{self.bureau[-6:-2]}00"

    @cached_property
    def head(self) -> User:
        return world.head(self.task)

    @property
    def results(self) -> list[DepartmentResult]:
        """The organising bureau's first."""
        return list(self.task.results.select_related("bureau").order_by("pk"))

    @property
    def findings(self) -> list[Finding]:
        return list(Finding.objects.filter(result__task=self.task).select_related("result"))

    # before the visit

    def notify(self) -> None:
        declaring.declare_team([self.task], by=self.by)
        notices.issue_notice(self.task, by=self.by)

    def tell(self) -> None:
        notice = self.task.notice
        mode = (*DeliveryMode,)[self.number % 4]
        if mode == DeliveryMode.ELECTRONIC:
            delivering.read(notice, by=self.head)
            return
        words = {"received_by": "高振华", "witness": "李明远", "words": "EMS 1020304050"}
        delivering.deliver(notice, mode=mode, told_at=timezone.now(), by=self.by, **words)

    def plan(self, kind: Visit.Kind = Visit.Kind.FIRST) -> Visit:
        start = timezone.now() + timedelta(hours=self.number % 5)
        self.visit = scheduling.plan_visit(self.task, start=start, end=start + world.IN_AN_HOUR, kind=kind, by=self.by)
        return self.visit

    # on site

    def start(self) -> None:
        self.visit = attending.start_visit(self.visit, by=self.team[0].user)

    def fill(self) -> None:
        by = {each.bureau.department_id: each.user for each in reversed(self.team)}
        for line in sheet.lines_of(self.visit):
            values = {"answer": Check.SOUND}
            given = recording.Given(id=uuid4(), line=line.key, base=None, values=values, device_at=timezone.now())
            recording.record(self.visit, given, by=by[line.department])

    def photograph(self) -> None:
        digest = hashlib.sha256(files.PDF).hexdigest()
        announced = evidence.Announced(uuid4(), "现场.pdf", len(files.PDF), digest, timezone.now())
        found = evidence.announce(self.visit, announced, by=self.team[0].user)
        evidence.receive(found, 0, files.PDF, by=self.team[0].user)

    def sign(self, *, refuses: bool = False) -> None:
        by, record = self.team[0].user, signing.record_of(self.visit)
        signers = [(signing.Signer.OFFICER, each.name) for each in self.team[:2]]
        if refuses:
            signing.refuse(self.visit, name="高振华", words="不认可检查情况", record=record, by=by)
            signers.append((signing.Signer.WITNESS, "李明远"))
        else:
            signers.append((signing.Signer.INSTITUTION, "高振华"))
        for signer, name in signers:
            signing.sign(self.visit, signer=signer, name=name, record=record, image=Paper("s.png", b"\x89PNG"), by=by)

    def end(self, outcome: Outcome = Outcome.INSPECTED, *, refuses: bool = False) -> None:
        if outcome == Outcome.INSPECTED:
            self.fill()
        else:
            self.photograph()
        self.sign(refuses=refuses)
        self.visit = attending.end_visit(self.visit, outcome=outcome, words="现场情况见照片", by=self.team[0].user)

    # results

    def write(self, result: DepartmentResult, *, problem: bool) -> None:
        """A partner has a finding of its own in every third task."""
        by = self.cast.officer(result.bureau_id)
        problem = problem and (result.bureau_id == self.bureau or self.number % 3 == 0)
        values = {"follow_up": FollowUp.NONE, "trade_outcome": TradeOutcome.SOUND}
        if problem:
            values = {"category": "E", "follow_up": FollowUp.ORDERED, "trade_outcome": TradeOutcome.ORDERED}
        elif not result.category:
            values["category"] = "1"
        results.edit_result(result, by=by, **values)
        if problem:
            found = results.Found("报告管理", "原始记录缺少复核签字", Severity.VIOLATION, self.basis)
            results.add_finding(result, found, by=by)

    @cached_property
    def basis(self) -> LegalBasis:
        return world.basis()

    def hand_in(self, *, problem: bool = False, but: int = 0) -> None:
        """All results, or all `but` so many of the first."""
        for result in self.results[but:]:
            self.write(result, problem=problem)
            results.submit_result(result, by=self.cast.officer(result.bureau_id))

    def review(self) -> None:
        for result in self.results:
            if result.state == "submitted":
                results.pass_result(result, by=self.by)

    def conclude(self) -> None:
        bureaus = [result.bureau for result in self.results]
        results.conclude(self.task, held_on=timezone.localdate(), bureaus=bureaus, words="同意", by=self.by)
