"""信用修复: an institution that has put things right asks that a penalty be shown no more; who decided it decides."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from publications import transitions
from publications.errors import PublicationError
from publications.models import CreditRepair, PublishedPenalty
from publications.states import RepairState
from visits.models import Measure

MOST = 4000


@transaction.atomic
def ask_repair(measure: Measure, *, words: str, by: User) -> CreditRepair:
    measure = Measure.objects.select_for_update(of=("self",), no_key=True).select_related("task").get(pk=measure.pk)
    repair = CreditRepair(measure=measure, words=words.strip(), asked_by=by)
    require(by, "ask", repair)
    if not repair.words or len(repair.words) > MOST:
        raise PublicationError(f"请写明申请理由和纠正情况，不超过 {MOST} 字。")
    if not PublishedPenalty.objects.shown().filter(measure=measure, is_current=True).exists():
        raise PublicationError("该处罚没有在公示，不需要申请信用修复。")
    if measure.credit_repairs.filter(state=RepairState.ASKED).exists():
        raise PublicationError("已有一项申请在审核，请等待结果。")
    with audit.recorded("publications.ask_repair", repair, by=by):
        repair.save()
    return repair


@transaction.atomic
def decide_repair(repair: CreditRepair, *, is_granted: bool, words: str, by: User) -> CreditRepair:
    """Granted, the penalty is shown no more from today, in no version. Denied with words."""
    rows = CreditRepair.objects.select_for_update(of=("self",), no_key=True).select_related("measure__task")
    repair = rows.get(pk=repair.pk)
    require(by, "decide", repair)
    if not is_granted and not words.strip():
        raise PublicationError("不予修复须写明理由，机构会看到。")
    state = RepairState.GRANTED if is_granted else RepairState.DENIED
    repair = transitions.decide_repair(
        repair, state, by=by, decision_words=words.strip(), decided_by=by, decided_at=timezone.now()
    )
    if is_granted:
        PublishedPenalty.objects.shown().filter(measure=repair.measure).update(shown_until=timezone.localdate())
    return repair
