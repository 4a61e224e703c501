"""处理与整改 of one task, and the bureau's measures: proposed, decided, carried out or dropped."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.awaiting import awaited_of
from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import can, require
from campaigns.models import Task
from campaigns.states import TaskState
from visits import measures as services
from visits.codes import MeasureKind
from visits.errors import VisitError, WrongState
from visits.following_lists import (
    MeasureFilter,
    MeasureTable,
    asked_of,
    measure_stats,
    measure_tag,
    measures_for_lists,
    rectification_tag,
    tabs,
)
from visits.forms.following import CarryOutForm, DecideForm, DropForm, ProposeForm
from visits.models import Finding, Measure, Rectification
from visits.states import FindingState, MeasureState

FOLLOWED = (TaskState.CONCLUDED, TaskState.CLOSED)
FINDING_TONES = {
    FindingState.OPEN: "waiting",
    FindingState.RECTIFYING: "current",
    FindingState.CLOSED: "done",
    FindingState.WITHDRAWN: "plain",
}


@dataclass(frozen=True, slots=True)
class MeasureRow:
    measure: Measure
    tag: Any
    waiting: str
    """Whose decision it waits for, in words."""


@dataclass(frozen=True, slots=True)
class FindingRow:
    finding: Finding
    tone: str
    measures: list[MeasureRow] = field(default_factory=list)
    rectifications: list[Rectification] = field(default_factory=list)


def get_task(request: Request, pk: int) -> Task:
    found = Task.objects.visible_to(request.user).select_related("institution__county", "campaign", "bureau")
    return get_object_or_404(found, pk=pk)


def may_follow(request: Request, task: Task) -> dict[str, bool]:
    """What the person may begin on this task now."""
    is_ready = task.state in FOLLOWED
    user = request.user
    return {
        "propose": is_ready and can(user, "propose", Measure(task=task)),
        "order": is_ready and can(user, "order", Rectification(task=task, bureau=user.bureau)),
    }


def show_refusal(request: Request, form: forms.Form, refused: VisitError) -> None:
    """At the form; where the thing is in another state by now, which may have no such form, above the page."""
    if isinstance(refused, WrongState):
        messages.error(request, str(refused))
    else:
        form.add_error(None, str(refused))


@require_GET
def task_measures(request: Request, pk: int) -> HttpResponse:
    """Findings, what follows from each, and what waits for what."""
    task = get_task(request, pk)
    rows = measure_rows(Measure.objects.visible_to(request.user).filter(task=task))
    orders = list(
        Rectification.objects.visible_to(request.user).filter(task=task).select_related("bureau").order_by("pk")
    )
    findings = finding_rows(request, task, rows, orders)
    context = {
        "task": task, "findings": findings, "measures": rows, "may": may_follow(request, task),
        "orders": [(order, rectification_tag(order)) for order in orders],
        "is_early": task.state not in FOLLOWED, "awaited": awaited_of(request.user, task),
    }  # fmt: skip
    return render(request, "visits/task_measures.html", context)


def measure_rows(found: QuerySet[Measure]) -> list[MeasureRow]:
    rows = list(found.select_related("bureau", "task__institution").prefetch_related("findings").order_by("pk"))
    waiting = services.waiting_of(rows)
    return [MeasureRow(each, measure_tag(each), services.waiting_words(waiting.get(each.pk, []))) for each in rows]


def finding_rows(
    request: Request, task: Task, measures: list[MeasureRow], orders: list[Rectification]
) -> list[FindingRow]:
    """Withdrawn ones stay in view, at the end."""
    found = Finding.objects.visible_to(request.user).filter(result__task=task)
    ordered: dict[int, list[Rectification]] = {}
    by_pk = {order.pk: order for order in orders}
    for link in Rectification.findings.through.objects.filter(rectification__in=by_pk):
        ordered.setdefault(link.finding_id, []).append(by_pk[link.rectification_id])
    rows = [
        FindingRow(
            each, FINDING_TONES[FindingState(each.state)],
            [row for row in measures if each in row.measure.findings.all()], ordered.get(each.pk, []),
        )
        for each in found.select_related("legal_basis", "result__bureau").order_by("pk")
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row.finding.state == FindingState.WITHDRAWN)


@require_http_methods(["GET", "POST"])
def propose(request: Request, pk: int) -> HttpResponse:
    task = get_task(request, pk)
    require(request.user, "propose", Measure(task=task))
    form = ProposeForm(request.POST or None, task=task)
    if form.is_valid():
        given = form.cleaned_data
        kind = MeasureKind(given.pop("kind"))
        try:
            services.propose_measure(task, kind=kind, by=request.user, **given)
        except VisitError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已提出{kind.label}，由{given['bureau'].short_name}办理。")
            return redirect("visits:task_measures", pk)
    context = {"task": task, "form": form, "title": "提出处理措施", "button": "提出"}
    return render(request, "visits/follow_form.html", context)


@require_GET
def measure_list(request: Request) -> HttpResponse:
    asked = asked_of(request, request.user)
    seen = Measure.objects.visible_to(request.user)
    found = MeasureFilter(asked, measures_for_lists(seen), request=request)
    table = arrange(MeasureTable(found.qs), request)
    table.waiting = services.waiting_of([row.record for row in table.paginated_rows])
    context: dict[str, Any] = {"filter": found, "table": table, "tabs": tabs("measures")}
    if request.htmx:
        return render(request, "visits/measures.html#rows", context)
    return render(request, "visits/measures.html", context | {"stats": list(measure_stats(seen, asked, request.path))})


def get_measure(request: Request, pk: int) -> Measure:
    found = Measure.objects.visible_to(request.user).select_related(
        "task__institution__county", "task__campaign", "bureau", "proposed_by"
    )
    return get_object_or_404(found, pk=pk)


@require_GET
def measure(request: Request, pk: int) -> HttpResponse:
    return _page(request, get_measure(request, pk))


def _page(request: Request, found: Measure, given: forms.Form | None = None) -> HttpResponse:
    """`given`: the form that was sent and has errors."""
    may_decide = can(request.user, "decide", found)
    waiting = services.waiting_words(services.waits_for(found))
    asked = [each for each in _forms_of(found, waiting) if may_decide]
    context = {
        "measure": found, "tag": measure_tag(found), "waiting": waiting,
        "findings": found.findings.select_related("legal_basis", "result__bureau"),
        "asked": [
            (given if isinstance(given, type(form)) else form, route, title, button)
            for form, route, title, button in asked
        ],
        "sees_task": Task.objects.visible_to(request.user).filter(pk=found.task_id).exists(),
    }  # fmt: skip
    return render(request, "visits/measure.html", context)


def _forms_of(found: Measure, waiting: str) -> list[tuple[forms.Form, str, str, str]]:
    """(form, route, title, button) of what can be entered now."""
    drop = (DropForm(auto_id="drop_%s"), "visits:measure_drop", "不再办理", "不再办理")
    decide = (DecideForm(measure=found), "visits:measure_decide", "登记决定", "登记决定")
    done = (CarryOutForm(), "visits:measure_carry_out", "登记执行", "登记执行完毕")
    if found.state == MeasureState.PLANNED:
        return [drop] if waiting else [decide, drop]
    return [done] if found.state == MeasureState.DECIDED else []


@require_POST
def decide(request: Request, pk: int) -> HttpResponse:
    found = get_measure(request, pk)
    require(request.user, "decide", found)
    return _entered(request, found, DecideForm(request.POST, measure=found), services.decide_measure, "已登记决定。")


@require_POST
def carry_out(request: Request, pk: int) -> HttpResponse:
    found = get_measure(request, pk)
    require(request.user, "decide", found)
    return _entered(request, found, CarryOutForm(request.POST), services.carry_out, "已登记执行完毕。")


@require_POST
def drop(request: Request, pk: int) -> HttpResponse:
    found = get_measure(request, pk)
    require(request.user, "decide", found)
    form = DropForm(request.POST, auto_id="drop_%s")
    return _entered(request, found, form, services.drop_measure, "已登记为不再办理。")


def _entered(
    request: Request, found: Measure, form: forms.Form, act: Callable[..., Measure], words: str
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, found, form)
    try:
        act(found, by=request.user, **form.cleaned_data)
    except VisitError as refused:
        show_refusal(request, form, refused)
        return _page(request, get_measure(request, found.pk), form)
    messages.success(request, words)
    return redirect("visits:measure", found.pk)
