"""Proposing that an institution or a person is replaced; a second person decides on the approval's page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.rules import can, require
from campaigns import substituting
from campaigns.errors import CampaignError
from campaigns.forms import SubstituteForm
from campaigns.models import INSTITUTION_CAUSES, PERSON_CAUSES, Approval, Cause, Task, TeamMember
from campaigns.views.approvals import PROPOSED, get_approval
from campaigns.views.campaigns import tabs

Propose = Callable[[dict[str, Any]], Approval]


@require_http_methods(["GET", "POST"])
def substitute(request: Request, pk: int) -> HttpResponse:
    """Another institution in the place of the task's."""
    tasks = Task.objects.visible_to(request.user).for_lists().select_related("draw")
    task = get_object_or_404(tasks, pk=pk)
    require(request.user, "replace", task)
    form = SubstituteForm(request.POST or None, request.FILES or None, causes=INSTITUTION_CAUSES, needs_evidence=True)
    context = {"task": task, "campaign": task.campaign, "problem": _problem(task)}

    def propose(given: dict[str, Any]) -> Approval:
        return substituting.propose_institution(task, by=request.user, **given)

    return _answer(request, form, propose, "campaigns/substitute.html", context, home=task.get_absolute_url())


@require_http_methods(["GET", "POST"])
def substitute_member(request: Request, pk: int) -> HttpResponse:
    """Somebody else in the place of one member of one team; prefilled where a recusal was accepted."""
    member = get_member(request, pk)
    require(request.user, "replace", member)
    initial = {"cause": Cause.CONFLICT, "reason": member.declaration_words} if member.is_open_recusal else {}
    form = SubstituteForm(request.POST or None, request.FILES or None, causes=PERSON_CAUSES, initial=initial)
    task = member.task
    context = {"task": task, "member": member, "campaign": task.campaign, "problem": _problem(task)}

    def propose(given: dict[str, Any]) -> Approval:
        return substituting.propose_member(member, by=request.user, **given)

    return _answer(request, form, propose, "campaigns/substitute.html", context, home=task.get_absolute_url())


def _problem(task: Task) -> str:
    """Why nothing can be replaced; empty when it can."""
    try:
        substituting.draw_of(task)
    except CampaignError as refused:
        return str(refused)
    return ""


@require_http_methods(["GET", "POST"])
def withdraw_member(request: Request, pk: int) -> HttpResponse:
    """The person who holds this place leaves all teams of its draw."""
    member = get_member(request, pk)
    require(request.user, "withdraw", member)
    draw, person = substituting.draw_of(member.task), member.person
    form = SubstituteForm(request.POST or None, request.FILES or None, causes=PERSON_CAUSES)
    places = TeamMember.objects.filter(task__in=draw.tasks.live(), inspector=member.inspector, expert=member.expert)
    context = {
        "draw": draw,
        "campaign": draw.campaign,
        "member": member,
        "places": places.select_related("task__institution__county"),
        "tabs": tabs(request, draw.campaign, "people"),
    }

    def propose(given: dict[str, Any]) -> Approval:
        return substituting.propose_withdrawal(draw, person, by=request.user, **given)

    return _answer(request, form, propose, "campaigns/withdraw.html", context)


def _answer(
    request: Request, form: SubstituteForm, propose: Propose, template: str, context: dict[str, Any], *, home: str = ""
) -> HttpResponse:
    """The form, or after a good one the approval; who may not see approvals goes `home`."""
    if request.method == "POST" and form.is_valid():
        try:
            approval = propose(form.cleaned_data)
        except CampaignError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, PROPOSED)
            return redirect(approval if can(request.user, "oversee", approval.campaign) else home)
    return render(request, template, context | {"form": form})


@require_GET
def evidence(request: Request, pk: int) -> FileResponse:
    """The file that supports a proposal, as it was uploaded; always to be saved, never shown in the site."""
    approval = get_approval(request, pk)
    if not approval.evidence or not approval.evidence.storage.exists(str(approval.evidence.name)):
        raise Http404
    answer = FileResponse(approval.evidence.open("rb"), as_attachment=True, filename=approval.evidence_name)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def get_member(request: Request, pk: int) -> TeamMember:
    return get_object_or_404(TeamMember.objects.visible_to(request.user).for_acts(), pk=pk)
