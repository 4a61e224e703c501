"""The figures of tasks: what each counts, how it is called and defined. One grouping query gives all of them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet
from django.utils import timezone

from campaigns.models import Task
from campaigns.states import TaskState
from reports.statistics.published import LookedUp, is_published, publishing_is_known
from visits.models import Finding, Visit
from visits.states import FindingState, ResultState, VisitState

CONCLUDED = [TaskState.CONCLUDED, TaskState.CLOSED]
ENDED_WELL = [TaskState.CLOSED, TaskState.ADOPTED]
INSPECTED = [TaskState.REVIEWING, TaskState.JOINT, *CONCLUDED, TaskState.ADOPTED]
"""Reached with results alone, and those begin with the end of the visit: it need not be looked for."""


def _inspected() -> Q:
    ended = Visit.objects.filter(task=OuterRef("pk"), state=VisitState.ENDED, kind=Visit.Kind.FIRST).order_by()
    return Q(state__in=INSPECTED) | Q(LookedUp(ended))


def _troubled() -> Q:
    return Q(state__in=CONCLUDED) & Q(LookedUp(final_findings().filter(result__task=OuterRef("pk")).order_by()))


def final_findings() -> QuerySet[Finding]:
    """问题 of results that are final, not while one is being amended. They stand once their task is concluded."""
    return Finding.objects.filter(result__state=ResultState.FINAL).exclude(state=FindingState.WITHDRAWN)


FACTS: dict[str, Callable[[], Q]] = {
    "is_inspected": _inspected,
    "is_past": lambda: Q(due_on__lt=timezone.localdate()),
    "is_concluded": lambda: Q(state__in=CONCLUDED),
    "is_troubled": _troubled,
    "is_to_publish": lambda: Q(campaign__publishes_results=True),
    "is_public": is_published,
    "has_ended_well": lambda: Q(state__in=ENDED_WELL),
}
"""What is asked of a task, each once in a query."""

Facts = Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Figure:
    """`any_of`: it counts the tasks, of those that stand, of which all of one of these are so. `definition`: printed
    under the tables."""

    label: str
    definition: str
    any_of: tuple[Facts, ...] = ({},)

    @property
    def facts(self) -> set[str]:
        return {name for facts in self.any_of for name in facts}

    def counts(self, task: Mapping[str, Any]) -> bool:
        return any(all(task[name] is value for name, value in facts.items()) for facts in self.any_of)

    def tasks(self, tasks: QuerySet[Task]) -> QuerySet[Task]:
        """Those counted."""
        wanted = Q()
        for facts in self.any_of:
            wanted |= Q(**facts)
        return tasks.alias(**{name: FACTS[name]() for name in sorted(self.facts)}).filter(wanted)


PUBLIC = {"is_to_publish": True, "is_public": True}
FIGURES = {
    "due": Figure("应检查", "未被替换、撤销的检查任务，演练除外"),
    "inspected": Figure(
        "已检查",
        "现场检查已结束（含无法联系、停业、迁出等到场情况）或采纳了其他活动结果的任务",
        ({"is_inspected": True},),
    ),
    "late": Figure("逾期未检查", "已过完成期限、尚未检查的任务", ({"is_past": True, "is_inspected": False},)),
    "concluded": Figure("已认定", "各部门检查结果已经联合研判认定的任务", ({"is_concluded": True},)),
    "troubled": Figure("发现问题", "已认定且有问题的任务，一项任务只计一次", ({"is_troubled": True},)),
    "to_publish": Figure(
        "应公示",
        "所在活动公示检查结果、且已认定或已公示的任务",
        ({"is_to_publish": True, "is_concluded": True}, PUBLIC),
    ),
    "published": Figure("已公示", "检查结果现在可以公开查询的任务", (PUBLIC,)),
    "finished": Figure("已公示且完结", "已公示、后续处置也已办结的任务", ({**PUBLIC, "has_ended_well": True},)),
    "closed": Figure("已办结", "后续处置已办结或采纳了其他活动结果的任务", ({"has_ended_well": True},)),
}
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


def counts_by(tasks: QuerySet[Task], *fields: str, only: Collection[str] = ()) -> dict[Any, Counts]:
    """Value of the field, or tuple of values → figures, all or only some; one query."""
    figures = {key: figure for key, figure in known_figures().items() if not only or key in only}
    facts = {name: FACTS[name]() for name in FACTS if any(name in figure.facts for figure in figures.values())}
    rows = tasks.order_by().annotate(**facts).values(*fields, *facts).annotate(count=Count("pk"))
    found: defaultdict[Any, Counts] = defaultdict(Counter)
    for row in rows:
        found[_key(row, fields)].update({key: row["count"] for key, figure in figures.items() if figure.counts(row)})
    return found


def _key(row: dict[str, Any], fields: tuple[str, ...]) -> Any:
    return row[fields[0]] if len(fields) == 1 else tuple(row[name] for name in fields)


def counts_of_part(counts: dict[Any, Counts], place: int) -> dict[Any, Counts]:
    """By one of the fields, out of counts by several."""
    found: defaultdict[Any, Counts] = defaultdict(Counter)
    for values, each in counts.items():
        found[values[place]].update(each)
    return found


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
