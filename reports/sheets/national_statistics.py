"""The statistics table that provinces send up under 国市监检测发〔2023〕90号 (section 五(四)). The text of its annex 3 was
not to be had: the columns follow what the notice asks to be told of each domain and the ministry's bulletin on the
campaign counts, not a printed form. Each institution counts in the one line under which it is inspected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns.models import PlanLine
from institutions.models import Certificate
from reports.sheets.facts import (
    PENALTIES,
    TaskFacts,
    facts_of,
    leads_abroad,
    leads_of,
    lines_of,
    money_measures,
    police_measures,
    tasks_of,
)
from reports.sheets.inspection_summary import TEN_THOUSAND
from reports.sheets.kinds import SheetKind
from reports.sheets.wanted import Wanted
from visits.boards import Rows
from visits.codes import Severity
from workbooks.statistical import Field, Group, StatisticalSheet

INSTITUTIONS: dict[str, Callable[[TaskFacts], bool]] = {
    "drawn": lambda facts: not facts.is_added,
    "added": lambda facts: facts.is_added,
    "inspected": lambda facts: facts.is_inspected,
    "troubled": lambda facts: bool(facts.severities),
    "beyond": lambda facts: Severity.BEYOND in facts.severities,
    "untrue": lambda facts: Severity.UNTRUE in facts.severities,
    "false": lambda facts: Severity.FALSE in facts.severities,
    "ordered": lambda facts: facts.must_mend,
    "penalised": lambda facts: not facts.measures.isdisjoint(PENALTIES),
}
"""Figures in 家."""
LISTED = {
    "fined": money_measures, "police": police_measures, "leads": leads_of, "abroad": leads_abroad,
}  # fmt: skip
"""Figures in 万元 and 起: of measures and of leads handed over."""
RULE = (
    "按计划条目统计，一家机构只计入实施检查的一个领域，合计即为机构总数。“抽查机构”不含增列的重点、全覆盖和延伸检查，不抽取的活动为列入检查的全部机构；“检查机构”为已实施现场检查和"
    "采纳其他活动结果的机构；问题以认定的检查结果为准；一家机构有几类问题的，各类分别计数；处理处罚以已作出的决定为准；线索为已移送其他部门或者地区的，"
    "跨省为接收单位在其他省份的。"
)


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """One plan line; `counts`: figure → number; `fined` is in 万元."""

    code: str
    domain: str
    lead: str
    counts: dict[str, int | Decimal]


def figure(header: str, key: str, kind: str = "integer", width: float = 9) -> Field:
    return Field(header, lambda row: row.counts[key], kind, width, key=key, is_summed=True)  # type: ignore[arg-type]


COLUMNS = (
    Field("领域", lambda row: row.domain, width=32),
    Field("牵头部门", lambda row: row.lead, width=16),
    figure("抽查机构\n(家)", "drawn"),
    figure("增列检查\n(家)", "added"),
    figure("检查机构\n(家)", "inspected"),
    Group("发现问题", (
        figure("存在问题\n(家)", "troubled"), figure("其中：超范围\n(家)", "beyond", width=11), figure("其中：不实\n(家)", "untrue"),
        figure("其中：虚假\n(家)", "false"),
    )),
    Group("处理处罚", (
        figure("责令改正\n(家)", "ordered"), figure("行政处罚\n(家)", "penalised"),
        figure("罚没款\n(万元)", "fined", "money", 11), figure("移送公安\n(起)", "police"),
    )),
    Group("线索移送", (figure("移送\n(起)", "leads"), figure("其中：跨省\n(起)", "abroad"))),
)  # fmt: skip


def statistics_rows(wanted: Wanted, facts: Sequence[TaskFacts] | None = None) -> list[StatisticsRow]:
    facts = facts_of(wanted) if facts is None else facts
    return [_row(line, [each for each in facts if each.line == line.pk]) for line in lines_of(wanted)]


def _row(line: PlanLine, facts: Sequence[TaskFacts]) -> StatisticsRow:
    counts: dict[str, int | Decimal] = {
        key: sum(1 for each in facts if counts_it(each)) for key, counts_it in INSTITUTIONS.items()
    }
    counts["fined"] = sum((each.money for each in facts), Decimal()) / TEN_THOUSAND
    counts["police"] = sum(each.to_police for each in facts)
    counts["leads"] = sum(each.leads for each in facts)
    counts["abroad"] = sum(each.leads_abroad for each in facts)
    return StatisticsRow(line.code, line.title, line.lead_bureau.department.name, counts)


def compose(wanted: Wanted) -> list[StatisticalSheet]:
    facts = facts_of(wanted)
    return [
        StatisticalSheet(
            name="抽查情况统计表",
            title=f"{wanted.campaign.title}情况统计表",
            columns=COLUMNS,
            items=statistics_rows(wanted, facts),
            total="合计",
            lines_above=(f"填报单位：{wanted.user.bureau}",),
            notes=(f"抽查机构中有国家质检中心 {national_centres(facts)} 家。",),
            frozen_columns=1,
        )
    ]


def national_centres(facts: Sequence[TaskFacts]) -> int:
    """Of the institutions that were drawn."""
    drawn = [each.institution for each in facts if not each.is_added]
    centres = Certificate.objects.filter(institution__in=drawn, is_national_centre=True)
    return centres.order_by().values("institution").distinct().count()


def rows_of(wanted: Wanted, figure: str, line: str) -> Rows:
    """The tasks, measures or leads behind one figure of one line, or of all. Raises KeyError."""
    if figure in LISTED:
        found: Rows = LISTED[figure](wanted)
        return found.filter(task__line__code=line) if line else found
    counts_it = INSTITUTIONS[figure]
    keys = {each.code: each.pk for each in lines_of(wanted)}
    chosen = {keys[line]} if line else set(keys.values())
    tasks = [each.task for each in facts_of(wanted) if counts_it(each) and each.line in chosen]
    return tasks_of(wanted).filter(pk__in=tasks)


KIND = SheetKind(
    key="national-statistics",
    label="抽查情况统计表",
    about="各领域抽查、检查、发现问题、处理处罚和线索移送的家数、金额和起数，按国市监检测发〔2023〕90号的要求随总结报送。",
    rule=RULE,
    compose=compose,
    rows_of=rows_of,
)
