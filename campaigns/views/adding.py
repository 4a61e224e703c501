"""Adding key, full-coverage and extended checks to a campaign."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.http import Request
from accounts.rules import require
from campaigns.adding import add_tasks
from campaigns.errors import CampaignError
from campaigns.forms.adding import AddTasksForm
from campaigns.models import Campaign
from campaigns.views.campaigns import get_campaign, tabs


@require_http_methods(["GET", "POST"])
def add(request: Request, pk: int) -> HttpResponse:
    """The button `find` only looks for institutions: what was typed and ticked stays."""
    campaign = get_campaign(request, pk)
    require(request.user, "add_tasks", campaign)
    if request.method == "GET" or "find" in request.POST:
        return _page(request, campaign, AddTasksForm(campaign=campaign, user=request.user, initial=_typed(request)))
    form = AddTasksForm(request.POST, campaign=campaign, user=request.user)
    if form.is_valid():
        try:
            tasks = add_tasks(campaign, form.added, by=request.user)
        except CampaignError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"已增列 {len(tasks)} 项检查任务并派发，方式为{tasks[0].get_mode_display()}。")
            return redirect(f"{reverse('campaigns:campaign_tasks', args=[pk])}?mode={tasks[0].mode}")
    return _page(request, campaign, form)


def _typed(request: Request) -> dict[str, Any]:
    typed: dict[str, Any] = request.POST.dict()
    return typed | {name: request.POST.getlist(name) for name in ("institutions", "officers") if name in request.POST}


def _page(request: Request, campaign: Campaign, form: AddTasksForm) -> HttpResponse:
    context = {"campaign": campaign, "form": form, "tabs": tabs(request, campaign, "tasks")}
    return render(request, "campaigns/task_add.html", context)
