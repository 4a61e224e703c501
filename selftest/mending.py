"""Problems that an institution found itself, on their way to being mended."""

from datetime import date

from django.utils import timezone

from accounts.working_days import working_days_between
from selftest.models import Problem, SelfCheck

MENDED_STATES = (Problem.State.REPORTED, Problem.State.CONFIRMED)
FOUND_AND_MENDED = "自查发现、检查前已整改"
FOUND = "自查发现、正在整改"


def mended_before(problem: Problem, day: date) -> bool:
    """Mended, and reported so, before `day`, that of the visit; a report that was sent back does not count."""
    if problem.state not in MENDED_STATES or problem.mended_on is None or problem.reported_at is None:
        return False
    return problem.mended_on < day and timezone.localdate(problem.reported_at) < day


def words_before(problem: Problem, day: date) -> str:
    """How a problem is named to whoever visits the institution on that day; empty for one that was none."""
    if problem.state == Problem.State.WITHDRAWN:
        return ""
    if not mended_before(problem, day):
        return FOUND
    return FOUND_AND_MENDED if problem.state == Problem.State.CONFIRMED else f"{FOUND_AND_MENDED}（待监管部门确认）"


def is_overdue(problem: Problem, day: date | None = None) -> bool:
    day = day or timezone.localdate()
    return problem.state == Problem.State.OPEN and problem.due_on is not None and problem.due_on < day


def working_days_overdue(problem: Problem, day: date | None = None) -> int:
    """0 unless overdue; a day off after the last day does not count yet."""
    day = day or timezone.localdate()
    return working_days_between(problem.due_on, day) if is_overdue(problem, day) and problem.due_on else 0


def problems_by_item(self_check: SelfCheck) -> dict[int, Problem]:
    return {problem.item: problem for problem in self_check.problems.standing()}
