"""One visit as its people make it: notice, delivery, calendar, the sheet on the phone, signatures."""

import hashlib
from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.models import User
from campaigns.declaring import declare_team
from campaigns.models import InspectionNotice, Task
from campaigns.notices import issue_notices
from config.demo.self_checks import PROBLEM_ITEM
from config.demo.visits import pictures
from config.demo.visits.cast import Cast
from config.demo.visits.clock import at, workday
from config.demo.visits.words import CLEAN_OPINION, OPINION, Ill
from inspectors.models import Inspector
from visits import attending, delivering, evidence, recording, sampling, scheduling, sheet, signing
from visits.codes import Agreement, Check, DeliveryMode, Outcome
from visits.models import Operation, Visit

Tell = Callable[[InspectionNotice, datetime, Cast], object]
SAMPLED = 3
"""At one visit in so many, the reports to be checked are drawn by lot."""

PHONE = "执法终端（安卓 14）"


@dataclass(frozen=True, slots=True)
class Trip:
    """A visit `days` working days from today. `told_before`: working days between notice and visit; `guest_from`: the bureau
    of an officer from elsewhere who comes along."""

    days: int
    starts: str = "09:30"
    ends: str = "11:50"
    told_before: int = 1
    window_reason: str = ""
    ills: Collection[Ill] = field(default=())
    outcome: Outcome = Outcome.INSPECTED
    words: str = ""
    refuses_to_sign: str = ""
    guest_from: str = ""

    def moment(self, clock: str, today: date) -> datetime:
        return at(workday(self.days, today), clock)

    def notice_moments(self, today: date) -> tuple[datetime, datetime]:
        """Issued and delivered: in the afternoon before, or early on the same day when the day before was free."""
        day, before = workday(self.days, today), workday(self.days - self.told_before, today)
        if self.told_before == 1 and (day - before).days > 1:
            return at(day, "08:10"), at(day, "08:45")
        return at(before, "15:00"), at(before, "16:20")


def in_person(notice: InspectionNotice, now: datetime, cast: Cast) -> None:
    name = notice.task.institution.legal_representative
    delivering.deliver(
        notice, mode=DeliveryMode.IN_PERSON, told_at=now, received_by=name, proof=pictures.scan(notice.number),
        by=cast.speaker(notice.task.bureau_id),
    )  # fmt: skip


def by_post(notice: InspectionNotice, now: datetime, cast: Cast) -> None:
    words = "邮政特快专递，邮件编号 EX000000126CN，同城当日送达，收发室签收"
    delivering.deliver(notice, mode=DeliveryMode.POST, told_at=now, words=words, by=cast.speaker(notice.task.bureau_id))


def pinned_up(notice: InspectionNotice, now: datetime, cast: Cast) -> None:
    words = "厂区大门上锁、电话无人接听，通知书张贴于大门，已拍照"
    _leave(notice, now, words, cast)


def left_there(notice: InspectionNotice, now: datetime, cast: Cast) -> None:
    _leave(notice, now, "机构负责人外出，前台人员拒绝签收，通知书留置于业务大厅，已拍照", cast)


def _leave(notice: InspectionNotice, now: datetime, words: str, cast: Cast) -> None:
    delivering.deliver(
        notice, mode=DeliveryMode.LEFT, told_at=now, witness="社区网格员贺春生", words=words,
        proof=pictures.scan(notice.number), by=cast.speaker(notice.task.bureau_id),
    )  # fmt: skip


def electronically(notice: InspectionNotice, now: datetime, cast: Cast) -> None:
    delivering.read(notice, by=cast.clerk_of(notice.task.institution))


def notify(task: Task, cast: Cast) -> InspectionNotice:
    declare_team([task], by=cast.officer)
    return issue_notices([Task.objects.get(pk=task.pk)], by=cast.speaker(task.bureau_id))[0]


def plan(task: Task, start: datetime, cast: Cast, *, hours: float = 2.5) -> Visit:
    task = Task.objects.get(pk=task.pk)
    by = cast.speaker(task.bureau_id)
    visit = scheduling.plan_visit(task, start=start, end=start + timedelta(hours=hours), by=by)
    if not scheduling.has_drawn_team(task):
        _name_officers(visit, cast)
    return visit


def _name_officers(visit: Visit, cast: Cast) -> None:
    """Where no team was drawn, the bureau that organises names two of its own, and one of every other department that
    has something on the sheet, from the nearest body that has one."""
    by, task = cast.speaker(visit.task.bureau_id), visit.task
    own = task.bureau.department_id
    others = {line.department for line in sheet.compose(task)} - {own}
    wanted = [(own, 2), *((department, 1) for department in sorted(others))]
    for department, number in wanted:
        for inspector in _nearest(visit, department, number):
            scheduling.add_officer(visit, inspector, by=by)


def _invite(visit: Visit, bureau: str, cast: Cast) -> None:
    guest = Inspector.objects.active().filter(bureau=bureau).order_by("number")[0]
    scheduling.add_guest(visit, guest, by=cast.speaker(visit.task.bureau_id))


def _nearest(visit: Visit, department: str, number: int) -> list[Inspector]:
    task, day = visit.task, timezone.localdate(visit.planned_start)
    county = task.institution.county_id
    for region in (county, f"{county[:4]}00", f"{county[:2]}0000"):
        there = Inspector.objects.active().filter(bureau=f"{department}:{region}").order_by("number")
        able = [each for each in there if not each.certificate_gaps(day) and not scheduling.is_recused(each, task)]
        if len(able) >= number:
            first = task.pk % (len(able) - number + 1)
            return able[first : first + number]
    return []


def visited(task: Task, trip: Trip, cast: Cast, tell: Tell = in_person) -> Generator[datetime, None, Visit]:
    """From the notice to the last signature."""
    issued, delivered = trip.notice_moments(cast.today)
    yield issued
    notice = notify(task, cast)
    visit = plan(task, trip.moment(trip.starts, cast.today), cast)
    if trip.guest_from:
        _invite(visit, trip.guest_from, cast)
    yield delivered
    tell(notice, timezone.now(), cast)
    yield trip.moment(trip.starts, cast.today)
    start(visit, cast, reason=trip.window_reason)
    yield trip.moment(trip.ends, cast.today)
    if trip.outcome == Outcome.INSPECTED:
        fill(visit, cast, trip.ills)
    else:
        take_photo(visit, cast, "", "现场情况")
    sign(visit, cast, trip)
    return end(visit, cast, trip)


def start(visit: Visit, cast: Cast, *, reason: str = "") -> Visit:
    place = attending.Place(Decimal("40.07653"), Decimal("113.29981"))
    by = cast.recorders(visit)["scjg"]
    return attending.start_visit(visit, device_at=timezone.now(), place=place, reason=reason, by=by)


def fill(visit: Visit, cast: Cast, ills: Collection[Ill], *, without: Collection[str] = ()) -> None:
    """Every line, by a department that it belongs to; photos of what is wrong, and the sample of reports."""
    visit.refresh_from_db()
    people = cast.recorders(visit)
    found = {ill.line: ill for ill in ills}
    for line in sheet.lines_of(visit):
        if line.key in without:
            continue
        ill = found.get(line.key)
        values = _values(line, ill)
        enter(visit, line.key, values, by=people.get(line.department, people["scjg"]))
        if ill:
            take_photo(visit, cast, line.key, ill.matter)
    if visit.pk % SAMPLED == 1:
        draw_reports(visit, people["scjg"])


def _values(line: sheet.Line, ill: Ill | None) -> dict[str, str]:
    values = {"answer": Check.PROBLEM.value, "facts": ill.facts} if ill else {"answer": Check.SOUND.value}
    if line.kind != sheet.ITEM:
        return values
    agrees = ill is None or line.number == PROBLEM_ITEM
    return values | {"agreement": (Agreement.AGREES if agrees else Agreement.CONTRADICTS).value}


def enter(visit: Visit, line: str, values: dict[str, str], *, by: User, base: UUID | None = None) -> Operation:
    given = recording.Given(uuid4(), line, base, values, device_at=timezone.now(), device=PHONE)
    return recording.record(visit, given, by=by)


def take_photo(visit: Visit, cast: Cast, line: str, words: str) -> None:
    by = cast.recorders(visit)["scjg"]
    content = pictures.photo(f"{visit.pk}{line}")
    digest = hashlib.sha256(content).hexdigest()
    name = f"{words}.jpg"
    told = evidence.Announced(uuid4(), name, len(content), digest, timezone.now(), line, words, PHONE)
    evidence.receive(evidence.announce(visit, told, by=by), 0, content, by=by)


def draw_reports(visit: Visit, by: User) -> None:
    """Five of forty, and none of them bad."""
    year = timezone.localdate().year
    register = [f"JC{year}-{number:04d}" for number in range(181, 221)]
    sample = sampling.draw_reports(visit, register, 5, words="秋高气爽", period=f"{year} 年以来", by=by)
    for number in sample.chosen[:3]:
        sample = sampling.judge_report(sample, number, severity=None, by=by)


def sign(visit: Visit, cast: Cast, trip: Trip) -> None:
    by, record = cast.recorders(visit)["scjg"], signing.record_of(visit)
    names = [each.name for each in visit.attendees.all() if each.enforces]
    for name in names[:2]:
        signing.sign(
            visit, signer=signing.Signer.OFFICER, name=name, record=record, image=pictures.signature(name), by=by
        )
    head = visit.task.institution.legal_representative
    if trip.outcome != Outcome.INSPECTED:
        return
    if not trip.refuses_to_sign:
        image = pictures.signature(head)
        signing.sign(visit, signer=signing.Signer.INSTITUTION, name=head, record=record, image=image, by=by)
        return
    signing.refuse(visit, name=head, words=trip.refuses_to_sign, record=record, by=by)
    witness = "园区管委会卫东升"
    image = pictures.signature(witness)
    signing.sign(visit, signer=signing.Signer.WITNESS, name=witness, record=record, image=image, by=by)


def end(visit: Visit, cast: Cast, trip: Trip) -> Visit:
    opinion = (
        "" if trip.outcome != Outcome.INSPECTED or trip.refuses_to_sign else OPINION if trip.ills else CLEAN_OPINION
    )
    by = cast.recorders(visit)["scjg"]
    return attending.end_visit(visit, outcome=trip.outcome, words=trip.words, opinion=opinion, by=by)
