"""The term for making results public: 20 working days after the visit ended, on the official calendar."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from accounts.working_days import is_arranged, working_day_after, working_days_between
from campaigns.models import CampaignKind, Task
from campaigns.models.tasks import TaskQuerySet
from publications.errors import PublicationError
from publications.models import Lateness, PublishedResult
from publications.states import PAST_VERSIONS
from visits.models import Visit
from visits.states import VisitState

TERM = 20
WARNING = 3
ONE_DAY = timedelta(days=1)

Clocked = QuerySet[Any]
"""Tasks with what `clocked` adds to them."""


def clocked(tasks: TaskQuerySet) -> Clocked:
    """Those whose results are to be published and whose term runs or ran: with `ended_at` (or when a result from
    elsewhere was adopted) and `published_at` (first time)."""
    return _timed(tasks).filter(ended_at__isnull=False)


def public(tasks: TaskQuerySet) -> Clocked:
    """Of the clocked ones: public now. What is published was visited or adopted before, so that this is not asked."""
    return _timed(tasks).filter(Exists(_results(is_current=True)))


def withdrawn(tasks: TaskQuerySet) -> Clocked:
    """Of the clocked ones: was public and is no more."""
    return _timed(tasks).filter(Exists(_results(version__state__in=PAST_VERSIONS)), ~Exists(_results(is_current=True)))


def _timed(tasks: TaskQuerySet) -> Clocked:
    ended = Visit.objects.filter(task=OuterRef("pk"), state=VisitState.ENDED, kind=Visit.Kind.FIRST)
    last = ended.order_by("-ended_at").values("ended_at")[:1]
    first = _published().values("task").annotate(first=Min("version__published_at")).values("first")
    found = tasks.filter(campaign__publishes_results=True).exclude(campaign__kind=CampaignKind.PRACTICE).live()
    return found.annotate(
        ended_at=Coalesce(Subquery(last), F("adoption__approved_at")),
        published_at=Subquery(first),
    )


def waiting(tasks: Clocked) -> Clocked:
    """Of clocked tasks: never published yet."""
    return tasks.exclude(Exists(_published()))


def _published() -> QuerySet[PublishedResult]:
    """The results of the task in the query around that are or were public."""
    return _results(version__published_at__isnull=False)


def _results(**conditions: Any) -> QuerySet[PublishedResult]:
    return PublishedResult.objects.filter(task=OuterRef("pk"), **conditions).order_by()


def overdue(tasks: Clocked, today: date | None = None) -> Clocked:
    """Of clocked tasks: not public, and the term is over."""
    return waiting(tasks).filter(_is_overdue(_today(today)))


def soon(tasks: Clocked, today: date | None = None) -> Clocked:
    """Of clocked tasks: due within the days of warning, today included."""
    return waiting(tasks).filter(_is_soon(_today(today)))


def numbers(tasks: TaskQuerySet, today: date | None = None) -> dict[str, int]:
    """How many of the clocked ones stand where; three queries."""
    day = _today(today)
    found: dict[str, int] = waiting(clocked(tasks)).aggregate(
        waiting=Count("pk"), overdue=Count("pk", filter=_is_overdue(day)), soon=Count("pk", filter=_is_soon(day))
    )
    found |= {"public": public(tasks).count(), "ended": withdrawn(tasks).count()}
    return found | {"all": found["waiting"] + found["public"] + found["ended"]}


def _is_overdue(day: date) -> Q:
    return Q(ended_at__lt=_before(day - ONE_DAY))


def _is_soon(day: date) -> Q:
    return Q(ended_at__lt=_before(working_day_after(day, WARNING)), ended_at__gte=_before(day - ONE_DAY))


def _today(day: date | None) -> date:
    return day or timezone.localdate()


def _before(last: date) -> datetime:
    """The moment before which a visit has to have ended for its term to be over at the end of the day `last`."""
    start = working_day_after(last + ONE_DAY, -TERM)
    return timezone.make_aware(datetime.combine(start, time.min))


@dataclass(frozen=True, slots=True)
class Term:
    """Where the term of one task stands. left: working days, negative when over; None once it is public."""

    ended_on: date
    due_on: date
    is_provisional: bool
    """The year's days off are not arranged yet: the day may still move."""
    published_on: date | None
    left: int | None

    @property
    def is_late(self) -> bool:
        return self.published_on > self.due_on if self.published_on else (self.left or 0) < 0

    @property
    def tone(self) -> str:
        if self.published_on:
            return "overdue" if self.is_late else "done"
        return "overdue" if self.is_late else "waiting" if self.left is not None and self.left <= WARNING else "current"

    @property
    def words(self) -> str:
        unsure = "（暂定）" if self.is_provisional else ""
        if self.published_on:
            return "逾期公示" if self.is_late else "按期公示"
        if self.left is None or self.left >= 0:
            return f"还剩 {self.left} 个工作日{unsure}" if self.left else f"今天到期{unsure}"
        return f"逾期 {-self.left} 个工作日{unsure}"


def due_on(ended_on: date) -> date:
    return working_day_after(ended_on, TERM)


def term_of(ended_at: datetime, published_at: datetime | None, today: date | None = None) -> Term:
    ended_on = timezone.localdate(ended_at)
    due = due_on(ended_on)
    published_on = timezone.localdate(published_at) if published_at else None
    left = None if published_on else working_days_between(_today(today), due)
    return Term(ended_on, due, not is_arranged(due.year), published_on, left)


def term_of_task(task: Task) -> Term | None:
    """None for a task whose results are not published, or whose term has not begun."""
    found = clocked(Task.objects.filter(pk=task.pk)).first()
    return term_of(found.ended_at, found.published_at) if found else None


@transaction.atomic
def explain_lateness(task: Task, *, words: str, by: User) -> Lateness:
    lateness = Lateness(task=task, words=words.strip(), by=by)
    require(by, "explain", lateness)
    if not lateness.words:
        raise PublicationError("请写明逾期的原因。")
    found = term_of_task(task)
    if found is None or not found.is_late:
        raise PublicationError("该任务没有逾期，不需要说明。")
    with audit.recorded("publications.explain_lateness", lateness, by=by, facts={"task": task.number}):
        lateness.save()
    return lateness
