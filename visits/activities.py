"""盲样考核 and 授权签字人考试 during a visit: one row for each sample or person; its result may come later."""

from django.db import transaction

from accounts import audit
from accounts.models import User
from accounts.rules import require
from visits import texts, transitions
from visits.errors import VisitError, WrongState
from visits.models import Activity, Visit
from visits.states import VisitState

LONGEST_SUBJECT = 80


@transaction.atomic
def set_activity(
    visit: Visit, *, kind: Activity.Kind, subject: str, result: Activity.Result, words: str = "", by: User
) -> Activity:  # fmt: skip
    """Told again, the same activity (by kind and subject) takes the newer result. After the visit only a result that
    was still to come can be told."""
    visit = transitions.locked(visit, "task")
    require(by, "record", visit)
    subject, words = texts.clean(subject).strip(), texts.clean(words).strip()
    _check(kind, subject, result, words)
    activity = Activity.objects.filter(visit=visit, kind=kind, subject=subject).first()
    if activity and (activity.result, activity.words) == (result, words):
        return activity
    _check_state(visit, activity)
    activity = activity or Activity(visit=visit, kind=kind, subject=subject)
    activity.by = by
    with audit.recorded("visits.set_activity", activity, by=by, facts={"visit": str(visit)}):
        activity.result, activity.words = result, words
        activity.save()
    return activity


def _check(kind: str, subject: str, result: str, words: str) -> None:
    if kind not in Activity.Kind.values or result not in Activity.Result.values:
        raise VisitError("请选择考核方式和结果。")
    if not subject:
        raise VisitError("请填写考核对象：样品和项目，或者签字人姓名。")
    if len(subject) > LONGEST_SUBJECT:
        raise VisitError(f"考核对象不超过 {LONGEST_SUBJECT} 字。")
    if result == Activity.Result.FAILED and not words:
        raise VisitError("考核不合格的，须写明情况。")


def _check_state(visit: Visit, activity: Activity | None) -> None:
    is_awaited = activity is not None and activity.result == Activity.Result.PENDING and visit.state == VisitState.ENDED
    if visit.state != VisitState.STARTED and not is_awaited:
        raise WrongState("检查没有在进行，不能登记考核活动。")
