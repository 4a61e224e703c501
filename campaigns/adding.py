"""Checks beside the random ones: 重点检查, 全覆盖检查 and 延伸检查 are added to a campaign that was dispatched, with a
reason, and stay marked as such (requirements XZ-8, SX-9, SX-11). The draw is left as it is.

Counties add own targets in the same way (DT-8). What an upper level or another campaign inspects this year already is
refused, or reasoned (DT-8, SX-12).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from campaigns.errors import CampaignError
from campaigns.models import (
    ADDED_MODES,
    Addition,
    Campaign,
    CampaignKind,
    PlanLine,
    SlotRole,
    Task,
    TaskMode,
    TeamMember,
)
from campaigns.models.tasks import TaskQuerySet
from campaigns.population import Population
from campaigns.states import TaskState
from campaigns.tasking import TaskMaker
from campaigns.transitions import locked
from inspectors.models import ConflictOfInterest, Inspector
from institutions.models import Institution, InstitutionState

MOST = 2000
MOST_NAMED = 5
FEWEST_OFFICERS = 2


@dataclass(frozen=True, slots=True)
class Added:
    """What is to be added. Without `officers` the organising bureau names who goes when it plans the visit."""

    mode: TaskMode
    line: PlanLine
    institutions: Collection[Institution]
    reason: str
    officers: Collection[Inspector] = ()
    repeated_because: str = ""


@dataclass(frozen=True, slots=True)
class Repeat:
    """The institution is inspected this year already, or kept by the upper level for itself."""

    institution: Institution
    words: str


@transaction.atomic
def add_tasks(campaign: Campaign, given: Added, *, by: User) -> list[Task]:
    """Dispatched at once, organised by the bureau of `by`."""
    campaign = locked(campaign)
    require(by, "add_tasks", campaign)
    _check_words(given)
    _check_places(campaign, given, by)
    _check_free(campaign, given.institutions)
    _check_caps(campaign, given)
    repeats = repeats_of(campaign, given.institutions)
    if repeats and not given.repeated_because.strip():
        words = named([f"{each.institution.name}（{each.words}）" for each in repeats])
        raise CampaignError(f"本年度已有安排：{words}。不要重复检查；确需检查的，请写明重复检查的理由。")
    _check_officers(given, timezone.localdate())
    return _make(campaign, given, {each.institution.pk for each in repeats}, by)


def _make(campaign: Campaign, given: Added, repeated: set[int], by: User) -> list[Task]:
    maker, now, bureau = TaskMaker(campaign), timezone.now(), by.bureau
    if bureau is None:
        raise CampaignError("只有机关单位的人员可以增列检查任务。")
    tasks = [maker.added(given.line, each, given.mode, bureau) for each in given.institutions]
    for task in tasks:
        task.state, task.dispatched_at = TaskState.DISPATCHED, now
    Task.objects.bulk_create(tasks)
    Addition.objects.bulk_create(
        Addition(
            task=task, reason=given.reason.strip(), by=by,
            repeated_because=given.repeated_because.strip() if task.institution_id in repeated else "",
        )
        for task in tasks
    )  # fmt: skip
    TeamMember.objects.bulk_create(member for task in tasks for member in _members(task, given.officers))
    facts = {"mode": given.mode, "tasks": [task.number for task in tasks[:MOST_NAMED]], "count": len(tasks)}
    audit.record("campaigns.add_tasks", campaign, by=by, facts=facts)
    return tasks


def _members(task: Task, officers: Iterable[Inspector]) -> Iterator[TeamMember]:
    for position, officer in enumerate(officers):
        yield TeamMember(
            task=task, position=position, role=SlotRole.OFFICER, slot=0, pool=officer.bureau_id, inspector=officer
        )


def named(words: list[str]) -> str:
    more = f"等 {len(words)} 家" if len(words) > MOST_NAMED else ""
    return "、".join(words[:MOST_NAMED]) + more


def _check_words(given: Added) -> None:
    if given.mode not in ADDED_MODES:
        raise CampaignError("请选择重点检查、全覆盖检查或延伸检查。")
    if not given.reason.strip():
        raise CampaignError("增列检查对象须写明理由。")
    if not given.institutions:
        raise CampaignError("请选择检查对象。")
    if len(given.institutions) > MOST:
        raise CampaignError(f"一次最多增列 {MOST} 家，请分次办理。")


def _check_places(campaign: Campaign, given: Added, by: User) -> None:
    """In the region of whoever adds; third parties of an extended check may lie outside the campaign's own."""
    if given.line.campaign_id != campaign.pk:
        raise CampaignError("请选择本活动的条目。")
    scope = "-" if by.scope is None else by.scope
    beyond = [
        each.name
        for each in given.institutions
        if not each.county_id.startswith(scope)
        or (given.mode != TaskMode.EXTENDED and not each.county_id.startswith(campaign.scope))
    ]
    if beyond:
        raise CampaignError(f"不在本辖区内：{named(beyond)}。辖区外的请移送线索。")
    if closed := [each.name for each in given.institutions if each.state != InstitutionState.OPERATING]:
        raise CampaignError(f"已不在营：{named(closed)}。")


def _check_free(campaign: Campaign, institutions: Collection[Institution]) -> None:
    there = Task.objects.live().filter(campaign=campaign, institution__in=institutions)
    if names := list(there.values_list("institution__name", flat=True)):
        raise CampaignError(f"本活动中已有检查任务：{named(names)}。")


def _check_caps(campaign: Campaign, given: Added) -> None:
    """No more checks of one matter at one institution in a year than the list of matters allows."""
    for matter in given.line.matters.filter(cap_per_year__isnull=False):
        counted = (
            _of_the_year(campaign)
            .filter(institution__in=given.institutions, line__matters=matter)
            .order_by()
            .values_list("institution__name")
            .annotate(times=Count("pk"))
        )
        if full := [name for name, times in counted if times >= (matter.cap_per_year or 0)]:
            raise CampaignError(f"“{matter.name}”每年最多检查 {matter.cap_per_year} 次，已达上限：{named(full)}。")


def _of_the_year(campaign: Campaign) -> TaskQuerySet:
    tasks = Task.objects.live().filter(campaign__year=campaign.year)
    return tasks.exclude(campaign__kind=CampaignKind.PRACTICE)


def repeats_of(campaign: Campaign, institutions: Collection[Institution]) -> list[Repeat]:
    """By another campaign of the year, the upper levels' first, or kept above when their targets were received."""
    by_id = {each.pk: each for each in institutions}
    others = _of_the_year(campaign).filter(institution__in=by_id).exclude(campaign=campaign)
    found = [
        (
            not _is_above(task.campaign, campaign),
            task.number,
            Repeat(by_id[task.institution_id], _words(task, campaign)),
        )
        for task in others.select_related("campaign__lead_bureau__region", "bureau")
    ]
    kept = campaign.allotted.filter(is_received=False, institution__in=by_id)
    found += [(False, "", Repeat(by_id[each.institution_id], "上级已抽取并由上级检查")) for each in kept]
    return [repeat for *_, repeat in sorted(found, key=lambda each: each[:2])]


def _is_above(other: Campaign, campaign: Campaign) -> bool:
    return len(other.scope) < len(campaign.scope) and campaign.scope.startswith(other.scope)


def _words(task: Task, campaign: Campaign) -> str:
    level = "上级" if _is_above(task.campaign, campaign) else ""
    return f"{level}{task.campaign.title} {task.number}，{task.get_state_display()}"


def _check_officers(given: Added, day: date) -> None:
    officers = list(given.officers)
    if not officers:
        return
    if len(officers) < FEWEST_OFFICERS:
        raise CampaignError("检查组须有两名以上执法检查人员；暂不确定的，可以全部不选，安排检查时再定。")
    for officer in officers:
        if gaps := officer.certificate_gaps(day):
            raise CampaignError(f"{officer.name}{'、'.join(gaps)}，不能参加检查。")
    places = {each.county_id for each in given.institutions}
    bound = Q(institution__in=given.institutions) | Q(county__in=places)
    conflicts = ConflictOfInterest.objects.in_force().filter(bound, inspector__in=officers)
    if names := sorted(
        {conflict.inspector.name for conflict in conflicts.select_related("inspector") if conflict.inspector}
    ):
        raise CampaignError(f"{'、'.join(names)}与检查对象有回避关系，请另选人员。")


def not_covered(campaign: Campaign, line: PlanLine) -> list[Institution]:
    """Institutions of the line that have no task here yet and that its rules do not leave out: for full coverage."""
    lines = list(campaign.lines.order_by("position", "pk"))
    candidates = Population(campaign, lines, timezone.localdate()).candidates()
    found = [each.pk for each in candidates if not each.excluded and each.line.pk == line.pk]
    free = Institution.objects.filter(pk__in=found).exclude(tasks__in=Task.objects.live().filter(campaign=campaign))
    return list(free.order_by("county_id", "name", "pk"))
