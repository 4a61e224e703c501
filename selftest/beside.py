"""What the institution said of each item beside what the inspectors found on site."""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from campaigns.models import Task
from selftest.mending import problems_by_item, words_before
from selftest.models import Problem, SelfCheck
from selftest.versions import AnsweredItem, answered_items, signed_versions

AGREES, DIFFERS, NOT_YET = "一致", "不一致", "尚未检查"


@dataclass(frozen=True, slots=True)
class BesideRow:
    """`finding`: the inspectors' words, empty until they looked (the visit's own part fills it); `agreement`: one of
    AGREES, DIFFERS, NOT_YET; `problem_words`: 自查发现、检查前已整改 and the like, empty without a problem."""

    answered: AnsweredItem
    problem: Problem | None
    problem_words: str
    finding: str = ""
    agreement: str = NOT_YET


def side_by_side(self_check: SelfCheck, *, day: date) -> list[BesideRow]:
    """One row an item of the last signed version, none before that. `day`: that of the visit."""
    versions = signed_versions(self_check)
    if not versions:
        return []
    problems = problems_by_item(self_check)
    found = answered_items(versions[-1], versions, list(self_check.attachments.all()))
    return [_row(answered, problems.get(answered.item.number), day) for answered in found]


def _row(answered: AnsweredItem, problem: Problem | None, day: date) -> BesideRow:
    return BesideRow(answered, problem, words_before(problem, day) if problem else "")


def self_check_of(task: Task, user: User | None = None) -> SelfCheck | None:
    """The newest one handed in by the task's institution in the same campaign; None if `user` may not read it."""
    rows = SelfCheck.objects.visible_to(user) if user else SelfCheck.objects.all()
    handed_in = rows.filter(
        round__campaign=task.campaign_id, institution=task.institution_id, handed_in_at__isnull=False
    )
    return handed_in.order_by("-round_id").first()
