"""Who has handed in what and when, who is late, who never signed in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Max, Q
from django.utils import timezone

from accounts.models import Bureau, User
from accounts.templatetags.wording import cn_day
from reports.duties.states import SubmissionState
from reports.models import ReportingDuty


@dataclass(frozen=True, slots=True)
class Mark:
    """How a duty stands, in words and one of the tones of status tags."""

    words: str
    tone: str
    at: datetime | None = None


@dataclass(slots=True)
class Line:
    """One bureau; `marks`: of each column the duties with how they stand (none, one, rarely two)."""

    bureau: Bureau
    presence: str
    marks: list[list[tuple[ReportingDuty, Mark]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    due_on: date | None
    is_soft: bool

    @property
    def day(self) -> str:
        """原则上 2024-12-08 周日: as printed, whatever weekday it is."""
        if self.due_on is None:
            return "随时报送"
        return f"{'原则上 ' if self.is_soft else ''}{self.due_on.year}年{cn_day(self.due_on)}"


@dataclass(frozen=True, slots=True)
class Overview:
    columns: list[Column]
    lines: list[Line]
    counts: dict[str, int]


def mark_of(duty: ReportingDuty, today: date | None = None) -> Mark:
    """Needs submissions."""
    latest = duty.latest
    if latest is None:
        if duty.is_overdue(today):
            return Mark("逾期未报", "overdue")
        return Mark("随时报送" if duty.due_on is None else "未报", "plain" if duty.due_on is None else "waiting")
    late = "（逾期）" if duty.was_late else ""
    if latest.state == SubmissionState.RETURNED:
        return Mark(f"已退回{'，逾期' if duty.is_overdue(today) else ''}", "refused", latest.decided_at)
    if latest.state == SubmissionState.RECEIVED:
        return Mark(f"已签收{late}", "done", latest.handed_in_at)
    return Mark(f"已报送{late}", "current", latest.handed_in_at)


def overview_of(duties: Iterable[ReportingDuty]) -> Overview:
    """A fixed number of queries, when submissions are fetched before."""
    found, today = list(duties), timezone.localdate()
    columns = _columns(found)
    bureaus = {duty.sender_id: duty.sender for duty in found}
    presence = presence_of(bureaus)
    lines = [
        Line(bureau, presence[code], [_marks(found, code, column, today) for column in columns])
        for code, bureau in sorted(bureaus.items(), key=lambda item: (item[1].region_id, item[0]))
    ]
    return Overview(columns, lines, _counts(found, presence, today))


def _columns(duties: Sequence[ReportingDuty]) -> list[Column]:
    found = {Column(duty.title, duty.due_on, duty.is_soft) for duty in duties}
    return sorted(found, key=lambda column: (column.due_on or date.max, column.title))


def _marks(
    duties: Sequence[ReportingDuty], sender: str, column: Column, today: date
) -> list[tuple[ReportingDuty, Mark]]:
    return [
        (duty, mark_of(duty, today))
        for duty in duties
        if duty.sender_id == sender and Column(duty.title, duty.due_on, duty.is_soft) == column
    ]


def _counts(duties: Sequence[ReportingDuty], presence: dict[str, str], today: date) -> dict[str, int]:
    dated = [duty for duty in duties if duty.due_on is not None]
    return {
        "owed": sum(not duty.is_met for duty in dated),
        "met": sum(duty.is_met for duty in dated),
        "overdue": sum(duty.is_overdue(today) for duty in dated),
        "late": sum(duty.is_met and duty.was_late for duty in dated),
        "absent": sum(bool(words) for words in presence.values()),
    }


def presence_of(bureaus: Iterable[str]) -> dict[str, str]:
    """Bureau → why nothing can be expected of it: nobody of it has ever signed in; empty where somebody has."""
    people = User.objects.filter(bureau__in=list(bureaus)).order_by()
    counted = people.values_list("bureau").annotate(
        last=Max("last_login"), active=Count("pk", filter=Q(is_active=True))
    )
    known = {code: (last, active) for code, last, active in counted}
    return {code: _presence(*known.get(code, (None, 0))) for code in bureaus}


def _presence(last_login: datetime | None, active: int) -> str:
    if not active:
        return "没有可用的账号"
    return "" if last_login else "从未登录"
