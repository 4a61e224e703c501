"""采纳结果: a result that another campaign has already stands for this task, instead of a second visit (XZ-15)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from campaigns.models import Task
from campaigns.states import TaskState
from visits import transitions
from visits.errors import VisitError
from visits.models import Adoption, Visit
from visits.outcomes import Whole, whole_of
from visits.states import VisitState

NOT_NEEDED = "采纳其他活动的检查结果，不再检查"
WITH_RESULT = (TaskState.CONCLUDED, TaskState.CLOSED)


def adoptable(task: Task) -> list[Task]:
    """Tasks of other campaigns about the same institution that have a final result of the same year."""
    found = Task.objects.filter(
        institution=task.institution_id, state__in=WITH_RESULT, campaign__year=task.campaign.year
    )
    return list(found.exclude(campaign=task.campaign_id).select_related("campaign", "bureau"))


@dataclass(frozen=True, slots=True)
class Source:
    """A task whose result may be adopted, with what it found."""

    task: Task
    whole: Whole


def told_of(tasks: Iterable[Task]) -> list[Source]:
    return [Source(task, whole_of(list(task.results.all()))) for task in tasks]


def adoption_of(task: Task) -> Adoption | None:
    rows = Adoption.objects.filter(task=task)
    people = ("asked_by", "approved_by", "declined_by")
    return rows.select_related("source__campaign", "source__bureau", *people).first()


@transaction.atomic
def ask_adoption(task: Task, source: Task, *, reason: str, by: User) -> Adoption:
    """Asked again before it is approved, or after it was declined, the later words stand."""
    task = transitions.locked(task, "campaign", "bureau")
    adoption = Adoption.objects.select_for_update(no_key=True).filter(task=task).first() or Adoption(
        task=task, bureau=task.bureau
    )
    require(by, "ask", adoption)
    transitions.check_source(task, "adopt")
    if source.pk not in {each.pk for each in adoptable(task)}:
        raise VisitError("只能采纳同一机构、同一年度其他活动中已经认定的检查结果。")
    if not reason.strip():
        raise VisitError("采纳结果须写明理由。")
    with audit.recorded("visits.ask_adoption", adoption, by=by, facts={"task": task.number}):
        adoption.source, adoption.reason, adoption.asked_by = source, reason.strip(), by
        adoption.declined_by, adoption.declined_at, adoption.declined_because = None, None, ""
        adoption.save()
    return adoption


@transaction.atomic
def approve_adoption(adoption: Adoption, *, by: User) -> Adoption:
    """By another person of the bureau than who asked. A visit that was planned is cancelled."""
    task, adoption = _locked(adoption, by)
    if adoption.approved_at:
        return adoption
    if adoption.declined_at:
        raise VisitError("这项采纳已作出不予采纳的决定，须重新提出。")
    with audit.recorded("visits.approve_adoption", adoption, by=by, facts={"task": task.number}):
        adoption.approved_by, adoption.approved_at = by, timezone.now()
        adoption.save(update_fields=["approved_by", "approved_at"])
    transitions.move(task, "adopt", by=by, facts={"source": adoption.source.number})
    for visit in Visit.objects.filter(task=task, state=VisitState.PLANNED):
        transitions.move(transitions.locked(visit), "cancel", by=by, cancelled_because=NOT_NEEDED)
    return adoption


@transaction.atomic
def decline_adoption(adoption: Adoption, *, words: str, by: User) -> Adoption:
    """The task goes on to its own visit. By another person than who asked, like the approval."""
    task, adoption = _locked(adoption, by)
    if adoption.approved_at:
        raise VisitError("这项采纳已经批准。")
    if adoption.declined_at:
        return adoption
    if not words.strip():
        raise VisitError("不予采纳须写明理由。")
    with audit.recorded("visits.decline_adoption", adoption, by=by, facts={"task": task.number}):
        adoption.declined_by, adoption.declined_at, adoption.declined_because = by, timezone.now(), words.strip()
        adoption.save(update_fields=["declined_by", "declined_at", "declined_because"])
    return adoption


def _locked(adoption: Adoption, by: User) -> tuple[Task, Adoption]:
    """The task, then its adoption as it is now, for whoever may answer."""
    task = transitions.locked(adoption.task, "campaign", "bureau")
    adoption = (
        Adoption.objects.select_for_update(of=("self",), no_key=True)
        .select_related("task", "source")
        .get(pk=adoption.pk)
    )
    require(by, "approve", adoption)
    if adoption.asked_by_id == by.pk:
        raise VisitError("批准人不能是提出人。")
    return task, adoption
