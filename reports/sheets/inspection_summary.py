"""《检查信息汇总表》, the annex of 晋市市监办发〔2022〕34号, column for column. An institution with certificates in several of
the domains is counted in the row of each, as the sheet sums rows; money and cases, which belong to one inspection, stand
once, in the row under which it was made."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns.models import Campaign, CampaignKind, PlanLine
from reports.datasets import long_date
from reports.sheets.facts import REVOKED, TaskFacts, facts_of, lines_of, money_measures, police_measures, tasks_of
from reports.sheets.kinds import SheetKind
from reports.sheets.wanted import Wanted
from visits.boards import Rows
from workbooks.statistical import Field, Group, StatisticalSheet

TEN_THOUSAND = Decimal(10_000)

INSTITUTIONS: dict[str, Callable[[TaskFacts], bool]] = {
    "inspected": lambda facts: facts.is_inspected,
    "violating": lambda facts: facts.violates,
    "untrue": lambda facts: facts.reports_falsely,
    "ordered": lambda facts: facts.must_mend,
    "revoked": lambda facts: not facts.measures.isdisjoint(REVOKED),
}
"""Figures in 家."""
WORDS = {
    "inspected": "检查机构", "violating": "存在违法违规行为的机构", "untrue": "出具不实、虚假报告的机构",
    "ordered": "责令改正/整改的机构", "revoked": "撤销/注销的机构", "fined": "罚没款", "police": "移送公安司法机关",
}  # fmt: skip

RULE = (
    "“检查机构数”为已实施现场检查和采纳其他活动结果的机构；违法违规行为以认定的检查结果为准，不含一般质量管理或技术问题；"
    "“责令改正/整改”含责令改正通知书、责令改正和自行整改；处理处罚以已作出的决定为准，罚没款含对个人的罚没，以元登记、以万元填列；"
    "家为机构数，起为案件数。一家机构取得几个领域资质认定的，在各领域分别计数；罚没款和移送只计入实施检查的领域。总数为各行之和。"
)


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One domain. Figures in 家, `fined` in 万元, `police` in 起."""

    code: str
    domain: str
    departments: str
    inspected: int
    violating: int
    untrue: int
    ordered: int
    revoked: int
    fined: Decimal
    police: int


DOMAIN = Field("领域", lambda row: row.domain, width=32)
DEPARTMENTS = Field("部门联合情况\n(部门名称)", lambda row: row.departments, width=18)
FIGURES = (
    Field("检查机构数\n(家)", lambda row: row.inspected, "integer", 11, key="inspected", is_summed=True),
    Group("违法违规行为", (
        Field("存在违法违规行为的机构\n(家)", lambda row: row.violating, "integer", 14, key="violating", is_summed=True),
        Field("其中：出具不实、虚假报告\n(家)", lambda row: row.untrue, "integer", 14, key="untrue", is_summed=True),
    )),
    Group("处理/处罚情况", (
        Field("责令改正/整改\n(家)", lambda row: row.ordered, "integer", 12, key="ordered", is_summed=True),
        Field("撤销/注销\n(家)", lambda row: row.revoked, "integer", 11, key="revoked", is_summed=True),
        Field("罚没款\n(万元)", lambda row: row.fined, "money", 12, key="fined", is_summed=True),
        Field("移送公安司法机关\n(起)", lambda row: row.police, "integer", 14, key="police", is_summed=True),
    )),
)  # fmt: skip


def columns_of(campaign: Campaign) -> tuple[Field | Group, ...]:
    """The printed heading speaks of a 专项整治行动; other campaigns are none."""
    heading = "专项整治行动检查情况" if campaign.kind == CampaignKind.SPECIAL else "检查情况"
    return (DOMAIN, DEPARTMENTS, Group(heading, FIGURES))


def figure_labels() -> Iterator[str]:
    """The headings of the figures in one line each, as a blank sheet prints them."""
    for each in FIGURES:
        for field in each.columns if isinstance(each, Group) else (each,):
            yield field.header.replace("\n(", "（").replace(")", "）")


def summary_rows(wanted: Wanted, facts: Sequence[TaskFacts] | None = None) -> list[SummaryRow]:
    """The campaign's lines in their order, those with nothing as well."""
    facts = facts_of(wanted) if facts is None else facts
    return [_row(wanted, line, facts) for line in lines_of(wanted)]


def _row(wanted: Wanted, line: PlanLine, facts: Sequence[TaskFacts]) -> SummaryRow:
    there = [each for each in facts if line.pk in each.lines]
    under = [each for each in facts if each.line == line.pk]
    counts = {key: sum(1 for each in there if counts_it(each)) for key, counts_it in INSTITUTIONS.items()}
    return SummaryRow(
        code=line.code,
        domain=line.title,
        departments=departments_of(wanted, line),
        fined=sum((each.money for each in under), Decimal()) / TEN_THOUSAND,
        police=sum(each.to_police for each in under),
        **counts,
    )


def departments_of(wanted: Wanted, line: PlanLine) -> str:
    """The departments that took part beside the one that leads the campaign; 无 when there was none."""
    own = wanted.campaign.lead_bureau.department_id
    bureaus = [line.lead_bureau, *line.partners.all()]
    names = dict.fromkeys(each.department.name for each in bureaus if each.department_id != own)
    return "、".join(names) or "无"


def compose(wanted: Wanted) -> list[StatisticalSheet]:
    facts = facts_of(wanted)
    return [
        StatisticalSheet(
            name="检查信息汇总表",
            title=f"{wanted.campaign.title}检查信息汇总表",
            columns=columns_of(wanted.campaign),
            items=summary_rows(wanted, facts),
            total="总数",
            annex="附件：",
            lines_above=(f"填报单位：{wanted.user.bureau}　　填报日期：{long_date(wanted.at.date())}",),
            notes=tuple(_notes(facts)),
        )
    ]


def _notes(facts: Sequence[TaskFacts]) -> Iterator[str]:
    figures = "，".join(f"{WORDS[key]} {distinct(key, facts)} 家" for key in INSTITUTIONS)
    yield f"去重后的机构数（一家机构无论有几个领域只计一次）：{figures}。"
    if adopted := sum(each.is_adopted for each in facts):
        yield f"检查机构数中，采纳其他活动检查结果的 {adopted} 项，其问题和处理在原活动中统计，不在本表重复计算。"
    if in_vain := sum(each.was_in_vain for each in facts):
        yield f"另有 {in_vain} 家机构到场后因无法联系、关闭停业、迁出、未开展业务或者拒绝检查未能实施检查。"


def distinct(figure: str, facts: Sequence[TaskFacts]) -> int:
    """Institutions, each once."""
    counts_it = INSTITUTIONS[figure]
    return len({each.institution for each in facts if counts_it(each)})


def rows_of(wanted: Wanted, figure: str, line: str) -> Rows:
    """The tasks of the institutions, or the measures, behind one figure of one line, or of all. Raises KeyError."""
    if figure in ("fined", "police"):
        measures = money_measures(wanted) if figure == "fined" else police_measures(wanted)
        return measures.filter(task__line__code=line) if line else measures
    counts_it = INSTITUTIONS[figure]
    keys = {each.code: each.pk for each in lines_of(wanted)}
    wanted_line = keys[line] if line else None
    found = [each.task for each in facts_of(wanted) if counts_it(each) and (not line or wanted_line in each.lines)]
    return tasks_of(wanted).filter(pk__in=found)


KIND = SheetKind(
    key="inspection-summary",
    label="检查信息汇总表",
    about="各领域检查了多少家机构、发现什么、怎样处理，格式与晋市市监办发〔2022〕34号附件一致，随总结报送上级。",
    rule=RULE,
    compose=compose,
    rows_of=rows_of,
)
