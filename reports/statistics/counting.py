"""The figures of tasks: what each counts, how it is called and defined. One grouping query gives all of them."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from campaigns.models import Task
from campaigns.states import TaskState
from reports.statistics.published import is_published, publishing_is_known
from visits.models import Finding, Visit
from visits.states import FindingState, ResultState, VisitState

CONCLUDED = [TaskState.CONCLUDED, TaskState.CLOSED]
ENDED_WELL = [TaskState.CLOSED, TaskState.ADOPTED]


def _inspected() -> Q:
    ended = Visit.objects.filter(state=VisitState.ENDED, kind=Visit.Kind.FIRST).order_by()
    return Q(state=TaskState.ADOPTED) | Q(pk__in=ended.values("task"))


def _late() -> Q:
    return Q(due_on__lt=timezone.localdate()) & ~_inspected()


def _troubled() -> Q:
    return Q(state__in=CONCLUDED) & Q(pk__in=standing_findings().order_by().values("result__task"))


def standing_findings() -> QuerySet[Finding]:
    """问题 of results that are final, of tasks that are concluded; not while a result is being amended."""
    final = Finding.objects.filter(result__state=ResultState.FINAL, result__task__state__in=CONCLUDED)
    return final.exclude(state=FindingState.WITHDRAWN)


def _published() -> Q:
    return is_published() & Q(campaign__publishes_results=True)


@dataclass(frozen=True, slots=True)
class Figure:
    """`condition`: of tasks that stand. `definition`: printed under the tables."""

    label: str
    definition: str
    condition: Callable[[], Q]


FIGURES = {
    "due": Figure("应检查", "未被替换、撤销的检查任务，演练除外", Q),
    "inspected": Figure("已检查", "现场检查已结束（含无法联系、停业、迁出等到场情况）或采纳了其他活动结果的任务", _inspected),
    "late": Figure("逾期未检查", "已过完成期限、尚未检查的任务", _late),
    "concluded": Figure("已认定", "各部门检查结果已经联合研判认定的任务", lambda: Q(state__in=CONCLUDED)),
    "troubled": Figure("发现问题", "已认定且有问题的任务，一项任务只计一次", _troubled),
    "to_publish": Figure(
        "应公示", "所在活动公示检查结果、且已认定或已公示的任务",
        lambda: Q(campaign__publishes_results=True, state__in=CONCLUDED) | _published(),
    ),
    "published": Figure("已公示", "检查结果现在可以公开查询的任务", _published),
    "finished": Figure("已公示且完结", "已公示、后续处置也已办结的任务", lambda: _published() & Q(state__in=ENDED_WELL)),
    "closed": Figure("已办结", "后续处置已办结或采纳了其他活动结果的任务", lambda: Q(state__in=ENDED_WELL)),
}  # fmt: skip
UNKNOWN_WITHOUT_PUBLISHING = ("to_publish", "published", "finished")

RATES = {
    "completion": ("抽查完成率", "inspected", "due"),
    "trouble": ("问题发现率", "troubled", "concluded"),
    "publication": ("结果公示率", "published", "to_publish"),
    "finish": ("完结率", "finished", "published"),
}
"""Name → (label, figure above the line, figure below it)."""

Counts = Counter[str]
ALMOST_ALL = 99.9


def known_figures() -> dict[str, Figure]:
    """Without publishing nobody can say what is public."""
    hidden = () if publishing_is_known() else UNKNOWN_WITHOUT_PUBLISHING
    return {key: figure for key, figure in FIGURES.items() if key not in hidden}


def counts_by(tasks: QuerySet[Task], *fields: str) -> dict[Any, Counts]:
    """Value of the field, or tuple of values → figures; one query."""
    counted = {key: Count("pk", filter=figure.condition()) for key, figure in known_figures().items()}
    rows = tasks.order_by().values(*fields).annotate(**counted)
    return {_key(row, fields): Counter({key: row[key] for key in counted}) for row in rows}


def _key(row: dict[str, Any], fields: tuple[str, ...]) -> Any:
    return row[fields[0]] if len(fields) == 1 else tuple(row[name] for name in fields)


def total(counts: Iterable[Counts]) -> Counts:
    found: Counts = Counter()
    for each in counts:
        found.update(each)
    return found


def percentage(counts: Counts, rate: str) -> float | None:
    """In per cent with one place; 100 means all of them; None where nothing is counted."""
    _, above, below = RATES[rate]
    if not counts[below]:
        return None
    rounded = (2000 * counts[above] + counts[below]) // (2 * counts[below]) / 10
    return rounded if counts[above] == counts[below] else min(rounded, ALMOST_ALL)


def definitions() -> list[tuple[str, str]]:
    """Of the figures, then of the rates made of them."""
    figures = known_figures()
    told = [(figure.label, figure.definition) for figure in figures.values()]
    rates = [
        (label, f"{FIGURES[above].label} ÷ {FIGURES[below].label}")
        for label, above, below in RATES.values()
        if above in figures and below in figures
    ]
    return told + rates
