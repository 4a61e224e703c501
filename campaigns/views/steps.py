"""The buttons by which one person alone moves a campaign on; what needs two is in campaigns.views.approvals."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.http import Request
from accounts.rules import require
from campaigns import rehearsing, transitions
from campaigns.errors import CampaignError
from campaigns.forms import AnswerForm
from campaigns.models import Campaign, LineAgreement
from campaigns.views.campaigns import get_campaign


@require_POST
def propose(request: Request, pk: int) -> HttpResponse:
    return _step(request, pk, "propose", transitions.propose, "已提请各单位协商。")


@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    return _step(request, pk, "withdraw", transitions.withdraw, "已撤回，可以继续修改计划。")


@require_POST
def dispatch(request: Request, pk: int) -> HttpResponse:
    return _step(request, pk, "dispatch", transitions.dispatch, "任务已派发，县区局和检查人员现在可以看到各自的任务。")


def _step(request: Request, pk: int, action: str, move: Callable[..., Campaign], done: str) -> HttpResponse:
    campaign = get_campaign(request, pk)
    require(request.user, action, campaign)
    try:
        move(campaign, by=request.user)
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(campaign)


@require_POST
def rehearse(request: Request, pk: int) -> HttpResponse:
    """The same plan once more, as a practice."""
    campaign = get_campaign(request, pk)
    require(request.user, "rehearse", campaign)
    practice = rehearsing.rehearse_campaign(campaign, by=request.user)
    messages.success(request, "已建立演练。演练与正式抽取步骤完全相同，但不派发、不通知、不公开、不统计。")
    return redirect(practice)


@require_POST
def answer(request: Request, pk: int) -> HttpResponse:
    """A partner bureau agrees or objects to one plan line."""
    campaigns = Campaign.objects.visible_to(request.user)
    agreements = LineAgreement.objects.filter(line__campaign__in=campaigns).select_related("line__campaign")
    agreement = get_object_or_404(agreements, pk=pk)
    require(request.user, "answer", agreement)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请选择同意或有异议。")
        return redirect(agreement.line.campaign)
    try:
        transitions.answer(
            agreement, agrees=form.cleaned_data["agrees"], words=form.cleaned_data["words"], by=request.user
        )
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已回复条目“{agreement.line.title}”。")
    return redirect(agreement.line.campaign)
