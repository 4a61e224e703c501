"""The conflict round 回避声明: every member of a team declares before the institution is notified.

A recusal is decided by the lead bureau; an accepted one is followed by a substitution (campaigns.substituting).
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.models import User
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Campaign, Declaration, RecusalDecision, Task, TeamMember
from campaigns.models.tasks import BEFORE_VISIT
from inspectors.models import ConflictOfInterest


@transaction.atomic
def declare(member: TeamMember, declaration: Declaration, *, words: str = "", by: User) -> TeamMember:
    """Enter what the member declares; `by` is the member or who enters it for them."""
    member = _locked(member)
    if member.is_open_recusal:
        raise WrongState(f"{member.person}已申请回避，请等牵头单位决定。")
    if declaration == Declaration.RECUSAL and not words.strip():
        raise CampaignError("申请回避须说明与被检查机构的关系或其他理由。")
    if declaration == Declaration.NONE:
        _check_without_conflict(member)
    with audit.recorded("campaigns.declare", member, by=by, facts={"task": member.task.number}):
        member.declaration, member.declaration_words = declaration, words.strip()
        member.declared_by, member.declared_at = by, timezone.now()
        member.decision, member.decision_words, member.decided_by, member.decided_at = "", "", None, None
        member.save()
    return member


def _check_without_conflict(member: TeamMember) -> None:
    """Nobody declares against what the pool records, nor takes a recusal back without a word of the lead."""
    if member.declaration == Declaration.RECUSAL:
        raise WrongState(f"{member.person}申请过回避，牵头单位已答复，不必再声明。")
    if conflict := conflicts_of([member]).get(member.pk):
        raise _contradicts(member, conflict)


def _contradicts(member: TeamMember, conflict: ConflictOfInterest) -> CampaignError:
    name, kind = member.task.institution.name, conflict.get_kind_display()
    return CampaignError(f"名录库登记{member.person}与{name}有“{kind}”，不能声明无利害关系，请申请回避。")


@transaction.atomic
def declare_team(tasks: Iterable[Task], *, by: User) -> int:
    """Enter that all members who have not declared yet have done so in writing: no conflict. Returns how many.

    All or none; who has asked for recusal stays as they are.
    """
    silent = _silent(tasks)
    conflicts = conflicts_of(silent)
    for member in silent:
        if conflict := conflicts.get(member.pk):
            raise _contradicts(member, conflict)
    now = timezone.now()
    for task, members in groupby(silent, key=lambda member: member.task):
        changes = [_enter_none(member, by=by, at=now) for member in members]
        facts = {"task": task.number, "members": len(changes)}
        audit.record("campaigns.declare_team", task, by=by, facts=facts, changes=changes)
    TeamMember.objects.bulk_update(silent, ["declaration", "declared_by", "declared_at"], batch_size=200)
    return len(silent)


def _silent(tasks: Iterable[Task]) -> list[TeamMember]:
    """The members of released tasks who have not declared, locked, by task."""
    rows = TeamMember.objects.filter(task__in=list(tasks), task__state__in=BEFORE_VISIT, declaration="")
    rows = rows.order_by("task_id", "position").select_for_update(of=("self",), no_key=True)
    return list(rows.select_related("task__institution", "inspector", "expert"))


def _enter_none(member: TeamMember, *, by: User, at: datetime) -> audit.Change:
    before = audit.snapshot(member)
    member.declaration, member.declared_by, member.declared_at = Declaration.NONE, by, at
    return audit.compare(member, before, audit.snapshot(member))


@transaction.atomic
def accept_recusal(member: TeamMember, *, by: User) -> TeamMember:
    """The person leaves the team by a substitution, which is proposed next."""
    return _decide(member, RecusalDecision.ACCEPTED, words="", by=by)


@transaction.atomic
def reject_recusal(member: TeamMember, *, words: str, by: User) -> TeamMember:
    """The declaration stays and is answered; the person inspects."""
    if not words.strip():
        raise CampaignError("不予回避须写明理由。")
    return _decide(member, RecusalDecision.REJECTED, words=words, by=by)


def _decide(member: TeamMember, decision: RecusalDecision, *, words: str, by: User) -> TeamMember:
    member = _locked(member)
    if not member.is_open_recusal:
        raise WrongState("没有待决定的回避申请。")
    if member.inspector and member.inspector.user_id == by.pk:
        raise CampaignError("本人的回避申请须由另一人决定。")
    with audit.recorded("campaigns.decide_recusal", member, by=by, facts={"task": member.task.number}):
        member.decision, member.decision_words = decision, words.strip()
        member.decided_by, member.decided_at = by, timezone.now()
        member.save()
    return member


def _locked(member: TeamMember) -> TeamMember:
    """The row as it is now, of a task that is handed out and stands; WrongState otherwise."""
    rows = TeamMember.objects.select_for_update(of=("self",), no_key=True).select_related(
        "task__institution", "inspector", "expert"
    )
    found = rows.filter(pk=member.pk).first()
    if found is None:
        raise WrongState("该人员已不在检查组中。")
    if found.task.state not in BEFORE_VISIT:
        raise WrongState(f"任务{found.task.get_state_display()}，不能作回避声明。")
    return found


def count_undeclared(campaign: Campaign) -> int:
    """Places of teams that are handed out and whose holders have not declared."""
    return TeamMember.objects.filter(task__campaign=campaign, task__state__in=BEFORE_VISIT, declaration="").count()


def check_all_declared(task: Task) -> None:
    """Raises CampaignError naming who has not declared and whose recusal is open."""
    members = list(task.members.select_related("inspector", "expert"))
    silent = "、".join(str(member) for member in members if not member.declaration)
    leaving = "、".join(str(member) for member in members if member.is_open_recusal)
    words = [f"{silent}尚未作回避声明"] if silent else []
    words += [f"{leaving}申请回避，还没有办结"] if leaving else []
    if words:
        raise CampaignError(f"任务 {task.number} 还不能通知：{'；'.join(words)}。")


def conflicts_of(members: Iterable[TeamMember]) -> dict[int, ConflictOfInterest]:
    """By member: a conflict that the pool records today with the task's institution or its county.

    Needs task__institution. The draw left out whom the pool named at the freeze, so these came to light since.
    """
    members = list(members)
    people = Q(inspector__in={member.inspector_id for member in members if member.inspector_id})
    people |= Q(expert__in={member.expert_id for member in members if member.expert_id})
    found = list(ConflictOfInterest.objects.in_force().filter(people)) if members else []
    return {
        member.pk: conflict
        for member in members
        for conflict in found
        if (conflict.inspector_id, conflict.expert_id) == (member.inspector_id, member.expert_id)
        and (
            conflict.institution_id == member.task.institution_id
            or (conflict.county_id and conflict.county_id == member.task.institution.county_id)
        )
    }
