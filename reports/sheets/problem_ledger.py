"""问题台账: every standing finding of a concluded result, and how many of each kind each domain has."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.sheets.facts import findings_of, lines_of
from reports.sheets.kinds import NOTHING, SheetKind
from reports.sheets.wanted import Wanted
from visits.codes import Severity
from visits.models import Finding
from visits.states import MeasureState
from workbooks.statistical import Field, Group, StatisticalSheet

RULE = (
    "列入认定的检查结果中没有撤销的问题，一个问题一行；同一机构有几个问题的，分行列出。整改期限为通知书载明、经延期的以延期后为准。"
    "各领域各类问题数之和等于台账行数。"
)
SHORT = {
    Severity.FALSE: "虚假报告", Severity.UNTRUE: "不实报告", Severity.BEYOND: "超范围", Severity.VIOLATION: "其他违规",
    Severity.GENERAL: "一般问题",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProblemRow:
    sequence: int
    task: str
    institution: str
    code: str
    county: str
    domain: str
    line: str
    bureau: str
    matter: str
    severity: Severity
    facts: str
    basis: str
    orders: str
    due_on: date | None
    mended: str
    measures: str
    state: str


COLUMNS = (
    Field("序号", lambda row: row.sequence, "integer", 6),
    Field("任务编号", lambda row: row.task, width=18),
    Field("机构名称", lambda row: row.institution, width=28),
    Field("统一社会信用代码", lambda row: row.code, width=21),
    Field("县区", lambda row: row.county, width=10),
    Field("领域", lambda row: row.domain, width=18),
    Group("问题", (
        Field("检查单位", lambda row: row.bureau, width=18),
        Field("检查事项", lambda row: row.matter, width=22),
        Field("性质", lambda row: row.severity.label, width=14),
        Field("事实", lambda row: row.facts, width=40),
        Field("依据", lambda row: row.basis, width=24),
    )),
    Group("整改和处理", (
        Field("责令改正通知书", lambda row: row.orders, width=20),
        Field("整改期限", lambda row: row.due_on, "date", 12),
        Field("整改情况", lambda row: row.mended, width=12),
        Field("处理措施", lambda row: row.measures, width=24),
        Field("问题状态", lambda row: row.state, width=10),
    )),
)  # fmt: skip


def problem_rows(wanted: Wanted) -> list[ProblemRow]:
    """By plan line and task."""
    found = findings_of(wanted).select_related(
        "result__task__institution__county", "result__task__line", "result__bureau", "legal_basis"
    )
    found = found.prefetch_related("rectifications__bureau", "measures")
    ordered = found.order_by("result__task__line__position", "result__task__number", "pk")
    return [_row(number, finding) for number, finding in enumerate(ordered, start=1)]


def _row(number: int, finding: Finding) -> ProblemRow:
    task = finding.result.task
    orders = list(finding.rectifications.all())
    measures = [each for each in finding.measures.all() if each.state != MeasureState.DROPPED]
    return ProblemRow(
        sequence=number,
        task=task.number,
        institution=task.institution.name,
        code=task.institution.identifier,
        county=task.institution.county.name,
        domain=task.line.title,
        line=task.line.code,
        bureau=finding.result.bureau.short_name,
        matter=finding.matter,
        severity=Severity(finding.severity),
        facts=finding.facts,
        basis=str(finding.legal_basis or ""),
        orders="\n".join(order.number for order in orders),
        due_on=max((order.due_on for order in orders), default=None),
        mended="\n".join(order.get_state_display() for order in orders),
        measures="、".join(f"{each}（{each.get_state_display()}）" for each in measures),
        state=finding.get_state_display(),
    )


def compose(wanted: Wanted) -> list[StatisticalSheet]:
    rows, title = problem_rows(wanted), wanted.campaign.title
    return [
        StatisticalSheet(
            name="问题台账",
            title=f"{title}问题台账",
            columns=COLUMNS,
            items=rows,
            notes=() if rows else (NOTHING,),
            frozen_columns=3,
        ),
        StatisticalSheet(
            name="分领域统计",
            title=f"{title}各领域问题数（项）",
            columns=_counting_columns(),
            items=counts_by_line(wanted, rows),
            total="合计",
        ),
    ]


def _counting_columns() -> tuple[Field | Group, ...]:
    kinds = tuple(_count(severity) for severity in Severity)
    every = Field("合计", lambda row: sum(row[1].values()), "integer", 12, is_summed=True)
    return (Field("领域", lambda row: row[0], width=30), Group("性质", kinds), every)


def _count(severity: Severity) -> Field:
    return Field(SHORT[severity], lambda row: row[1][severity], "integer", 12, is_summed=True)


def counts_by_line(wanted: Wanted, rows: Sequence[ProblemRow]) -> list[tuple[str, Counter[Severity]]]:
    """(line, severity → problems) of every line, those without problems as well."""
    return [(line.title, Counter(row.severity for row in rows if row.line == line.code)) for line in lines_of(wanted)]


KIND = SheetKind(
    key="problem-ledger",
    label="问题台账",
    about="检查认定的每一个问题：机构、事实、性质、依据、整改期限和处理，并按领域和性质汇总。",
    rule=RULE,
    compose=compose,
)
