from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.awaiting import awaited_of
from accounts.http import Request
from accounts.links import links_of
from accounts.lists import arrange
from accounts.models import Role
from accounts.models.users import LEADS
from accounts.rules import can, require
from campaigns import declaring, notices, openings, queries
from campaigns.errors import CampaignError
from campaigns.filters import CampaignTaskFilter, TaskFilter
from campaigns.models import InspectionMatter, LegalBasis, Task, TeamMember
from campaigns.states import TaskState
from campaigns.tables import TaskTable
from campaigns.views.campaigns import get_campaign, tabs
from inspectors.models import ConflictOfInterest

INSPECTED = (TaskState.CONCLUDED, TaskState.CLOSED, TaskState.ADOPTED)


@require_GET
def task_list(request: Request) -> HttpResponse:
    """All tasks this user has to do with, over all campaigns; where county officers begin."""
    tasks = Task.objects.visible_to(request.user).for_rows()
    return _list(request, TaskFilter(request.GET, tasks, request=request), "campaigns/tasks.html", {})


@require_GET
def campaign_tasks(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    context: dict[str, object] = {"campaign": campaign, "tabs": tabs(request, campaign, "tasks")}
    context["may_add"] = can(request.user, "add_tasks", campaign)
    if can(request.user, "declare_teams", campaign):
        context["undeclared"] = declaring.count_undeclared(campaign)
    tasks = Task.objects.visible_to(request.user).filter(campaign=campaign).for_rows()
    found = CampaignTaskFilter(request.GET, tasks, request=request, campaign=campaign)
    return _list(request, found, "campaigns/campaign_tasks.html", context)


def _list(request: Request, found: TaskFilter, template: str, context: dict[str, object]) -> HttpResponse:
    table = arrange(TaskTable(found.qs), request)
    may_notify_any = request.user.has_role(*LEADS, Role.COUNTY_OFFICER)
    page = f"{template}#rows" if request.htmx else template
    return render(request, page, context | {"filter": found, "table": table, "may_notify_any": may_notify_any})


@require_GET
def task(request: Request, pk: int) -> HttpResponse:
    found = get_task(request, pk)
    openings.opened(found, request.user)
    seats = _seats(request, found) if can(request.user, "see_team", found) else []
    context = {
        "task": found,
        "ended": _ended(found),
        "is_inspected": found.state in INSPECTED,
        "awaited": awaited_of(request.user, found),
        "seats": seats,
        "own_seat": next((seat for seat in seats if seat.is_own), None),
        "matters": _matters(found),
        "certificates": found.institution.certificates.prefetch_related("domains"),
        "may": {name: can(request.user, name, found) for name in ("notify", "replace", "declare_team", "see_history")},
        "is_regulator": request.user.is_regulator,
        "links": links_of(request.user, found),
    }
    return render(request, "campaigns/task.html", context | _history(request, found, seats))


def _matters(found: Task) -> QuerySet[InspectionMatter]:
    """With the articles in force when the notice was issued, as they stand in it; before that, today."""
    notice = getattr(found, "notice", None)
    day = timezone.localdate(notice.issued_at) if notice else timezone.localdate()
    bases = LegalBasis.objects.valid_on(day).order_by("title", "pk")
    return found.line.matters.select_related("department").prefetch_related(Prefetch("legal_bases", bases))


def _ended(found: Task) -> str:
    """Why the task goes on no more; empty while it stands."""
    if found.state == TaskState.CANCELLED:
        return "抽取已作废，本任务已撤销；以下为当时的记录。"
    if found.state != TaskState.REPLACED:
        return ""
    if found.draw is None:
        return "该机构已按替换规则进入抽取名单，另立任务；本任务不再进行，以下为当时的记录。"
    return "本任务已按规则替换，不再进行；以下为当时的记录。"


@dataclass(frozen=True, slots=True)
class Seat:
    """A member of the team as this user sees it. `sees_words`: the reasons of a recusal are not for everybody."""

    member: TeamMember
    is_own: bool
    sees_words: bool
    conflict: ConflictOfInterest | None
    may: dict[str, bool]


def _seats(request: Request, found: Task) -> list[Seat]:
    members = list(found.members.select_related("inspector__bureau", "expert", "declared_by", "decided_by"))
    for member in members:
        member.task = found
    if not request.user.is_regulator:
        return [Seat(member, is_own=False, sees_words=False, conflict=None, may={}) for member in members]
    conflicts = declaring.conflicts_of(members)
    sees_all = can(request.user, "see_history", found)
    return [_seat(request, member, conflicts.get(member.pk), sees_all=sees_all) for member in members]


def _seat(request: Request, member: TeamMember, conflict: ConflictOfInterest | None, *, sees_all: bool) -> Seat:
    may = {name: can(request.user, name, member) for name in ("declare", "decide", "replace")}
    is_own = member.inspector is not None and member.inspector.user_id == request.user.pk
    sees_words = sees_all or is_own or may["replace"]
    return Seat(member, is_own, sees_words, conflict if sees_words else None, may)


def _history(request: Request, found: Task, seats: list[Seat]) -> dict[str, Any]:
    """What was replaced here and what is proposed, for the lead and those who watch."""
    if found.draw is None or not can(request.user, "see_history", found):
        return {}
    return {
        "changes": queries.substitutions_of_task(found),
        "former": found.former_members.select_related("substitution", "inspector__bureau", "expert"),
        "proposals": queries.proposals_for_task(found, [seat.member for seat in seats]),
    }


def get_task(request: Request, pk: int) -> Task:
    return get_object_or_404(Task.objects.visible_to(request.user).for_lists().select_related("draw"), pk=pk)


@require_POST
def notify(request: Request, pk: int) -> HttpResponse:
    """Issue one institution's inspection notice."""
    found = get_task(request, pk)
    require(request.user, "notify", found)
    try:
        notice = notices.issue_notice(found, by=request.user)
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"检查通知书 {notice.number} 已签发，被检查机构现在可以看到。")
    return redirect(found)


@require_POST
def notify_many(request: Request) -> HttpResponse:
    """Issue the notices of the chosen tasks, all or none."""
    chosen = [int(pk) for pk in request.POST.getlist("chosen") if pk.isascii() and pk.isdigit()]
    tasks = list(Task.objects.visible_to(request.user).filter(pk__in=chosen).select_related("bureau"))
    for found in tasks:
        require(request.user, "notify", found)
    try:
        issued = notices.issue_notices(tasks, by=request.user)
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已签发 {len(issued)} 份检查通知书。")
    return redirect("campaigns:tasks")
