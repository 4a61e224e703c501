"""Being there: a visit starts, and ends with an outcome. What the law asks of both is checked here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.rules import require
from campaigns.states import TaskState
from visits import results, signing, texts, transitions
from visits.codes import Check, Outcome
from visits.delivering import minute_of
from visits.errors import OutsideWindow, Unanswered, VisitError
from visits.models import Entry, Operation, Visit, VisitSignature
from visits.scheduling import check_certificates, told, window_problem
from visits.sheet import Line, compose, lines_of, stored

Signer = VisitSignature.Signer
NOT_TOLD = "还没有向机构送达检查通知书，不能开始检查。请先登记送达"
TOLD_LATER = "开始检查（{start:%m月%d日 %H:%M}）早于通知书送达（{told:%m月%d日 %H:%M}），不能开始检查"
BEFORE_NOTICE = "（《行政处罚法》第四十四条）。"
BELIEVED = timedelta(days=7)
"""How long a device may have been offline, or a paper have lain, for its time to count."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the device says it is, in degrees."""

    latitude: Decimal
    longitude: Decimal


@transaction.atomic
def start_visit(
    visit: Visit, *, device_at: datetime | None = None, place: Place | None = None, reason: str = "", by: User
) -> Visit:
    """Refused before the institution was told, with fewer than two officers certificated that day, and outside the notice
    window without a `reason`; all by the time of the device, which may have been offline since (`happened_at`). A visit
    that runs already is returned as it is."""
    visit = transitions.locked(visit, "task__campaign", "task__line", "task__notice")
    require(by, "record", visit)
    if visit.started_at is not None:
        return visit
    now = timezone.now()
    start = happened_at(device_at, now)
    _check_told(visit, start)
    check_certificates(visit, timezone.localdate(start))
    if (problem := window_problem(visit, start)) and not reason.strip():
        raise OutsideWindow(f"{problem}。仍要开始检查的，请写明理由。")
    task = transitions.locked(visit.task)
    if visit.kind == Visit.Kind.FIRST and task.state != TaskState.INSPECTING:
        transitions.move(task, "start", by=by)
    return transitions.move(
        visit, "start", by=by, started_at=now, device_started_at=device_at, sheet=stored(compose(visit.task)),
        latitude=place.latitude if place else None, longitude=place.longitude if place else None,
        window_reason=texts.clean(reason).strip()[:500] if problem else "",
    )  # fmt: skip


def happened_at(device_at: datetime | None, now: datetime) -> datetime:
    """The device's time if it can be; one that lies ahead or far back is that of a wrong clock."""
    return device_at if device_at is not None and now - BELIEVED <= device_at <= now else now


def _check_told(visit: Visit, start: datetime) -> None:
    told_at = told(visit)
    if told_at is None:
        raise VisitError(NOT_TOLD + BEFORE_NOTICE)
    if start < minute_of(told_at):
        words = TOLD_LATER.format(start=timezone.localtime(start), told=timezone.localtime(told_at))
        raise VisitError(words + BEFORE_NOTICE)


@transaction.atomic
def end_visit(
    visit: Visit, *, outcome: Outcome, words: str = "", opinion: str = "", changes: str = "", by: User
) -> Visit:
    """After an inspection every line has an explicit answer, nothing is in dispute, and both sides have signed or
    refused; `changes` explains what changed after they signed, if anything did. Another outcome needs words and a photo
    or file as proof."""
    visit = transitions.locked(visit, "task")
    require(by, "record", visit)
    if visit.ended_at is not None:
        return visit
    words, opinion, changes = (texts.clean(text).strip() for text in (words, opinion, changes))
    _check_outcome(visit, outcome, words)
    _check_signed(visit, outcome, changes)
    visit = transitions.move(
        visit, "end", by=by, facts={"outcome": outcome}, ended_at=timezone.now(), outcome=outcome,
        outcome_words=words, opinion=opinion, changed_after_signing=changes,
    )  # fmt: skip
    if visit.kind == Visit.Kind.FIRST:
        results.open_results(visit)
    return visit


def _check_outcome(visit: Visit, outcome: Outcome, words: str) -> None:
    if outcome == Outcome.INSPECTED:
        check_answered(visit)
        check_undisputed(visit)
        return
    if not words.strip():
        raise VisitError(f"“{outcome.label}”须写明情况。")
    if not visit.evidence.whole().exists():
        raise VisitError(f"“{outcome.label}”须有现场照片或文件作为证明。")


def check_answered(visit: Visit) -> None:
    if missing := unanswered(visit):
        names = "、".join(line.title for line in missing[:5])
        more = f"等 {len(missing)} 项" if len(missing) > 5 else ""
        raise Unanswered([line.key for line in missing], f"还没有填写检查情况：{names}{more}。没有检查的请选“未检查”。")


def unanswered(visit: Visit) -> list[Line]:
    given = {entry.line: entry for entry in visit.entries.all()}
    return [line for line in lines_of(visit) if not _is_answered(given.get(line.key))]


def _is_answered(entry: Entry | None) -> bool:
    return entry is not None and bool(entry.answer) and (bool(entry.facts.strip()) or entry.answer not in NEEDS_WORDS)


NEEDS_WORDS = (Check.PROBLEM, Check.UNCHECKED)
"""What was found, or why it was not checked."""


def check_undisputed(visit: Visit) -> None:
    rivals = visit.operations.filter(state__in=[Operation.State.RIVAL, Operation.State.WAITING])
    if line := rivals.values_list("line", flat=True).first():
        title = next((each.title for each in lines_of(visit) if each.key == line), line)
        raise VisitError(f"“{title}”有两人录入的内容不一致，请核对后再结束检查。")


def _check_signed(visit: Visit, outcome: Outcome, changes: str) -> None:
    signatures = list(signing.standing_signatures(visit))
    if not _have_signed(signatures, outcome) and changes.strip():
        signatures = list(visit.signatures.all())
    if _have_signed(signatures, outcome):
        return
    if _have_signed(list(visit.signatures.all()), outcome):
        raise VisitError("签字后记录又有变动，请重新签字，或写明变动情况。")
    raise VisitError(_who_is_missing(signatures))


def _have_signed(signatures: list[VisitSignature], outcome: Outcome) -> bool:
    """Two officers; and after an inspection the institution, or a witness that it refused."""
    signers = [signature.signer for signature in signatures]
    if len({each.name for each in signatures if each.signer == Signer.OFFICER}) < 2:
        return False
    refused = any(signature.has_refused for signature in signatures)
    return outcome != Outcome.INSPECTED or (
        Signer.INSTITUTION in signers and (not refused or Signer.WITNESS in signers)
    )


def _who_is_missing(signatures: list[VisitSignature]) -> str:
    if len({each.name for each in signatures if each.signer == Signer.OFFICER}) < 2:
        return "须有两名执法检查人员签字。"
    if any(signature.has_refused for signature in signatures):
        return "被检查机构拒绝签字，须有见证人签字。"
    return "被检查机构还没有签字。拒绝签字的，请由见证人签字并注明。"
