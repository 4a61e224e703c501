"""A simulation's result as pictures with their tables: each answers one question."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from accounts.templatetags.wording import amount
from campaigns.population import NATIONAL_CENTRE
from campaigns.sheets import JSON
from campaigns.simulation.counting import Tally
from campaigns.simulation.groups import CLASS, COUNTY, FLAG, KEY_TARGET, LINE, RECEIVED, UNFLAGGED

FLAG_NAMES = {
    RECEIVED: "上级分配给本级的机构",
    KEY_TARGET: "重点抽查对象",
    NATIONAL_CENTRE: "国家质检中心",
    UNFLAGGED: "其他机构",
}
MOST_TASKS_SHOWN = 8
MOST_GAPS_SHOWN = 10
MOST_COLUMNS_BESIDE = 3
RULE_OF_THREE = 3
"""What never happened in n draws happens in fewer than 3/n of all, 95 times in 100."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What templates/campaigns/_simulation_figure.html needs. `data` is that of components/chart.html;
    `rows` begin with their heading, the other cells stand under `columns`."""

    title: str
    chart_id: str
    data: JSON
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str = ""

    @property
    def is_wide(self) -> bool:
        """The table needs the whole width and stands below the picture."""
        return len(self.columns) > MOST_COLUMNS_BESIDE


@dataclass(frozen=True, slots=True)
class Row:
    """One group of institutions as it was simulated; `chance` is the theory's, where it is simple."""

    label: str
    members: int
    chance: float | None
    tally: Tally

    @property
    def share(self) -> float | None:
        """The part of the members that is drawn, on average."""
        return self.tally.mean / self.members if self.members else None

    @property
    def cells(self) -> tuple[str, ...]:
        margin = self.tally.margin / self.members if self.members else 0
        return (percent(self.share, margin), percent(self.chance), amount(self.members))


def figures_of(result: JSON, *, with_risk: bool) -> list[Figure]:
    """with_risk: whether the viewer may know credit classes and risk flags, which are internal to the regulators."""
    found = [_lines(result)]
    if with_risk:
        found.append(_classes(result))
    found += [*_flags(result, with_risk=with_risk), _counties(result), _none(result)]
    return [*found, _bureaus(result), _spread(result), _gaps(result)]


def percent(value: float | None, margin: float = 0) -> str:
    """9.49% ± 0.03%; "—" for None; no margin where it is nothing at this precision."""
    if value is None:
        return "—"
    return f"{value:.2%} ± {margin:.2%}" if margin >= 0.00005 else f"{value:.2%}"


def mean_in_words(tally: Tally) -> str:
    """2.49 ± 0.03, as `percent`."""
    return f"{tally.mean:.2f} ± {tally.margin:.2f}" if tally.margin >= 0.005 else f"{tally.mean:.2f}"


def _rows(result: JSON, kind: str, name: Callable[[JSON], str]) -> Iterator[Row]:
    for group in result["groups"]:
        if group["kind"] == kind:
            yield _row(group, name(group))


def _row(group: JSON, label: str) -> Row:
    return Row(label, group["members"], group["chance"], Tally(**group["tally"]))


CHANCE_COLUMNS = ("推演机会", "理论机会", "家数")


def _chance_chart(label: str, rows: Sequence[Row]) -> JSON:
    return {
        "kind": "bar",
        "category_label": label,
        "unit": "%",
        "categories": [row.label for row in rows],
        "series": [
            {"name": "理论机会", "values": [_hundredths(row.chance) for row in rows]},
            {"name": "推演机会", "values": [_hundredths(row.share) for row in rows]},
        ],
    }


def _hundredths(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


def _lines(result: JSON) -> Figure:
    rows = list(_rows(result, LINE, lambda group: str(result["names"]["lines"][group["name"]])))
    return Figure(
        "每个条目里，一家机构被抽中的机会有多大？",
        "chance-by-line",
        _chance_chart("条目", rows),
        CHANCE_COLUMNS,
        [(row.label, *row.cells) for row in rows],
        "一个条目每次抽取的家数是固定的，所以推演与理论相同；这里是条目内各机构的平均数。",
    )


def _classes(result: JSON) -> Figure:
    """The picture has the classes of the whole plan, the table also those of each line."""
    groups = sorted((group for group in result["groups"] if group["kind"] == CLASS), key=_class_order(result))
    lines = {"": "", **result["names"]["lines"]}
    rows = [_row(group, f"{lines[group['line']]} {_class_name(group)}".strip()) for group in groups]
    overall = [row for row, group in zip(rows, groups, strict=True) if not group["line"]]
    return Figure(
        "信用风险分类不同的机构，机会一样吗？",
        "chance-by-class",
        _chance_chart("分类", overall),
        CHANCE_COLUMNS,
        [(row.label, *row.cells) for row in rows],
        "信用风险分类仅供市场监管部门内部使用。图中是各条目合计；各条目抽取比例不同，同一条目内的比较见表。",
    )


def _class_order(result: JSON) -> Callable[[JSON], tuple[int, str]]:
    order = ["", *result["names"]["lines"]]
    return lambda group: (order.index(group["line"]), group["name"] or "Z")


def _class_name(group: JSON) -> str:
    return f"{group['name']} 类" if group["name"] else "未分类"


def _flags(result: JSON, *, with_risk: bool) -> Iterator[Figure]:
    """Nothing where no institution bears a flag that the viewer may know of; who bears a hidden one is not "other"."""
    found = {group["name"] for group in result["groups"] if group["kind"] == FLAG}
    hides_some = not with_risk and KEY_TARGET in found
    shown = [flag for flag in FLAG_NAMES if flag in found]
    shown = [flag for flag in shown if not (hides_some and flag in {KEY_TARGET, UNFLAGGED})]
    if set(shown) <= {UNFLAGGED}:
        return
    by_flag = {row.label: row for row in _rows(result, FLAG, lambda group: FLAG_NAMES[group["name"]])}
    rows = [by_flag[FLAG_NAMES[flag]] for flag in shown]
    yield Figure(
        "哪些机构的机会更大？",
        "chance-by-flag",
        _chance_chart("机构", rows),
        CHANCE_COLUMNS,
        [(row.label, *row.cells) for row in rows],
        "一家机构有几种情形的，在每一种里各计一次。",
    )


def _county_rows(result: JSON) -> list[Row]:
    return list(_rows(result, COUNTY, lambda group: str(result["names"]["counties"].get(group["name"], group["name"]))))


def _counties(result: JSON) -> Figure:
    rows = _county_rows(result)
    return Figure(
        "各县区预计抽到几家？",
        "expected-by-county",
        {
            "kind": "bar",
            "category_label": "县区",
            "unit": "家",
            "categories": [row.label for row in rows],
            "series": [{"name": "平均每次抽到", "values": [round(row.tally.mean, 2) for row in rows]}],
        },
        ("预计（家）", *CHANCE_COLUMNS),
        [(row.label, mean_in_words(row.tally), *row.cells) for row in rows],
        "预计数是平均数，一次抽取可能多于或少于它。",
    )


def _none(result: JSON) -> Figure:
    rows = _county_rows(result)
    return Figure(
        "哪些县区可能一家也抽不到？",
        "none-by-county",
        {
            "kind": "bar",
            "category_label": "县区",
            "unit": "%",
            "categories": [row.label for row in rows],
            "series": [{"name": "一家也没有", "values": [_hundredths(row.tally.share_of_zeros) for row in rows]}],
        },
        ("一家也没有", "家数"),
        [(row.label, none_in_words(row), amount(row.members)) for row in rows],
        "在全部推演中，该县区没有一家机构被抽中的次数所占的比例。",
    )


def none_in_words(row: Row) -> str:
    tally = row.tally
    if not row.members:
        return "无可抽机构"
    if not tally.zeros:
        return never_in_words(tally.draws)
    if tally.zeros == tally.draws:
        return "每次都是"
    return percent(tally.share_of_zeros, tally.margin_of_zeros)


def never_in_words(draws: int) -> str:
    return f"没有出现（至多 {RULE_OF_THREE / draws:.2%}）"


def _bureaus(result: JSON) -> Figure:
    bureaus = sorted(result["bureaus"], key=lambda bureau: (-bureau["tally"]["total"], bureau["name"]))
    loads = [_people_by_tasks(bureau["loads"], result["team_draws"]) for bureau in bureaus]
    steps = range(max((max(load, default=0) for load in loads), default=0) + 1)
    return Figure(
        "各单位的人员预计承担多少任务？",
        "load-by-bureau",
        {
            "kind": "stacked",
            "category_label": "单位",
            "unit": "人",
            "categories": [bureau["name"] for bureau in bureaus],
            "series": [
                {"name": _tasks_name(tasks), "values": [round(load[tasks], 2) for load in loads]} for tasks in steps
            ],
        },
        ("人员（名）", "平均每次出动（人次）", "人均（项）", *(_tasks_name(tasks) for tasks in steps)),
        [_bureau_row(bureau, load, len(steps)) for bureau, load in zip(bureaus, loads, strict=True)],
        f"按任务数列出的是平均每次有多少人。每人最多 {result['limit']} 项。",
    )


def _people_by_tasks(loads: Iterable[tuple[int, int]], draws: int) -> defaultdict[int, float]:
    """How many people have so many tasks in a mean draw; the many together from MOST_TASKS_SHOWN on."""
    found: defaultdict[int, float] = defaultdict(float)
    for tasks, times in loads:
        found[min(tasks, MOST_TASKS_SHOWN)] += times / draws
    return found


def _tasks_name(tasks: int) -> str:
    return f"{tasks} 项及以上" if tasks == MOST_TASKS_SHOWN else f"{tasks} 项"


def _bureau_row(bureau: JSON, load: Mapping[int, float], steps: int) -> tuple[str, ...]:
    tally = Tally(**bureau["tally"])
    people = bureau["people"]
    by_tasks = (f"{load[tasks]:.2f} 人" for tasks in range(steps))
    return (bureau["name"], amount(people), mean_in_words(tally), f"{tally.mean / people:.2f}", *by_tasks)


def _spread(result: JSON) -> Figure:
    loads = chain.from_iterable(bureau["loads"] for bureau in result["bureaus"])
    load = _people_by_tasks(loads, result["team_draws"])
    steps = range(max(load, default=0) + 1)
    return Figure(
        "任务在检查人员之间分得均匀吗？",
        "load-spread",
        {
            "kind": "column",
            "category_label": "每人任务数",
            "unit": "人",
            "categories": [_tasks_name(tasks) for tasks in steps],
            "series": [{"name": "平均人数", "values": [round(load[tasks], 2) for tasks in steps]}],
        },
        ("平均人数", "占全部人员"),
        [(_tasks_name(tasks), f"{load[tasks]:.2f}", percent(load[tasks] / result["people"])) for tasks in steps],
        f"共 {result['people']} 名检查人员和专家可以抽取，每人最多 {result['limit']} 项任务。",
    )


def _gaps(result: JSON) -> Figure:
    draws = result["team_draws"]
    found: Counter[int] = Counter()
    for gaps, times in result["gaps"]:
        found[min(gaps, MOST_GAPS_SHOWN)] += times
    steps = range(max(found) + 1)
    short = [
        (result["names"]["pools"][row["pool"]], percent(row["draws"] / draws), f"{row['places'] / draws:.2f}")
        for row in result["short"]
    ]
    return Figure(
        "检查组会不会缺人？",
        "gaps",
        {
            "kind": "column",
            "category_label": "空缺席位",
            "unit": "%",
            "categories": [_gaps_name(gaps) for gaps in steps],
            "series": [{"name": "占推演次数", "values": [_hundredths(found[gaps] / draws) for gaps in steps]}],
        },
        ("出现空缺的比例", "平均空缺（个）"),
        [("全部席位", _share_with_gaps(found[0], draws), _mean_gaps(result)), *short],
        "一个席位空缺，是指任何调配都找不到可以参加、没有回避且未满任务数的人。",
    )


def _share_with_gaps(draws_without: int, draws: int) -> str:
    if draws_without == draws:
        return never_in_words(draws)
    return percent(1 - draws_without / draws)


def _gaps_name(gaps: int) -> str:
    if not gaps:
        return "没有空缺"
    return f"{gaps} 个及以上" if gaps == MOST_GAPS_SHOWN else f"{gaps} 个"


def _mean_gaps(result: JSON) -> str:
    return f"{sum(gaps * times for gaps, times in result['gaps']) / result['team_draws']:.2f}"
