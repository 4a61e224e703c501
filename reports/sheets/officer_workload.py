"""检查人员工作量: who was assigned to how many tasks of the campaign and went to how many visits."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from campaigns.models import TeamMember
from inspectors.models import Inspector
from reports.sheets.facts import tasks_of
from reports.sheets.kinds import SheetKind
from reports.sheets.wanted import Wanted
from visits.models import Attendee, Visit
from visits.states import VisitState
from workbooks.statistical import Field, Group, StatisticalSheet

RULE = (
    "列入检查组成员、到场的执法检查人员，以及所在单位参加本次活动、没有分到任务的在岗人员（计 0）。任务数按检查组成员计，几个人同查一项任务的各计一次，"
    "所以合计是人次；到场以现场检查登记的到场人员为准，含异地执法人员，不含配合人员和专家。"
)


@dataclass(frozen=True, slots=True)
class WorkloadRow:
    sequence: int
    name: str
    number: str
    bureau: str
    assigned: int
    ended: int
    planned: int
    led: int


COLUMNS = (
    Field("序号", lambda row: row.sequence, "integer", 6),
    Field("姓名", lambda row: row.name, width=12),
    Field("人员编号", lambda row: row.number, width=16),
    Field("所在单位", lambda row: row.bureau, width=34),
    Field("分配任务\n（项）", lambda row: row.assigned, "integer", 12, is_summed=True),
    Group("现场检查", (
        Field("已完成\n（次）", lambda row: row.ended, "integer", 12, is_summed=True),
        Field("已安排\n（次）", lambda row: row.planned, "integer", 12, is_summed=True),
        Field("其中任组长\n（次）", lambda row: row.led, "integer", 12, is_summed=True),
    )),
)  # fmt: skip


def workload_rows(wanted: Wanted) -> list[WorkloadRow]:
    """Most visits and tasks first; a handful of queries."""
    assigned = Counter(_members(wanted).values_list("inspector_id", flat=True))
    going = list(_goings(wanted).values_list("inspector_id", "visit__state", "is_leader"))
    ended = Counter(key for key, state, _ in going if state == VisitState.ENDED)
    planned = Counter(key for key, state, _ in going if state != VisitState.ENDED)
    led = Counter(key for key, _, is_leader in going if is_leader)
    people = _people(wanted, {*assigned, *ended, *planned})
    ordered = sorted(people, key=lambda each: (-ended[each.pk], -assigned[each.pk], each.bureau_id, each.number))
    return [
        WorkloadRow(
            sequence=place,
            name=each.name,
            number=each.number,
            bureau=each.bureau.name,
            assigned=assigned[each.pk],
            ended=ended[each.pk],
            planned=planned[each.pk],
            led=led[each.pk],
        )
        for place, each in enumerate(ordered, start=1)
    ]


def _members(wanted: Wanted) -> QuerySet[TeamMember]:
    seen = TeamMember.objects.visible_to(wanted.user).filter(task__in=tasks_of(wanted), inspector__isnull=False)
    return seen.order_by()


def _goings(wanted: Wanted) -> QuerySet[Attendee]:
    visits = Visit.objects.visible_to(wanted.user).filter(task__in=tasks_of(wanted)).standing()
    kinds = [Attendee.Kind.OFFICER, Attendee.Kind.GUEST]
    return Attendee.objects.filter(visit__in=visits, kind__in=kinds).order_by()


def _people(wanted: Wanted, busy: set[int]) -> list[Inspector]:
    """Whoever has something to do, and the active others of their bureaus that this user may see."""
    bureaus = set(Inspector.objects.filter(pk__in=busy).values_list("bureau_id", flat=True))
    others = Inspector.objects.visible_to(wanted.user).active().filter(bureau__in=bureaus)
    keys = busy | set(others.values_list("pk", flat=True))
    return list(Inspector.objects.filter(pk__in=keys).select_related("bureau"))


def compose(wanted: Wanted) -> list[StatisticalSheet]:
    return [
        StatisticalSheet(
            name="检查人员工作量",
            title=f"{wanted.campaign.title}检查人员工作量",
            columns=COLUMNS,
            items=workload_rows(wanted),
            total="合计",
            notes=(f"每人最多 {wanted.campaign.tasks_per_inspector} 项任务。",),
            frozen_columns=2,
        )
    ]


KIND = SheetKind(
    key="officer-workload",
    label="检查人员工作量",
    about="每名检查人员分到多少项任务、完成和安排了多少次现场检查、任组长多少次。",
    rule=RULE,
    compose=compose,
)
