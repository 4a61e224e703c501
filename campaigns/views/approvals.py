"""What two people decide: freezing, drawing, voiding, supplementary draws. One proposes, another confirms."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.rules import can, require
from campaigns import approvals, planning, queries, remarks, voiding
from campaigns.errors import CampaignError
from campaigns.forms import AnswerObjectionForm, ConfirmForm, DeclineForm, RemarkForm, SupplementForm, VoidForm
from campaigns.models import Act, Approval, Campaign, Draw, Remark
from campaigns.views.campaigns import get_campaign, tabs

PROPOSED = "已提请审批，由本单位另一位负责人审批同意后办理。"


@require_GET
def confirm_freeze(request: Request, pk: int) -> HttpResponse:
    """Says what will be frozen and that it cannot be undone."""
    campaign = get_campaign(request, pk)
    require(request.user, "freeze", campaign)
    context = {
        "campaign": campaign,
        "preview": planning.preview_plan(campaign),
        "tabs": tabs(request, campaign, "draw"),
    }
    return render(request, "campaigns/confirm_freeze.html", context)


@require_POST
def propose_freeze(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    require(request.user, "freeze", campaign)
    return propose_it(request, campaign, Act.FREEZE)


@require_POST
def propose_draw(request: Request, pk: int) -> HttpResponse:
    draw = get_draw(request, pk)
    require(request.user, "draw", draw)
    return propose_it(request, draw.campaign, Act.DRAW, draw=draw)


@require_http_methods(["GET", "POST"])
def propose_void(request: Request, pk: int) -> HttpResponse:
    """Voiding a draw; with ?objection= the objection that is thereby accepted."""
    draw = get_draw(request, pk)
    require(request.user, "void", draw)
    remark = draw.remarks.filter(pk=_number(request.GET.get("objection")), outcome=Remark.Outcome.OPEN).first()
    form = VoidForm(request.POST or None, initial={"reason": f"采纳异议：{remark.words}"} if remark else {})
    if request.method == "POST" and form.is_valid():
        parameters = {"remark": remark.pk} if remark else {}
        reason = form.cleaned_data["reason"]
        return propose_it(request, draw.campaign, Act.VOID, draw=draw, parameters=parameters, reason=reason)
    context = {"form": form, "draw": draw, "campaign": draw.campaign, "remark": remark, "problem": _problem(draw)}
    return render(request, "campaigns/void.html", context | {"tabs": tabs(request, draw.campaign, "draw")})


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _problem(draw: Draw) -> str:
    try:
        voiding.check_voidable(draw)
    except CampaignError as error:
        return str(error)
    return ""


@require_http_methods(["GET", "POST"])
def supplement(request: Request, pk: int) -> HttpResponse:
    """补充抽取: how many more institutions of which lines."""
    campaign = get_campaign(request, pk)
    require(request.user, "supplement", campaign)
    form = SupplementForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        lines = {"lines": form.counts()}
        return propose_it(request, campaign, Act.SUPPLEMENT, parameters=lines, reason=form.cleaned_data["reason"])
    context = {"form": form, "campaign": campaign, "tabs": tabs(request, campaign, "draw")}
    return render(request, "campaigns/supplement.html", context)


def propose_it(request: Request, campaign: Campaign, act: Act, **more: object) -> HttpResponse:
    try:
        approval = approvals.propose_act(campaign, act, by=request.user, **more)  # type: ignore[arg-type]
    except CampaignError as error:
        messages.error(request, str(error))
        return redirect(campaign)
    messages.success(request, PROPOSED)
    return redirect(approval)


@require_GET
def approval(request: Request, pk: int) -> HttpResponse:
    """What is to be decided, by whom it was proposed, and, for the second person, the question for the password."""
    return _page(request, get_approval(request, pk), ConfirmForm(), DeclineForm(prefix="decline"))


def _page(request: Request, found: Approval, confirm: ConfirmForm, decline: DeclineForm) -> HttpResponse:
    context = {
        "approval": found,
        "campaign": found.campaign,
        "draw": found.draw,
        "told": _told(found),
        "may_decide": can(request.user, "decide", found),
        "may_withdraw": can(request.user, "withdraw", found),
        "confirm_form": confirm,
        "decline_form": decline,
        "tabs": tabs(request, found.campaign, "draw"),
    }
    return render(request, "campaigns/approval.html", context)


def _told(found: Approval) -> Any:
    """What exactly the act would do or did: the preview of a freeze, the lines of a supplement, the contributions that
    a draw is computed from, the number of tasks that voiding ends."""
    match found.act:
        case Act.FREEZE | Act.LIST if found.state == found.State.WAITING:
            return planning.preview_plan(found.campaign)
        case Act.SUPPLEMENT:
            titles = dict(found.campaign.lines.values_list("code", "title"))
            return [(titles.get(code, code), count) for code, count in found.parameters["lines"].items()]
        case Act.DRAW if found.draw:
            return found.draw.contributions.select_related("bureau")
        case Act.VOID if found.draw:
            return found.draw.tasks.live().count()
        case Act.SUBSTITUTE:
            return queries.asked_substitution(found)
    return None


def get_approval(request: Request, pk: int) -> Approval:
    approvals = Approval.objects.visible_to(request.user)
    related = "campaign__lead_bureau__region", "draw", "proposed_by", "decided_by"
    return get_object_or_404(approvals.select_related(*related), pk=pk)


@require_POST
def confirm(request: Request, pk: int) -> HttpResponse:
    found = get_approval(request, pk)
    if found.state == found.State.WAITING:
        require(request.user, "decide", found)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, DeclineForm(prefix="decline"))
    try:
        approvals.confirm(found, by=request.user, **form.cleaned_data)
    except CampaignError as error:
        messages.error(request, str(error))
        return redirect(found)
    messages.success(request, f"已同意“{found.get_act_display()}”。")
    is_of_plan = found.act in {Act.FREEZE, Act.LIST}
    return redirect("campaigns:detail" if is_of_plan else "campaigns:draw", found.campaign_id)


@require_POST
def decline(request: Request, pk: int) -> HttpResponse:
    found = get_approval(request, pk)
    require(request.user, "decide", found)
    form = DeclineForm(request.POST, prefix="decline")
    if not form.is_valid():
        return _page(request, found, ConfirmForm(), form)
    return _settle(request, found, lambda: approvals.decline(found, by=request.user, **form.cleaned_data), "已退回。")


@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    found = get_approval(request, pk)
    require(request.user, "withdraw", found)
    return _settle(request, found, lambda: approvals.withdraw(found, by=request.user), "已撤回。")


def _settle(request: Request, found: Approval, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(found)


@require_POST
def remark(request: Request, pk: int) -> HttpResponse:
    """A comment or an objection from the supervisor's seat, or a comment of the lead."""
    draw = get_draw(request, pk)
    require(request.user, "remark", draw)
    form = RemarkForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请选择类别并写明内容（不超过 1000 字）。")
    else:
        try:
            remarks.add_remark(draw, by=request.user, **form.cleaned_data)
        except CampaignError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "已记录，将列入抽取记录。")
    return redirect(draw)


@require_POST
def reject_objection(request: Request, pk: int) -> HttpResponse:
    draws = Draw.objects.visible_to(request.user)
    found = get_object_or_404(Remark.objects.filter(draw__in=draws).select_related("draw__campaign"), pk=pk)
    require(request.user, "answer", found.draw)
    form = AnswerObjectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明不予采纳的理由。")
    else:
        try:
            remarks.reject_objection(found, words=form.cleaned_data["words"], by=request.user)
        except CampaignError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "已答复。")
    return redirect(found.draw)


def get_draw(request: Request, pk: int) -> Draw:
    draws = Draw.objects.visible_to(request.user)
    return get_object_or_404(draws.select_related("campaign__lead_bureau__region", "frozen_by", "drawn_by"), pk=pk)
