"""Results of the departments after a visit, up to the joint review."""

from collections.abc import Collection, Generator
from datetime import datetime

from django.utils import timezone

from campaigns.models import CampaignKind, Task
from config.demo.visits.cast import Cast
from config.demo.visits.clock import at, workday
from config.demo.visits.words import Ill, basis_of
from visits import results
from visits.codes import Category, FollowUp, Severity, SubCategory, TradeOutcome
from visits.models import DepartmentResult, Finding, JointReview
from visits.sheet import lines_of

GRAVE = (Severity.FALSE, Severity.UNTRUE, Severity.BEYOND)
JOINT_WORDS = "各部门对检查事实和定性意见一致，同意认定。"


def write(result: DepartmentResult, ills: Collection[Ill], cast: Cast) -> list[Finding]:
    """What concerns the department of this result."""
    by = cast.speaker(result.bureau_id)
    own = [ill for ill in ills if _department(result.task, ill) == result.bureau.department_id]
    results.edit_result(result, by=by, **_verdict(result, own))
    visit = results.last_visit(result.task)
    day = results.visit_day(visit)
    proofs = {each.line: each for each in visit.evidence.whole()} if visit else {}
    return [
        results.add_finding(
            result,
            results.Found(
                ill.matter, ill.facts, ill.severity, basis_of(ill, day), ill.line,
                [proofs[ill.line]] if ill.line in proofs else [], _looked_back_at(result.task, ill),
            ),
            by=by,
        )
        for ill in own
    ]  # fmt: skip


def _looked_back_at(task: Task, ill: Ill) -> Finding | None:
    """What an earlier campaign found in the same matter, when this one looks back."""
    if task.campaign.kind != CampaignKind.LOOK_BACK:
        return None
    return results.earlier_findings(task).filter(matter=ill.matter).first()


def _department(task: Task, ill: Ill) -> str:
    visit = results.last_visit(task)
    lines = {line.key: line.department for line in lines_of(visit)} if visit else {}
    return lines.get(ill.line, "scjg")


def _verdict(result: DepartmentResult, ills: Collection[Ill]) -> dict[str, str]:
    if not ills and result.category:
        return {"follow_up": FollowUp.ROUTINE, "trade_outcome": TradeOutcome.SOUND}
    if not ills:
        return {
            "category": Category.NOTHING_FOUND, "follow_up": FollowUp.NONE, "trade_outcome": TradeOutcome.SOUND,
            "words": "未发现问题。",
        }  # fmt: skip
    words = f"发现 {len(ills)} 个问题，详见问题清单。"
    if any(ill.severity in GRAVE for ill in ills):
        is_own = result.bureau.department_id == "scjg"
        kind = SubCategory.QUALITY if is_own else SubCategory.OTHER_DEPARTMENT
        return {
            "category": Category.PENDING, "sub_category": kind, "follow_up": FollowUp.CASE,
            "trade_outcome": TradeOutcome.PENALTY, "words": words,
        }  # fmt: skip
    return {
        "category": Category.ORDERED, "follow_up": FollowUp.ORDERED, "trade_outcome": TradeOutcome.ORDERED,
        "words": words,
    }  # fmt: skip


def submit(task: Task, ills: Collection[Ill], cast: Cast, *, only: str = "") -> None:
    for result in task.results.select_related("bureau"):
        if not only or result.bureau_id == only:
            write(result, ills, cast)
            results.submit_result(result, by=cast.speaker(result.bureau_id))


def review(task: Task, cast: Cast) -> None:
    for result in task.results.all():
        results.pass_result(result, by=cast.speaker(task.bureau_id))


def conclude(task: Task, cast: Cast, words: str = JOINT_WORDS) -> JointReview:
    bureaus = [result.bureau for result in task.results.select_related("bureau")]
    task = Task.objects.get(pk=task.pk)
    today = timezone.localdate()
    return results.conclude(task, held_on=today, bureaus=bureaus, words=words, by=cast.decider(task.bureau_id))


def concluded(
    task: Task, ills: Collection[Ill], cast: Cast, *, days: int, words: str = JOINT_WORDS
) -> Generator[datetime, None, list[Finding]]:
    """Submitted on the working day `days`, reviewed the same day, looked at together on the next."""
    yield at(workday(days, cast.today), "10:10")
    submit(task, ills, cast)
    yield at(workday(days, cast.today), "16:30")
    review(task, cast)
    yield at(workday(days + 1, cast.today), "09:40")
    conclude(task, cast, words)
    return list(Finding.objects.filter(result__task=task).order_by("pk"))
