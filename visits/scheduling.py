"""When a team goes, and who goes: planned by the bureau that organises the inspection, clashes shown, not forbidden."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from campaigns.models import Task, TeamMember
from campaigns.models.campaign import NoticeWindow
from campaigns.models.plan import SlotRole
from campaigns.states import TaskState
from inspectors.models import ConflictOfInterest, Inspector, PersonState
from visits import transitions
from visits.errors import NotCertificated, VisitError
from visits.models import Attendee, Visit

TWO_OFFICERS = "现场检查须由两名以上具有行政执法资格的人员实施（《行政处罚法》第四十二条）"
BY_DRAW_ALONE = "组织和参加本次检查的单位，其检查人员由随机抽取产生，不能另行增加；需要更换的，由牵头单位提请替换。"
KIND_OF_SLOT = {
    SlotRole.OFFICER: Attendee.Kind.OFFICER,
    SlotRole.COOPERATING: Attendee.Kind.COOPERATING,
    SlotRole.EXPERT: Attendee.Kind.EXPERT,
}


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
    Attendee.objects.bulk_create(team_of(visit))
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


def team_of(visit: Visit) -> list[Attendee]:
    """Those who would go, unsaved: the team of the task without whoever asked for recusal."""
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
    """An officer from elsewhere, from the pool (requirement SX-10); never one whom the draw could have chosen."""
    visit = _open_for_people(visit, by)
    _check_guest(visit, inspector)
    return _add(visit, Attendee.Kind.GUEST, inspector.name, inspector.bureau.name, by, inspector=inspector)


@transaction.atomic
def add_officer(visit: Visit, inspector: Inspector, *, by: User) -> Attendee:
    """An officer of the place itself, where no team was drawn: tasks that the upper level handed down (requirement
    DT-8)."""
    visit = _open_for_people(visit, by)
    _check_comes(visit, inspector)
    if has_drawn_team(visit.task):
        raise VisitError(BY_DRAW_ALONE)
    leads = inspector.can_lead and not visit.attendees.filter(is_leader=True).exists()
    return _add(
        visit, Attendee.Kind.OFFICER, inspector.name, inspector.bureau.name, by, inspector=inspector, is_leader=leads
    )


def has_drawn_team(task: Task) -> bool:
    return task.members.exists()


def is_of_place(task: Task, inspector: Inspector) -> bool:
    """Of a bureau that inspects here anyway, not from elsewhere."""
    own = {*drawing_bureaus(task), task.assisting_bureau_id}
    return inspector.bureau_id in own or inspector.bureau.region_id == task.bureau.region_id


def _check_guest(visit: Visit, inspector: Inspector) -> None:
    _check_comes(visit, inspector)
    if inspector.bureau_id in drawing_bureaus(visit.task):
        raise VisitError(BY_DRAW_ALONE)


def _check_comes(visit: Visit, inspector: Inspector) -> None:
    if visit.attendees.filter(inspector=inspector).exists():
        raise VisitError(f"{inspector}已在检查组中。")
    if inspector.state != PersonState.ACTIVE:
        raise VisitError(f"{inspector}在检查人员名录库中已失效，不能参加检查。")
    if is_recused(inspector, visit.task):
        raise VisitError(f"{inspector}与被检查机构有回避关系，不能参加检查（《行政处罚法》第四十三条）。")


def drawing_bureaus(task: Task) -> set[str]:
    """Whose officers come by the draw alone."""
    return {task.bureau_id, *task.line.partners.values_list("pk", flat=True)}


def is_recused(inspector: Inspector, task: Task) -> bool:
    here = Q(institution=task.institution_id) | Q(county=task.institution.county_id)
    if ConflictOfInterest.objects.in_force().filter(here, inspector=inspector).exists():
        return True
    return any(member.is_open_recusal for member in task.members.filter(inspector=inspector))


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
    visit: Visit, kind: Attendee.Kind, name: str, workplace: str, by: User, **fields: Inspector | bool | None
) -> Attendee:
    attendee = Attendee(visit=visit, kind=kind, name=name, workplace=workplace, **fields)
    attendee.full_clean()
    with audit.recorded("visits.add_attendee", attendee, by=by, facts={"visit": str(visit)}):
        attendee.save()
    return attendee


@transaction.atomic
def set_leader(visit: Visit, attendee: Attendee, *, by: User) -> Attendee:
    """组长, one of those who enforce; who is known as able to lead, if any of them is."""
    visit = transitions.locked(visit, "task__campaign")
    require(by, "plan", visit)
    transitions.check_source(visit, "start")
    attendees = list(visit.attendees.select_related("inspector"))
    chosen = next((each for each in attendees if each.pk == attendee.pk), None)
    if chosen is None or not chosen.enforces:
        raise VisitError("组长须由执法检查人员担任。")
    if not _can_lead(chosen) and any(_can_lead(each) for each in attendees):
        raise VisitError(f"名录库未登记{chosen.name}可任组长，请在可任组长的人员中选择。")
    visit.attendees.exclude(pk=chosen.pk).update(is_leader=False)
    with audit.recorded("visits.set_leader", chosen, by=by, facts={"visit": str(visit)}):
        chosen.is_leader = True
        chosen.save(update_fields=["is_leader"])
    return chosen


def _can_lead(attendee: Attendee) -> bool:
    return attendee.enforces and attendee.inspector is not None and attendee.inspector.can_lead


@transaction.atomic
def remove_attendee(visit: Visit, attendee: Attendee, *, by: User) -> None:
    """Somebody who was added by hand. The drawn team changes only by substitution."""
    visit = _open_for_people(visit, by)
    if not is_added(attendee) and has_drawn_team(visit.task):
        raise VisitError("抽取产生的检查组成员不能直接移除；需要更换的，由牵头单位提请替换。")
    audit.record("visits.remove_attendee", visit, by=by, facts={"kind": attendee.kind})
    visit.attendees.filter(pk=attendee.pk).delete()


def is_added(attendee: Attendee) -> bool:
    """By hand: a guest, or a person whom the county named."""
    named = attendee.kind == Attendee.Kind.COOPERATING and not (attendee.inspector_id or attendee.expert_id)
    return attendee.kind == Attendee.Kind.GUEST or named


@transaction.atomic
def renew_team(visit: Visit, *, by: User) -> Visit:
    """Take over the team as it is after substitutions and recusals; those added by hand stay."""
    visit = transitions.locked(visit, "task__campaign")
    require(by, "plan", visit)
    transitions.check_source(visit, "start")
    if not has_drawn_team(visit.task):
        raise VisitError("本任务没有抽取检查组，请直接增加或移除检查人员。")
    drawn, kept = team_of(visit), list(visit.attendees.all())
    people = {_person(each) for each in drawn}
    gone = [each for each in kept if _person(each) not in people and not is_added(each)]
    doubled = [each for each in kept if each.kind == Attendee.Kind.GUEST and _person(each) in people]
    visit.attendees.filter(pk__in=[each.pk for each in (*gone, *doubled)]).delete()
    staying = {_person(each) for each in visit.attendees.all()}
    new = [each for each in drawn if _person(each) not in staying]
    leader = next((_person(each) for each in drawn if each.is_leader), None)
    for each in new:
        each.is_leader = False
    Attendee.objects.bulk_create(new)
    if leader and not visit.attendees.filter(is_leader=True).exists():
        visit.attendees.filter(inspector=leader[0]).update(is_leader=True)
    audit.record("visits.renew_team", visit, by=by, facts={"left": len(gone), "joined": len(new)})
    return visit


def is_outdated(visit: Visit, attendees: Iterable[Attendee]) -> bool:
    """The drawn team is another since the visit was planned."""
    if not has_drawn_team(visit.task):
        return False
    going = {_person(each) for each in attendees if not is_added(each)}
    return {_person(each) for each in team_of(visit)} != going


def _person(attendee: Attendee) -> tuple[int | None, int | None]:
    return attendee.inspector_id, attendee.expert_id


def certificate_problems(attendees: Iterable[Attendee], day: date) -> list[str]:
    """Why this team may not enforce on that day, and what to do about it; empty if it may."""
    officers = [each for each in attendees if each.enforces and each.inspector]
    gaps = [(each.name, each.inspector.certificate_gaps(day)) for each in officers if each.inspector]
    problems = [
        f"{name}{'、'.join(gap)}，不能参加检查。请更新证件信息，或由牵头单位替换人员" for name, gap in gaps if gap
    ]
    able = sum(not gap for _, gap in gaps)
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


def window_advice(visit: Visit) -> str:
    """When the notice has to be delivered for the planned time to keep the window; empty without a rule, and once it
    was delivered."""
    rule = NoticeWindow(visit.task.campaign.notice_window)
    if rule == NoticeWindow.NONE or told(visit) is not None:
        return ""
    moment = timezone.localtime(visit.planned_start - timedelta(hours=24))
    side = "之后、检查开始之前" if rule == NoticeWindow.WITHIN_24H else "之前"
    return f"本次活动要求{rule.label}：通知书应在 {moment:%Y-%m-%d %H:%M} {side}送达"


def told(visit: Visit) -> datetime | None:
    """When the institution was first told; None as long as it was not."""
    notice = getattr(visit.task, "notice", None)
    delivery = notice.deliveries.order_by("told_at").first() if notice else None
    return delivery.told_at if delivery else None
