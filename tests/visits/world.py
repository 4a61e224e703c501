"""A small visit: Datong's task at a vehicle inspection body, market regulation and ecology going there together."""

import hashlib
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.models import Role, User
from campaigns.models import InspectionMatter, InspectionNotice, LegalBasis, Task
from campaigns.states import CampaignState, TaskState
from inspectors.models import Inspector
from institutions.models import Institution, Representative
from selftest.signing import Paper
from tests.factories import accounts, campaigns, inspectors, institutions
from tests.selftest import files
from visits import attending, delivering, evidence, measures, recording, rectifying, results, scheduling, sheet, signing
from visits.codes import Check, DeliveryMode, FollowUp, MeasureKind, Outcome, Severity, TradeOutcome
from visits.models import DepartmentResult, Finding, Measure, Rectification, Visit

CITY, ECOLOGY = "scjg:140200", "sthj:140200"
PNG = Paper("signature.png", b"\x89PNG signed")
IN_AN_HOUR = timedelta(hours=1)


def officer(bureau: str = CITY) -> User:
    name = f"officer-{bureau}".replace(":", "-")
    role = Role.LEAD_OFFICER if bureau == CITY else Role.PARTNER_LIAISON
    return User.objects.filter(username=name).first() or accounts.user(name, role, at=bureau)


def approver() -> User:
    return User.objects.filter(username="approver").first() or accounts.user("approver", Role.LEAD_APPROVER, at=CITY)


def inspector(number: int, bureau: str = CITY, **fields: object) -> Inspector:
    """The same one when asked again; has an account of the same name."""
    name = f"inspector-{bureau}-{number}".replace(":", "-")
    found = Inspector.objects.filter(user__username=name).first()
    if found:
        return found
    user = accounts.user(name, Role.INSPECTOR, at=bureau)
    return inspectors.inspector(bureau, user=user, can_lead=number == 1, **fields)


def team(task: Task) -> list[User]:
    members = task.members.select_related("inspector__user").order_by("position")
    return [member.inspector.user for member in members]


def task(institution: Institution | None = None, *, partner: str = ECOLOGY, **fields: object) -> Task:
    """Dispatched; two officers of the city, and one of the partner if there is one."""
    campaign = campaigns.campaign(
        f"140200-{campaigns.Campaign.objects.count()}", by=officer(), state=CampaignState.DISPATCHED, **fields
    )
    line = campaigns.line(campaign, *([partner] if partner else []))
    codes = ["scjg", partner.partition(":")[0]] if partner else ["scjg"]
    line.matters.set([matter(code) for code in codes])
    people = [inspector(1), inspector(2), *([inspector(1, partner)] if partner else [])]
    return campaigns.task(line, institution or institutions.institution(county="140213"), *people)


def matter(department: str) -> InspectionMatter:
    values = {"name": f"检查事项 {department}", "department": accounts.department(department)}
    return InspectionMatter.objects.get_or_create(code=f"M-{department}", defaults=values)[0]


def notified(of: Task | None = None, *, hours_ago: float = 3, **fields: object) -> Task:
    found = of or task(**fields)
    serial = InspectionNotice.objects.filter(bureau=found.bureau).count() + 1
    year = timezone.localdate().year
    InspectionNotice.objects.create(
        task=found, bureau=found.bureau, year=year, serial=serial, issued_by=officer(),
        issued_at=timezone.now() - timedelta(hours=hours_ago),
    )  # fmt: skip
    found.state = TaskState.NOTIFIED
    found.save()
    return found


def told(of: Task | None = None, *, hours_ago: float = 2, **fields: object) -> Task:
    found = of or notified(hours_ago=hours_ago + 1, **fields)
    delivering.deliver(
        found.notice, mode=DeliveryMode.IN_PERSON, told_at=timezone.now() - timedelta(hours=hours_ago),
        received_by="高振华", by=officer(),
    )  # fmt: skip
    return found


def planned(of: Task | None = None, **fields: object) -> Visit:
    found = of or told(**fields)
    start = timezone.now()
    return scheduling.plan_visit(found, start=start, end=start + IN_AN_HOUR, by=officer())


def started(of: Task | None = None, **fields: object) -> Visit:
    visit = planned(of, **fields)
    return attending.start_visit(visit, by=team(visit.task)[0])


def give(visit: Visit, line: str, by: User, *, base: object = None, **values: str) -> recording.Given:
    given = recording.Given(id=uuid4(), line=line, base=base, values=values, device_at=timezone.now())
    recording.record(visit, given, by=by)
    return given


def fill(visit: Visit, *, problems: tuple[str, ...] = ()) -> None:
    """Every line answered by the department it belongs to."""
    people = {user.bureau.department_id: user for user in team(visit.task)}
    for line in sheet.lines_of(visit):
        values = {"answer": Check.PROBLEM, "facts": "记录不全"} if line.key in problems else {"answer": Check.SOUND}
        give(visit, line.key, people[line.department], **values)


def sign_all(visit: Visit) -> None:
    by = team(visit.task)[0]
    record = signing.record_of(visit)
    for name in [each.name for each in visit.attendees.all() if each.enforces][:2]:
        signing.sign(visit, signer=signing.Signer.OFFICER, name=name, record=record, image=PNG, by=by)
    signing.sign(visit, signer=signing.Signer.INSTITUTION, name="高振华", record=record, image=PNG, by=by)


def photo(visit: Visit, *, by: User | None = None, content: bytes = files.PDF) -> object:
    by = by or team(visit.task)[0]
    announced = evidence.Announced(
        uuid4(), "现场.pdf", len(content), hashlib.sha256(content).hexdigest(), timezone.now()
    )
    found = evidence.announce(visit, announced, by=by)
    return evidence.receive(found, 0, content, by=by)


def ended(of: Task | None = None, *, outcome: Outcome = Outcome.INSPECTED, **fields: object) -> Visit:
    visit = started(of, **fields)
    if outcome == Outcome.INSPECTED:
        fill(visit)
    else:
        photo(visit)
    sign_all(visit)
    return attending.end_visit(visit, outcome=outcome, words="现场无人", by=team(visit.task)[0])


def basis(**fields: object) -> LegalBasis:
    values = {
        "title": "检验检测机构监督管理办法", "article": "第二十五条", "valid_from": date(2025, 3, 18), **fields,
    }  # fmt: skip
    return LegalBasis.objects.get_or_create(**values)[0]


def find(result: DepartmentResult, *, severity: Severity = Severity.VIOLATION, by: User | None = None) -> Finding:
    rule = None if severity == Severity.GENERAL else basis()
    found = results.Found("报告管理", "原始记录缺少复核签字", severity, rule)
    return results.add_finding(result, found, by=by or officer(result.bureau_id))


def write(result: DepartmentResult, *, problem: bool = False) -> DepartmentResult:
    by = officer(result.bureau_id)
    values = (
        {"category": "E", "follow_up": FollowUp.ORDERED, "trade_outcome": TradeOutcome.ORDERED}
        if problem
        else {"category": "1", "follow_up": FollowUp.NONE, "trade_outcome": TradeOutcome.SOUND}
    )
    return results.edit_result(result, by=by, **values)


def handed_in(of: Task | None = None, *, problem: bool = True, **fields: object) -> Task:
    """All results submitted; with a `problem`, one finding of the organising bureau."""
    visit = ended(of, **fields)
    for result in visit.task.results.all():
        has_problem = problem and result.bureau_id == CITY
        write(result, problem=has_problem)
        if has_problem:
            find(result)
        results.submit_result(result, by=officer(result.bureau_id))
    return Task.objects.get(pk=visit.task_id)


def reviewed(of: Task | None = None, **fields: object) -> Task:
    found = handed_in(of, **fields)
    for result in found.results.all():
        results.pass_result(result, by=officer())
    return Task.objects.get(pk=found.pk)


def concluded(of: Task | None = None, **fields: object) -> Task:
    found = reviewed(of, **fields)
    bureaus = [result.bureau for result in found.results.select_related("bureau")]
    results.conclude(found, held_on=timezone.localdate(), bureaus=bureaus, words="同意", by=officer())
    return Task.objects.get(pk=found.pk)


def finding(of: Task) -> Finding:
    return Finding.objects.get(result__task=of)


def measure(of: Task, kind: MeasureKind = MeasureKind.ORDER, *, bureau: str = CITY, **fields: object) -> Measure:
    return measures.propose_measure(
        of, kind=kind, bureau=accounts.bureau(bureau), findings=[finding(of)], by=officer(), **fields
    )


def ordered(of: Task | None = None) -> Rectification:
    found = of or concluded()
    return rectifying.order_rectification(
        found, bureau=found.bureau, findings=[finding(found)], demands="补齐复核签字",
        due_on=timezone.localdate() + timedelta(days=30), by=officer(),
    )  # fmt: skip


def head(of: Task) -> User:
    """The institution's representative."""
    name = f"head-{of.institution_id}"
    user = User.objects.filter(username=name).first() or accounts.user(name, Role.LEGAL_REPRESENTATIVE)
    Representative.objects.get_or_create(institution=of.institution, user=user, role=Role.LEGAL_REPRESENTATIVE)
    return user


def at(hour: int, *, day: date = date(2026, 11, 20)) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))
