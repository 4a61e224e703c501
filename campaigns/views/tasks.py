from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.lists import arrange
from accounts.models import Role
from accounts.models.users import LEADS
from accounts.rules import can, require
from campaigns import notices
from campaigns.errors import CampaignError
from campaigns.filters import TaskFilter
from campaigns.models import Task
from campaigns.models.tasks import TaskQuerySet
from campaigns.tables import TaskTable
from campaigns.views.campaigns import get_campaign, tabs


@require_GET
def task_list(request: Request) -> HttpResponse:
    """All tasks this user has to do with, over all campaigns; where county officers begin."""
    return _list(request, Task.objects.visible_to(request.user), "campaigns/tasks.html", {})


@require_GET
def campaign_tasks(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    context = {"campaign": campaign, "tabs": tabs(request, campaign, "tasks")}
    tasks = Task.objects.visible_to(request.user).filter(campaign=campaign)
    return _list(request, tasks, "campaigns/campaign_tasks.html", context)


def _list(request: Request, tasks: TaskQuerySet, template: str, context: dict[str, object]) -> HttpResponse:
    found = TaskFilter(request.GET, tasks.for_lists(), request=request)
    table = arrange(TaskTable(found.qs), request)
    may_notify_any = request.user.has_role(*LEADS, Role.COUNTY_OFFICER)
    page = f"{template}#rows" if request.htmx else template
    return render(request, page, context | {"filter": found, "table": table, "may_notify_any": may_notify_any})


@require_GET
def task(request: Request, pk: int) -> HttpResponse:
    found = get_task(request, pk)
    sees_team = can(request.user, "see_team", found)
    context = {
        "task": found,
        "members": found.members.select_related("inspector__bureau", "expert") if sees_team else [],
        "matters": found.line.matters.select_related("department").prefetch_related("legal_bases"),
        "certificates": found.institution.certificates.prefetch_related("domains"),
        "may_notify": can(request.user, "notify", found),
    }
    return render(request, "campaigns/task.html", context)


def get_task(request: Request, pk: int) -> Task:
    return get_object_or_404(Task.objects.visible_to(request.user).for_lists(), pk=pk)


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
