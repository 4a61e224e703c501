"""Everything that a team reads before it goes: who comes, what is known of the institution, what still stands in the way."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from accounts.models import Department, User
from campaigns.models import Declaration, Task, TeamMember
from campaigns.states import TaskState
from inspectors.models import ConflictOfInterest
from institutions.models import Certificate, CertificateState
from selftest.beside import BesideRow, self_check_of, side_by_side
from selftest.models import SelfCheck
from visits import scheduling
from visits.models import Attendee, DepartmentResult, Visit
from visits.sheet import ITEM, Line, lines_of
from visits.states import ResultState

NOTICE_LAW = "《行政处罚法》第四十四条"
OFFICERS_LAW = "《行政处罚法》第四十二条"
RECUSAL_LAW = "《行政处罚法》第四十三条"
PAST = (TaskState.CONCLUDED, TaskState.CLOSED)
MOST_PAST = 20


@dataclass(frozen=True, slots=True)
class Card:
    """An enforcement certificate on the day of the visit."""

    label: str
    number: str
    until: date | None
    is_valid: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """One who comes. `declaration`: what is on record about conflicts; `tone`: that of its tag."""

    attendee: Attendee
    cards: list[Card]
    gaps: list[str]
    declaration: str
    tone: str
    is_added: bool
    may_lead: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """As components/refused.html shows it."""

    what: str
    todo: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class CertificateRow:
    certificate: Certificate
    problem: str


@dataclass(frozen=True, slots=True)
class PastTask:
    """`url` empty when this user does not see the task itself."""

    task: Task
    results: list[DepartmentResult]
    visited_on: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class SelfReport:
    """What the institution said of itself; `found`: the items at which it found a problem."""

    self_check: SelfCheck
    items: int
    found: list[BesideRow]


@dataclass(frozen=True, slots=True)
class Share:
    """What one department has to look at: items of the self-check counted, the other lines in full."""

    department: Department
    items: int
    lines: list[Line]


def day_of(visit: Visit) -> date:
    return timezone.localdate(visit.started_at or visit.planned_start)


def seats_of(visit: Visit, attendees: Sequence[Attendee]) -> list[Seat]:
    members = {(each.inspector_id, each.expert_id): each for each in visit.task.members.all()}
    conflicted = _conflicted(visit.task, attendees)
    day, is_drawn = day_of(visit), bool(members)
    return [
        _seat(each, members.get((each.inspector_id, each.expert_id)), conflicted, day, is_drawn=is_drawn)
        for each in attendees
    ]


def _seat(attendee: Attendee, member: TeamMember | None, conflicted: set[int], day: date, *, is_drawn: bool) -> Seat:
    inspector = attendee.inspector if attendee.enforces else None
    words, tone = _declaration(attendee, member, conflicted)
    return Seat(
        attendee=attendee,
        cards=_cards(attendee, day) if inspector else [],
        gaps=inspector.certificate_gaps(day) if inspector else [],
        declaration=words,
        tone=tone,
        is_added=scheduling.is_added(attendee) or not is_drawn,
        may_lead=bool(inspector and inspector.can_lead),
    )


def _cards(attendee: Attendee, day: date) -> list[Card]:
    inspector = attendee.inspector
    if inspector is None:
        return []
    pairs = (
        ("部门执法证", inspector.department_certificate, inspector.department_certificate_until),
        ("省政府执法证", inspector.province_certificate, inspector.province_certificate_until),
    )
    return [Card(label, number, until, bool(number and until and until >= day)) for label, number, until in pairs]


def _declaration(attendee: Attendee, member: TeamMember | None, conflicted: set[int]) -> tuple[str, str]:
    if attendee.inspector_id in conflicted:
        return "名录库登记有回避关系", "overdue"
    if member is None:
        return ("名录库未登记回避关系", "plain") if attendee.inspector_id else ("—", "plain")
    if member.is_open_recusal:
        return "已申请回避", "overdue"
    if member.declaration == Declaration.RECUSAL:
        return "申请回避，决定不予回避", "waiting"
    return ("已声明无利害关系", "done") if member.declaration else ("尚未声明", "waiting")


def _conflicted(task: Task, attendees: Iterable[Attendee]) -> set[int]:
    """Inspectors whom the pool knows to be in conflict with the institution or its county today."""
    here = Q(institution=task.institution_id) | Q(county=task.institution.county_id)
    people = [each.inspector_id for each in attendees if each.inspector_id]
    found = ConflictOfInterest.objects.in_force().filter(here, inspector__in=people)
    return {pk for pk in found.values_list("inspector", flat=True) if pk}


def problems_of(visit: Visit, seats: Sequence[Seat]) -> Iterator[Problem]:
    """What keeps this visit from starting as it is planned, each with the way out and the rule."""
    yield from _notice_problems(visit)
    for problem in scheduling.certificate_problems([each.attendee for each in seats], day_of(visit)):
        if problem.startswith(scheduling.TWO_OFFICERS):
            counted = problem.removeprefix(scheduling.TWO_OFFICERS).lstrip("，")
            yield Problem(f"执法检查人员不足两名，{counted}。", "补足检查人员，或更新证件信息。", OFFICERS_LAW)
        else:
            what, _, todo = problem.partition("。")
            yield Problem(f"{what}。", f"{todo}。", OFFICERS_LAW)


def warnings_of(visit: Visit, seats: Sequence[Seat]) -> Iterator[Problem]:
    """What does not keep it from starting, but wants to be settled: until a recusal is decided work goes on."""
    for seat in seats:
        if seat.tone == "overdue" and seat.attendee.enforces:
            yield Problem(
                f"{seat.attendee.name}：{seat.declaration}。", "请牵头单位尽快决定，准予回避的替换人员。", RECUSAL_LAW
            )
    if scheduling.is_outdated(visit, [each.attendee for each in seats]):
        yield Problem("检查组在安排之后有替换或回避，到场人员与检查组不一致。", "请在“到场人员”按检查组更新。")


def _notice_problems(visit: Visit) -> Iterator[Problem]:
    if not hasattr(visit.task, "notice"):
        yield Problem("检查通知书还没有签发。", "检查组成员作回避声明后，在任务页签发。", NOTICE_LAW)
    elif scheduling.told(visit) is None:
        advice = scheduling.window_advice(visit)
        todo = "送达后登记送达；机构在本系统打开通知书的，自动登记。" + (f"{advice}。" if advice else "")
        yield Problem("检查通知书还没有送达。", todo, NOTICE_LAW)


def window_words(visit: Visit) -> str:
    """How the time of the visit breaks the campaign's window, once the notice was delivered; empty if it is kept."""
    return scheduling.window_problem(visit, visit.started_at or visit.planned_start)


def certificates_of(visit: Visit) -> list[CertificateRow]:
    day = day_of(visit)
    rows = visit.task.institution.certificates.prefetch_related("domains").order_by("number")
    return [CertificateRow(each, _certificate_problem(each, day)) for each in rows]


def _certificate_problem(certificate: Certificate, day: date) -> str:
    if certificate.state != CertificateState.VALID:
        return certificate.get_state_display()
    if certificate.valid_until is None:
        return "未登记有效期"
    return "检查当天已过有效期" if certificate.valid_until < day else ""


def past_tasks(visit: Visit, user: User) -> list[PastTask]:
    """Earlier inspections of this institution in any campaign, with what was concluded."""
    tasks = Task.objects.filter(institution=visit.task.institution_id, state__in=PAST).exclude(pk=visit.task_id)
    tasks = tasks.select_related("campaign", "line", "bureau").order_by("-campaign__year", "-pk")[:MOST_PAST]
    results: dict[int, list[DepartmentResult]] = {}
    final = DepartmentResult.objects.filter(task__in=[each.pk for each in tasks], state=ResultState.FINAL)
    for result in final.select_related("bureau").prefetch_related("findings"):
        results.setdefault(result.task_id, []).append(result)
    pks = [each.pk for each in tasks]
    seen = set(Task.objects.visible_to(user).filter(pk__in=pks).values_list("pk", flat=True))
    ended = dict(Visit.objects.filter(task__in=pks).order_by("ended_at").values_list("task", "ended_at"))
    return [
        PastTask(each, results.get(each.pk, []), ended.get(each.pk), each.get_absolute_url() if each.pk in seen else "")
        for each in tasks
    ]


def self_report_of(visit: Visit, user: User) -> SelfReport | None:
    """None where the institution handed nothing in, or this user may not read it."""
    found = self_check_of(visit.task)
    if found is None or not SelfCheck.objects.visible_to(user).filter(pk=found.pk).exists():
        return None
    rows = side_by_side(found, day=day_of(visit))
    return SelfReport(found, len(rows), [row for row in rows if row.problem_words])


def shares_of(visit: Visit) -> list[Share]:
    """By department, in their usual order."""
    by_code: dict[str, list[Line]] = {}
    for line in lines_of(visit):
        by_code.setdefault(line.department, []).append(line)
    return [
        Share(
            department,
            sum(line.kind == ITEM for line in by_code[department.pk]),
            [line for line in by_code[department.pk] if line.kind != ITEM],
        )
        for department in Department.objects.filter(pk__in=by_code)
    ]
