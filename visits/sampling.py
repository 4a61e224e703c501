"""Reports drawn on site from the institution's register, so that both sides can check that nobody chose.

The institution gives its register first, then any words it likes; the server adds a seed of its own. Each number's rank is
SHA-256 of seed, words and number, as in the draw of institutions; the lowest ranks are drawn.
"""

import hashlib
import secrets
from collections.abc import Sequence

from django.db import transaction

from accounts import audit
from accounts.models import User
from accounts.rules import require
from campaigns.draw.ranking import ticket_maker
from visits import texts, transitions
from visits.codes import Severity
from visits.errors import VisitError, WrongState
from visits.models import ReportSample, Visit
from visits.states import VisitState

FEWEST = 5
"""Reports of the block 能力范围, or all if there are fewer."""
MOST = 20_000
LONGEST_NUMBER = 60
LONGEST_WORDS = 100


def choose(register: Sequence[str], count: int, *, seed: str, words: str) -> list[str]:
    """The numbers drawn, in the order drawn; the same for the same register, seed and words, in any order given."""
    mixed = hashlib.sha256(f"{seed}\n{words}".encode()).hexdigest()
    ticket = ticket_maker(mixed, "report")
    return sorted(register, key=lambda number: (ticket(number, 0), number))[:count]


@transaction.atomic
def draw_reports(
    visit: Visit, register: Sequence[str], count: int, *, words: str, period: str = "", by: User
) -> ReportSample:
    """Once a visit; the register has no number twice. Asked again for the same, the sample is that which was drawn."""
    visit = transitions.locked(visit, "task")
    require(by, "record", visit)
    numbers = [texts.clean(number).strip() for number in register if number.strip()]
    words = texts.clean(words).strip()
    if drawn := ReportSample.objects.filter(visit=visit).first():
        if (drawn.register, drawn.institution_words, len(drawn.chosen)) == (numbers, words, count):
            return drawn
        raise VisitError("本次检查已经抽取过报告，不能重新抽取。")
    if visit.state != VisitState.STARTED:
        raise WrongState("检查没有在进行，不能抽取报告。")
    _check(numbers, count, words)
    seed = secrets.token_hex(32)
    sample = ReportSample(
        visit=visit, period=texts.clean(period)[:60], register=numbers, seed=seed, institution_words=words,
        chosen=choose(numbers, count, seed=seed, words=words), drawn_by=by,
    )  # fmt: skip
    with audit.recorded("visits.draw_reports", sample, by=by, facts={"visit": str(visit), "count": count}):
        sample.save()
    return sample


def _check(numbers: list[str], count: int, words: str) -> None:
    if not words or len(words) > LONGEST_WORDS:
        raise VisitError("请由被检查机构提供任意文字（不超过 100 字），参与抽取。")
    if any(len(number) > LONGEST_NUMBER for number in numbers):
        raise VisitError(f"报告清单里有超过 {LONGEST_NUMBER} 字的行。一行应是一个报告编号。")
    if len(numbers) > MOST:
        raise VisitError(f"报告清单超过 {MOST:,} 份，请缩短报告期间。")
    seen: set[str] = set()
    for row, number in enumerate(numbers, start=1):
        if number in seen:
            raise VisitError(f"报告清单第 {row} 行“{number}”重复。")
        seen.add(number)
    if not numbers:
        raise VisitError("报告清单是空的。")
    if not min(FEWEST, len(numbers)) <= count <= len(numbers):
        raise VisitError(f"应抽取不少于 {min(FEWEST, len(numbers))} 份、不多于 {len(numbers)} 份报告。")


@transaction.atomic
def judge_report(
    sample: ReportSample, number: str, *, severity: Severity | None, facts: str = "", by: User
) -> ReportSample:
    """What the check of one drawn report showed; `severity` None: nothing wrong."""
    visit = transitions.locked(sample.visit, "task")
    require(by, "record", visit)
    sample = ReportSample.objects.select_for_update(no_key=True).get(pk=sample.pk)
    if number not in sample.chosen:
        raise VisitError(f"报告“{number}”不在抽中的报告中。")
    if visit.state != VisitState.STARTED:
        raise WrongState("检查没有在进行，不能登记报告的检查情况。")
    facts = texts.clean(facts)
    if severity is not None and not facts.strip():
        raise VisitError("报告有问题的，须写明情况。")
    with audit.recorded("visits.judge_report", sample, by=by, facts={"report": number}):
        sample.checked = sample.checked | {number: {"severity": severity or "", "facts": facts.strip()}}
        sample.save(update_fields=["checked"])
    return sample
