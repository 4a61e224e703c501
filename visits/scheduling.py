"""When a team goes, and who goes: planned by the bureau that organises the inspection, clashes shown, not forbidden."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from campaigns.models import Task, TeamMember
from campaigns.models.campaign import NoticeWindow
from campaigns.models.plan import SlotRole
from campaigns.states import TaskState
from inspectors.models import Inspector, Leave
from visits import transitions
from visits.errors import NotCertificated, VisitError
from visits.models import Attendee, Visit

TWO_OFFICERS = "现场检查须由两名以上具有行政执法资格的人员实施（《行政处罚法》第四十二条）"
KIND_OF_SLOT = {
    SlotRole.OFFICER: Attendee.Kind.OFFICER,
    SlotRole.COOPERATING: Attendee.Kind.COOPERATING,
    SlotRole.EXPERT: Attendee.Kind.EXPERT,
}


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody is elsewhere at that time."""

    who: str
    what: str


@transaction.atomic
def plan_visit(task: Task, *, start: datetime, end: datetime, kind: Visit.Kind = Visit.Kind.FIRST, by: User) -> Visit:
    """Put a visit into the calendar, with the team as it was drawn."""
    task = transitions.locked(task, "campaign")
    require(by, "plan", Visit(task=task))
    _check_times(task, start, end, kind)
    last = Visit.objects.filter(task=task).aggregate(last=Max("number"))["last"] or 0
    visit = Visit(task=task, kind=kind, number=last + 1, planned_start=start, planned_end=end, planned_by=by)
    visit.full_clean(exclude=["sheet"])
    with audit.recorded("visits.plan", visit, by=by, facts={"task": task.number}):
        visit.save()
    Attendee.objects.bulk_create(_attendees(visit))
    return visit


def _check_times(task: Task, start: datetime, end: datetime, kind: Visit.Kind) -> None:
    if end <= start:
        raise VisitError("结束时间应晚于开始时间。")
    if kind == Visit.Kind.FIRST and task.state not in (
        TaskState.DISPATCHED, TaskState.NOTIFIED, TaskState.INSPECTING
    ):  # fmt: skip
        raise VisitError(f"任务当前为“{TaskState(task.state).label}”，不能安排检查。")
    if kind == Visit.Kind.AGAIN and task.state != TaskState.CONCLUDED:
        raise VisitError("检查结果认定后才安排复查。")
    if task.visits.filter(state__in=["planned", "started"]).exists():
        raise VisitError("该任务已经安排了检查，请修改原来的安排。")


def _attendees(visit: Visit) -> list[Attendee]:
    members = TeamMember.objects.filter(task=visit.task).select_related("inspector__bureau", "expert")
    going = [member for member in members if not member.is_open_recusal]
    leader = next((member.pk for member in going if member.inspector and member.inspector.can_lead), None)
    return [
        Attendee(
            visit=visit, kind=KIND_OF_SLOT[SlotRole(member.role)], inspector=member.inspector, expert=member.expert,
            name=str(member.person), workplace=member.workplace, is_leader=member.pk == leader,
        )
        for member in going
    ]  # fmt: skip


@transaction.atomic
def move_visit(visit: Visit, *, start: datetime, end: datetime, by: User) -> Visit:
    visit = transitions.locked(visit, "task__campaign")
    require(by, "plan", visit)
    transitions.check_source(visit, "start")
    if end <= start:
        raise VisitError("结束时间应晚于开始时间。")
    with audit.recorded("visits.move", visit, by=by):
        visit.planned_start, visit.planned_end = start, end
        visit.save(update_fields=["planned_start", "planned_end"])
    return visit


@transaction.atomic
def cancel_visit(visit: Visit, *, because: str, by: User) -> Visit:
    visit = transitions.locked(visit, "task__campaign")
    require(by, "plan", visit)
    if not because.strip():
        raise VisitError("取消安排须写明原因。")
    return transitions.move(visit, "cancel", by=by, cancelled_because=because.strip())


@transaction.atomic
def add_guest(visit: Visit, inspector: Inspector, *, by: User) -> Attendee:
    """An officer from elsewhere, from the pool (requirement SX-10)."""
    visit = _open_for_people(visit, by)
    if visit.attendees.filter(inspector=inspector).exists():
        raise VisitError(f"{inspector}已在检查组中。")
    return _add(visit, Attendee.Kind.GUEST, inspector.name, inspector.bureau.name, by, inspector=inspector)


@transaction.atomic
def name_cooperating(visit: Visit, name: str, workplace: str, *, by: User) -> Attendee:
    """A person of the institution's county who comes along; does not enforce and does not count (requirement XZ-9)."""
    visit = _open_for_people(visit, by)
    if not name.strip():
        raise VisitError("请填写配合人员姓名。")
    return _add(visit, Attendee.Kind.COOPERATING, name.strip(), workplace.strip(), by)


def _open_for_people(visit: Visit, by: User) -> Visit:
    visit = transitions.locked(visit, "task__campaign")
    require(by, "staff", visit)
    transitions.check_source(visit, "start")
    return visit


def _add(
    visit: Visit, kind: Attendee.Kind, name: str, workplace: str, by: User, inspector: Inspector | None = None
) -> Attendee:
    attendee = Attendee(visit=visit, kind=kind, name=name, workplace=workplace, inspector=inspector)
    attendee.full_clean()
    with audit.recorded("visits.add_attendee", attendee, by=by, facts={"visit": str(visit)}):
        attendee.save()
    return attendee


def clashes_of(visit: Visit) -> list[Clash]:
    """Who of the team, or what at the institution, is planned elsewhere at the same time; who is on leave."""
    others = Visit.objects.clashing(visit.planned_start, visit.planned_end).exclude(pk=visit.pk)
    people = [attendee.inspector_id for attendee in visit.attendees.all() if attendee.inspector_id]
    busy = Attendee.objects.filter(visit__in=others, inspector__in=people).select_related("visit__task__institution")
    found = [Clash(each.name, f"同一时间在{each.visit.task.institution.name}检查") for each in busy]
    day = timezone.localdate(visit.planned_start)
    leaves = Leave.objects.covering(day).filter(inspector__in=people).select_related("inspector")
    found += [Clash(leave.inspector.name, "当天请假") for leave in leaves]
    same_place = others.filter(task__institution=visit.task.institution).exclude(task=visit.task)
    return found + [Clash(visit.task.institution.name, f"同一时间另有检查 {other.task.number}") for other in same_place]


def certificate_problems(attendees: Iterable[Attendee], day: date) -> list[str]:
    """Why this team may not enforce on that day, and what to do about it; empty if it may."""
    officers = [each for each in attendees if each.enforces and each.inspector]
    gaps = {each.name: each.inspector.certificate_gaps(day) for each in officers if each.inspector}
    problems = [
        f"{name}{'、'.join(gap)}，不能参加检查。请更新证件信息，或由牵头单位替换人员"
        for name, gap in gaps.items()
        if gap
    ]
    able = sum(not gap for gap in gaps.values())
    return problems if able >= 2 else [*problems, f"{TWO_OFFICERS}，当天只有 {able} 人证件有效"]


def check_certificates(visit: Visit, day: date) -> None:
    if problems := certificate_problems(visit.attendees.select_related("inspector"), day):
        raise NotCertificated("；".join(problems) + "。")


def window_problem(visit: Visit, started_at: datetime) -> str:
    """How the campaign's notice window is broken by a visit at this time; empty if it is kept (product decision 1)."""
    rule = NoticeWindow(visit.task.campaign.notice_window)
    told_at = told(visit)
    if told_at is None or rule == NoticeWindow.NONE:
        return ""
    hours = (started_at - told_at).total_seconds() / 3600
    if rule == NoticeWindow.WITHIN_24H and hours > 24:
        return f"本次活动要求{rule.label}，实际提前 {hours:.0f} 小时告知"
    if rule == NoticeWindow.AT_LEAST_24H and hours < 24:
        return f"本次活动要求{rule.label}，实际只提前 {max(hours, 0):.0f} 小时告知"
    return ""


def told(visit: Visit) -> datetime | None:
    """When the institution was first told; None as long as it was not."""
    notice = getattr(visit.task, "notice", None)
    delivery = notice.deliveries.order_by("told_at").first() if notice else None
    return delivery.told_at if delivery else None
