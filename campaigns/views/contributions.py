"""One source's part in the randomness, from its own page: commit, enter what is public, reveal, refuse to reveal."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.http import Request
from accounts.rules import require
from campaigns import contributing
from campaigns.errors import CampaignError
from campaigns.forms import CommitForm, PublicValueForm, RevealForm
from campaigns.models import Contribution, Draw


@require_POST
def commit(request: Request, pk: int) -> HttpResponse:
    return _give(
        request, pk, "commit", CommitForm, contributing.commit_value, "承诺已公布，数值仍只有您知道。请保管好承诺单。"
    )


@require_POST
def enter(request: Request, pk: int) -> HttpResponse:
    return _give(request, pk, "enter", PublicValueForm, contributing.enter_public_value, "公开数值已录入，不能再更改。")


@require_POST
def reveal(request: Request, pk: int) -> HttpResponse:
    return _give(request, pk, "reveal", RevealForm, contributing.reveal_value, "已揭示，与承诺摘要一致。")


@require_POST
def refuse(request: Request, pk: int) -> HttpResponse:
    words = "已登记拒绝揭示，本次抽取作废，来源名称列入公开记录。"
    return _give(request, pk, "refuse", forms.Form, contributing.refuse_to_reveal, words)


def _give(
    request: Request, pk: int, action: str, form_class: type[forms.Form], act: Callable[..., object], done: str
) -> HttpResponse:
    contribution = get_contribution(request, pk)
    require(request.user, action, contribution)
    form = form_class(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    else:
        try:
            act(contribution, by=request.user, **form.cleaned_data)
        except CampaignError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{contribution}：{done}")
    return redirect("campaigns:draw", contribution.draw.campaign_id)


def get_contribution(request: Request, pk: int) -> Contribution:
    draws = Draw.objects.visible_to(request.user)
    rows = Contribution.objects.filter(draw__in=draws).select_related("draw__campaign__lead_bureau", "bureau")
    return get_object_or_404(rows, pk=pk)
