"""What the bureau decides: a signed version is accepted, or returned with the items to correct; problems that the
institution found itself are followed until they are mended."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from selftest import transitions
from selftest.errors import ReadAnother, SelfCheckError, WrongState
from selftest.models import Problem, ReturnedItem, Review, SelfCheck
from selftest.submitting import last_signed


@transaction.atomic
def accept(self_check: SelfCheck, *, words: str = "", version: int | None = None, by: User) -> Review:
    """`version`: the number of the one that was read; ReadAnother when it is not the last signed one any more."""
    require(by, "review", self_check)
    self_check = transitions.locked(self_check)
    transitions.check_source("accept", self_check.state)
    review = _review(self_check, Review.Outcome.ACCEPTED, words, version, by)
    transitions.move(
        self_check, "accept", by=by, facts={"version": review.submission.number}, accepted_at=review.at, reopened=None
    )
    return review


@transaction.atomic
def return_items(
    self_check: SelfCheck, items: Mapping[int, str], *, words: str = "", version: int | None = None, by: User
) -> Review:
    """Ask for corrections: item number (0: the header) → why. Only these can then be changed. `version` as above."""
    require(by, "review", self_check)
    self_check = transitions.locked(self_check)
    transitions.check_source("return", self_check.state)
    _check_items(self_check, items)
    review = _review(self_check, Review.Outcome.RETURNED, words, version, by)
    ReturnedItem.objects.bulk_create(
        ReturnedItem(review=review, item=item, words=why.strip()) for item, why in sorted(items.items())
    )
    transitions.move(self_check, "return", by=by, facts={"items": sorted(items)}, reopened=sorted(items))
    return review


def _check_items(self_check: SelfCheck, items: Mapping[int, str]) -> None:
    if not items:
        raise SelfCheckError("请至少选择一项退回，并写明理由。")
    if unknown := sorted(items.keys() - {0, *self_check.round.form.parsed.numbers}):
        raise SelfCheckError(f"自查表没有第 {unknown[0]} 项。")
    if silent := sorted(item for item, why in items.items() if not why.strip()):
        raise SelfCheckError(f"第 {silent[0]} 项退回须写明理由。" if silent[0] else "基本信息退回须写明理由。")


def _review(self_check: SelfCheck, outcome: Review.Outcome, words: str, read: int | None, by: User) -> Review:
    submission = last_signed(self_check)
    if submission is None:
        raise WrongState("还没有签署报送的版本。")
    if read is not None and read != submission.number:
        raise ReadAnother(read, submission.number)
    return Review.objects.create(submission=submission, outcome=outcome, words=words.strip(), by=by, at=timezone.now())


@transaction.atomic
def report_mended(problem: Problem, *, mended_on: date, result: str, by: User) -> Problem:
    """The institution reports that a problem it found is mended, since when and how."""
    require(by, "fill", problem.self_check)
    problem = _locked(problem, Problem.State.OPEN)
    if mended_on > timezone.localdate():
        raise SelfCheckError("实际完成日期不能晚于今天。")
    if not result.strip():
        raise SelfCheckError("请写明整改结果。")
    with audit.recorded("selftest.report_mended", problem, by=by):
        problem.state = Problem.State.REPORTED
        problem.mended_on, problem.result = mended_on, result.strip()
        problem.reported_by, problem.reported_at = by, timezone.now()
        problem.save()
    return problem


@transaction.atomic
def confirm_mended(problem: Problem, *, words: str = "", by: User) -> Problem:
    """The bureau has looked at it and agrees that it is mended."""
    require(by, "review", problem.self_check)
    problem = _locked(problem, Problem.State.REPORTED)
    return _decide(problem, Problem.State.CONFIRMED, words, "selftest.confirm_mended", by)


@transaction.atomic
def reject_mended(problem: Problem, *, words: str, by: User) -> Problem:
    """Not mended yet: the institution goes on, and reads why."""
    require(by, "review", problem.self_check)
    if not words.strip():
        raise SelfCheckError("退回整改须写明理由。")
    problem = _locked(problem, Problem.State.REPORTED)
    return _decide(problem, Problem.State.OPEN, words, "selftest.reject_mended", by)


def _decide(problem: Problem, state: Problem.State, words: str, action: str, by: User) -> Problem:
    with audit.recorded(action, problem, by=by):
        problem.state, problem.words = state, words.strip()
        problem.decided_by, problem.decided_at = by, timezone.now()
        problem.save()
    return problem


def _locked(problem: Problem, *states: Problem.State) -> Problem:
    problem = (
        Problem.objects.select_for_update(of=("self",), no_key=True).select_related("self_check").get(pk=problem.pk)
    )
    if problem.state not in states:
        raise WrongState(f"该问题当前为“{Problem.State(problem.state).label}”，不能办理。")
    return problem
