"""The conflict round: members declare or ask for recusal, and the lead decides."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.http import Request
from accounts.rules import can, require
from campaigns import declaring
from campaigns.errors import CampaignError
from campaigns.forms import DeclareForm, RejectRecusalForm
from campaigns.models import Declaration, Task
from campaigns.views.campaigns import get_campaign
from campaigns.views.substitutions import get_member


@require_POST
def declare(request: Request, pk: int) -> HttpResponse:
    """By the member, or by the own bureau or the lead for the member."""
    member = get_member(request, pk)
    require(request.user, "declare", member)
    form = DeclareForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请选择“无利害关系”或“申请回避”；说明不超过 500 字。")
        return redirect(member.task)
    given = form.cleaned_data
    done = (
        "已登记回避申请，由牵头单位决定。" if given["declaration"] == Declaration.RECUSAL else "已登记无利害关系声明。"
    )
    return _settle(
        request,
        member.task,
        lambda: declaring.declare(member, given["declaration"], words=given["words"], by=request.user),
        done,
    )


@require_POST
def accept_recusal(request: Request, pk: int) -> HttpResponse:
    """Goes on to the proposal of the substitution."""
    member = get_member(request, pk)
    require(request.user, "decide", member)
    try:
        declaring.accept_recusal(member, by=request.user)
    except CampaignError as refused:
        messages.error(request, str(refused))
        return redirect(member.task)
    if not can(request.user, "replace", member):
        messages.success(request, "已准予回避。")
        return redirect(member.task)
    messages.success(request, "已准予回避，请提请替换。")
    return redirect("campaigns:substitute_member", member.pk)


@require_POST
def reject_recusal(request: Request, pk: int) -> HttpResponse:
    member = get_member(request, pk)
    require(request.user, "decide", member)
    form = RejectRecusalForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明不予回避的理由（不超过 500 字）。")
        return redirect(member.task)
    words = form.cleaned_data["words"]
    return _settle(
        request, member.task, lambda: declaring.reject_recusal(member, words=words, by=request.user), "已答复。"
    )


@require_POST
def declare_team(request: Request, pk: int) -> HttpResponse:
    """All members of one team have declared in writing."""
    task = get_object_or_404(Task.objects.visible_to(request.user).for_lists(), pk=pk)
    require(request.user, "declare_team", task)
    done = "已登记检查组全体成员的无利害关系声明。"
    return _settle(request, task, lambda: declaring.declare_team([task], by=request.user), done)


@require_POST
def declare_campaign(request: Request, pk: int) -> HttpResponse:
    """The members of all teams of the campaign have declared in writing."""
    campaign = get_campaign(request, pk)
    require(request.user, "declare_teams", campaign)
    try:
        count = declaring.declare_team(campaign.tasks.live(), by=request.user)
    except CampaignError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"已登记 {count} 人次的无利害关系声明。" if count else "没有尚未声明的检查组成员。")
    return redirect("campaigns:campaign_tasks", pk)


def _settle(request: Request, task: Task, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except CampaignError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect(task)
