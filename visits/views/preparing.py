"""Planning a visit, and its page: what the team has to know before, and what it left behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.awaiting import awaited_of
from accounts.http import Request
from accounts.rules import can, require
from campaigns.models import Task
from visits import afterwards, agenda, briefing, clashing, preparing, scheduling
from visits.clashing import Clash
from visits.errors import VisitError
from visits.forms.preparing import CancelForm, CooperatingForm, PlanForm, PreparationForm, times_of
from visits.models import Attendee, Delivery, Evidence, Preparation, Visit, VisitSignature
from visits.states import VisitState
from visits.views.frame import get_task, get_visit, handed_out

Save = Callable[[dict[str, Any]], Visit]
UNDER_WAY = (VisitState.STARTED, VisitState.ENDED)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What speaks against a time, before it is saved. `that_day`: the bureau's other visits of the day."""

    visit: Visit
    clashes: list[Clash]
    certificates: list[str]
    window: str
    advice: str
    that_day: list[agenda.Planned]

    @property
    def has_problems(self) -> bool:
        return bool(self.clashes or self.certificates or self.window)


@require_http_methods(["GET", "POST"])
def plan(request: Request, pk: int) -> HttpResponse:
    """A first visit, or with ?kind=again one that verifies a rectification."""
    task = get_task(request, pk)
    kind = Visit.Kind.AGAIN if request.GET.get("kind") == Visit.Kind.AGAIN else Visit.Kind.FIRST
    visit = Visit(task=task, kind=kind)
    require(request.user, "plan", visit)
    if standing := task.visits.filter(state__in=agenda.OPEN).first():
        messages.info(request, "这项任务已经安排了检查，可以改期。")
        return redirect(standing)

    def save(given: dict[str, Any]) -> Visit:
        return scheduling.plan_visit(task, start=given["start"], end=given["end"], kind=kind, by=request.user)

    return _planning(request, visit, scheduling.team_of(visit), save)


@require_http_methods(["GET", "POST"])
def move(request: Request, pk: int) -> HttpResponse:
    visit = get_visit(request, pk)
    require(request.user, "plan", visit)

    def save(given: dict[str, Any]) -> Visit:
        return scheduling.move_visit(visit, start=given["start"], end=given["end"], by=request.user)

    return _planning(request, visit, list(visit.attendees.select_related("inspector")), save)


def _planning(request: Request, visit: Visit, attendees: Sequence[Attendee], save: Save) -> HttpResponse:
    """A time with problems is saved once whoever plans says that they were seen."""
    if request.htmx:
        form = PlanForm(request.GET)
        outlook = _outlook(request, visit, attendees, form) if form.is_valid() else None
        return render(request, "visits/_outlook.html", {"preview": outlook})
    form = PlanForm(request.POST or None, initial=_initial(visit))
    outlook = None
    if form.is_valid():
        outlook = _outlook(request, visit, attendees, form)
        if outlook.has_problems and not form.cleaned_data["aware"]:
            form.add_error("aware", "这个时间有问题，请看旁边的提示；仍要安排的，请勾选后再保存。")
        elif kept := _saved(request, form, save):
            messages.success(request, f"检查时间：{timezone.localtime(kept.planned_start):%Y-%m-%d %H:%M}。")
            return redirect(kept)
    elif not form.is_bound:
        outlook = _proposed(request, visit, attendees)
    if "aware" not in form.data and not (outlook and outlook.has_problems):
        del form.fields["aware"]
    home = visit.get_absolute_url() if visit.pk else visit.task.get_absolute_url()
    context = {"task": visit.task, "visit": visit, "form": form, "outlook": outlook, "attendees": attendees}
    return render(request, "visits/plan.html", context | {"preview_url": request.get_full_path(), "cancel_url": home})


def _proposed(request: Request, visit: Visit, attendees: Sequence[Attendee]) -> Outlook | None:
    """Of the time that the form opens with; None if that has passed."""
    form = PlanForm(_initial(visit))
    return _outlook(request, visit, attendees, form) if form.is_valid() else None


def _initial(visit: Visit) -> dict[str, Any]:
    if visit.pk:
        return times_of(visit)
    return {"day": timezone.localdate() + timedelta(days=1), "starts": "09:00", "ends": "12:00"}


def _outlook(request: Request, visit: Visit, attendees: Sequence[Attendee], form: PlanForm) -> Outlook:
    would_be = Visit(pk=visit.pk, task=visit.task, kind=visit.kind)
    would_be.planned_start, would_be.planned_end = form.cleaned_data["start"], form.cleaned_data["end"]
    return _outlook_of(request, would_be, attendees)


def _outlook_of(request: Request, visit: Visit, attendees: Sequence[Attendee]) -> Outlook:
    day = timezone.localdate(visit.planned_start)
    others = agenda.of_bureau(request.user).exclude(pk=visit.pk)
    return Outlook(
        visit=visit,
        clashes=clashing.clashes([clashing.going(visit, attendees)], seen_by=request.user)[0],
        certificates=scheduling.certificate_problems(attendees, day),
        window=scheduling.window_problem(visit, visit.planned_start),
        advice=scheduling.window_advice(visit),
        that_day=agenda.between(others, day, day, seen_by=request.user),
    )


def _saved(request: Request, form: PlanForm, save: Save) -> Visit | None:
    try:
        return save(form.cleaned_data)
    except VisitError as refused:
        form.add_error(None, str(refused))
        return None


@require_http_methods(["GET", "POST"])
def cancel(request: Request, pk: int) -> HttpResponse:
    visit = get_visit(request, pk)
    require(request.user, "plan", visit)
    form = CancelForm(request.POST or None)
    if form.is_valid():
        try:
            scheduling.cancel_visit(visit, because=form.cleaned_data["because"], by=request.user)
        except VisitError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已取消本次安排，任务回到待安排。")
            return redirect(visit)
    return render(request, "visits/cancel.html", {"visit": visit, "task": visit.task, "form": form})


@require_GET
def visit(request: Request, pk: int) -> HttpResponse:
    return _page(request, get_visit(request, pk), CooperatingForm())


def _page(request: Request, found: Visit, cooperating: CooperatingForm) -> HttpResponse:
    task = found.task
    attendees = list(found.attendees.select_related("inspector__bureau", "expert"))
    seats = briefing.seats_of(found, attendees)
    is_planned = found.state == VisitState.PLANNED
    sees_task = Task.objects.visible_to(request.user).filter(pk=task.pk).exists()
    context = {
        "visit": found, "task": task, "seats": seats, "is_planned": is_planned, "sees_task": sees_task,
        "tone": agenda.TONES.get(VisitState(found.state), "plain"),
        "problems": list(briefing.problems_of(found, seats)) if is_planned else [],
        "warnings": list(briefing.warnings_of(found, seats)) if is_planned else [],
        "clashes": clashing.clashes_of(found, seen_by=request.user) if is_planned else [],
        "is_outdated": is_planned and scheduling.is_outdated(found, attendees),
        "is_drawn": scheduling.has_drawn_team(task),
        "may": _may(request, found),
        "awaited": awaited_of(request.user, task) if sees_task else [],
        "has_results": sees_task and task.results.exists(),
        "cooperating": cooperating,
        "siblings": task.visits.exclude(pk=found.pk).order_by("number"),
        "certificates": briefing.certificates_of(found),
        "past": briefing.past_tasks(found, request.user),
        "self_report": briefing.self_report_of(found, request.user),
        "shares": briefing.shares_of(found),
    }  # fmt: skip
    return render(request, "visits/visit.html", context | _notice(found) | _left_behind(found))


def _may(request: Request, found: Visit) -> dict[str, bool]:
    is_planned = found.state == VisitState.PLANNED
    has_notice = hasattr(found.task, "notice")
    return {
        "plan": is_planned and can(request.user, "plan", found),
        "staff": is_planned and can(request.user, "staff", found),
        "prepare": not has_notice and can(request.user, "edit", Preparation(task=found.task)),
        "deliver": has_notice and can(request.user, "enter", Delivery(notice=found.task.notice)),
        "record": found.state in agenda.OPEN and can(request.user, "record", found),
    }


def _notice(found: Visit) -> dict[str, Any]:
    notice = getattr(found.task, "notice", None)
    return {
        "notice": notice,
        "deliveries": list(notice.deliveries.select_related("entered_by")) if notice else [],
        "window": briefing.window_words(found),
        "advice": scheduling.window_advice(found),
        "materials": preparing.materials_of(found.task),
        "contact": preparing.contact_of(found.task),
    }


def _left_behind(found: Visit) -> dict[str, Any]:
    if found.state not in UNDER_WAY:
        return {}
    return {
        "record": afterwards.record_of(found), "signed": afterwards.signed_by(found),
        "evidence": afterwards.evidence_of(found), "sample": afterwards.sample_of(found),
        "activities": found.activities.select_related("by"),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def preparation(request: Request, pk: int) -> HttpResponse:
    """What the notice of a task asks the institution to have ready."""
    task = get_task(request, pk)
    kept = Preparation.objects.filter(task=task).first() or Preparation(task=task)
    require(request.user, "edit", kept)
    initial = {"materials": "\n".join(preparing.materials_of(task)), "contact": kept.contact_id}
    form = PreparationForm(request.POST or None, task=task, initial=initial)
    if form.is_valid():
        try:
            preparing.prepare(task, **form.cleaned_data, by=request.user)
        except VisitError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已保存，签发检查通知书时写入。")
            return redirect(task)
    return render(
        request, "visits/preparation.html", {"task": task, "form": form, "is_issued": hasattr(task, "notice")}
    )


@require_POST
def cooperating(request: Request, pk: int) -> HttpResponse:
    """A person of the county who comes along is named."""
    found = get_visit(request, pk)
    require(request.user, "staff", found)
    form = CooperatingForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        scheduling.name_cooperating(found, **form.cleaned_data, by=request.user)
    except VisitError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"已登记配合人员{form.cleaned_data['name']}。")
    return redirect(found)


@require_POST
def leader(request: Request, pk: int, attendee_pk: int) -> HttpResponse:
    return _with_attendee(request, pk, attendee_pk, "plan", scheduling.set_leader, "已确定{name}为组长。")


@require_POST
def remove(request: Request, pk: int, attendee_pk: int) -> HttpResponse:
    return _with_attendee(request, pk, attendee_pk, "staff", scheduling.remove_attendee, "已移除{name}。")


def _with_attendee(
    request: Request, pk: int, attendee_pk: int, rule: str, act: Callable[..., object], words: str
) -> HttpResponse:
    found = get_visit(request, pk)
    attendee = get_object_or_404(found.attendees.all(), pk=attendee_pk)
    require(request.user, rule, found)
    try:
        act(found, attendee, by=request.user)
    except VisitError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words.format(name=attendee.name))
    return redirect(found)


@require_POST
def renew(request: Request, pk: int) -> HttpResponse:
    """Take over the team as substitutions left it."""
    found = get_visit(request, pk)
    require(request.user, "plan", found)
    try:
        scheduling.renew_team(found, by=request.user)
    except VisitError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "到场人员已按检查组更新。")
    return redirect(found)


@require_GET
def evidence(request: Request, pk: UUID) -> FileResponse:
    """Pictures and PDF are shown, other files saved."""
    found = get_object_or_404(Evidence.objects.visible_to(request.user).whole(), pk=pk)
    return handed_out(found.file, name=found.name, media_type=found.media_type)


@require_GET
def signature(request: Request, pk: int) -> FileResponse:
    rows = VisitSignature.objects.filter(visit__in=Visit.objects.visible_to(request.user))
    found = get_object_or_404(rows, pk=pk)
    is_png = str(found.image.name).lower().endswith(".png")
    return handed_out(found.image, name=f"签名（{found.name}）", media_type="image/png" if is_png else "")
