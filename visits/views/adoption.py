"""采纳结果: which other inspection's result may stand for this task, asked by one and approved by another."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.rules import can, require
from campaigns.models import Task
from campaigns.states import TASK_STEPS
from visits import adopting
from visits.errors import VisitError
from visits.forms.results import AdoptionForm, DeclineAdoptionForm
from visits.models import Adoption
from visits.views.results import get_task

OPEN = TASK_STEPS["adopt"].sources


@require_GET
def adoption(request: Request, pk: int) -> HttpResponse:
    task = get_task(request, pk)
    return _page(request, task, AdoptionForm(sources=adopting.adoptable(task)))


def _page(
    request: Request, task: Task, form: AdoptionForm, declining: DeclineAdoptionForm | None = None
) -> HttpResponse:
    asked = adopting.adoption_of(task)
    waits = asked is not None and asked.is_waiting
    seen = Task.objects.visible_to(request.user)
    context: dict[str, Any] = {
        "task": task, "form": form, "declining": declining or DeclineAdoptionForm(), "adoption": asked, "is_open": task.state in OPEN,
        "sources": adopting.told_of(adopting.adoptable(task)),
        "sees_source": asked is not None and seen.filter(pk=asked.source_id).exists(),
        "may_ask": task.state in OPEN and can(request.user, "ask", Adoption(task=task)),
        "may_approve": waits and task.state in OPEN and can(request.user, "approve", Adoption(task=task)),
        "is_own": asked is not None and asked.asked_by_id == request.user.pk,
    }  # fmt: skip
    return render(request, "visits/adoption.html", context)


@require_POST
def ask(request: Request, pk: int) -> HttpResponse:
    task = get_task(request, pk)
    require(request.user, "ask", Adoption(task=task))
    sources = adopting.adoptable(task)
    form = AdoptionForm(request.POST, sources=sources)
    if not form.is_valid():
        return _page(request, task, form)
    source = next(each for each in sources if each.pk == form.cleaned_data["source"])
    try:
        adopting.ask_adoption(task, source, reason=form.cleaned_data["reason"], by=request.user)
    except VisitError as refused:
        messages.error(request, str(refused))
        return _page(request, task, form)
    messages.success(request, "已提出采纳，须由另一位负责人批准。")
    return redirect("visits:adoption", pk)


@require_POST
def approve(request: Request, pk: int) -> HttpResponse:
    found = _asked(request, pk)
    try:
        adopting.approve_adoption(found, by=request.user)
    except VisitError as refused:
        messages.error(request, str(refused))
        return redirect("visits:adoption", found.task_id)
    messages.success(request, "已批准采纳，本任务不再另行检查。")
    return redirect("visits:results", found.task_id)


@require_POST
def decline(request: Request, pk: int) -> HttpResponse:
    found = _asked(request, pk)
    task = get_task(request, found.task_id)
    form = DeclineAdoptionForm(request.POST)
    if form.is_valid():
        try:
            adopting.decline_adoption(found, words=form.cleaned_data["words"], by=request.user)
        except VisitError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "不予采纳，本任务照常检查。")
            return redirect("visits:adoption", found.task_id)
    return _page(request, task, AdoptionForm(sources=adopting.adoptable(task)), form)


def _asked(request: Request, pk: int) -> Adoption:
    """One that this user may answer."""
    rows = Adoption.objects.filter(task__in=Task.objects.visible_to(request.user)).select_related("task__bureau")
    found = get_object_or_404(rows, pk=pk)
    require(request.user, "approve", found)
    return found
