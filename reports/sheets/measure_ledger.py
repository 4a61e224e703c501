"""处理处罚台账: every measure that was not dropped, and how many of each kind were decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.sheets.facts import DECIDED, tasks_of
from reports.sheets.kinds import NOTHING, SheetKind
from reports.sheets.wanted import Wanted
from visits.codes import MeasureKind
from visits.models import Measure
from visits.states import MeasureState
from workbooks.statistical import Field, Group, StatisticalSheet

RULE = (
    "列入没有取消的处理措施，拟办理的也列入并注明状态；金额为已决定的罚款和没收，单位为元。撤销、注销、吊销和取消检验资格是不同的措施，分别列出。"
    "分措施统计中的机构数按机构去重，其余各列之和等于台账行数和台账金额。"
)


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """`institution_key` tells institutions of one name apart; amounts in 元."""

    sequence: int
    task: str
    institution: str
    institution_key: int
    code: str
    county: str
    domain: str
    problems: str
    kind: MeasureKind
    target: str
    bureau: str
    document: str
    decided_on: date | None
    ends_on: date | None
    done_on: date | None
    state: MeasureState
    amount: Decimal | None


COLUMNS = (
    Field("序号", lambda row: row.sequence, "integer", 6),
    Field("任务编号", lambda row: row.task, width=18),
    Field("机构名称", lambda row: row.institution, width=28),
    Field("统一社会信用代码", lambda row: row.code, width=21),
    Field("县区", lambda row: row.county, width=10),
    Field("领域", lambda row: row.domain, width=18),
    Field("针对的问题", lambda row: row.problems, width=32),
    Group("措施", (
        Field("种类", lambda row: row.kind.label, width=16),
        Field("对象", lambda row: row.target, width=16),
        Field("作出单位", lambda row: row.bureau, width=18),
        Field("文号", lambda row: row.document, width=24),
        Field("状态", lambda row: row.state.label, width=10),
    )),
    Group("日期", (
        Field("决定", lambda row: row.decided_on, "date", 12),
        Field("终止", lambda row: row.ends_on, "date", 12),
        Field("执行", lambda row: row.done_on, "date", 12),
    )),
    Field("金额\n（元）", lambda row: row.amount, "money", 14, key="amount", is_summed=True),
)  # fmt: skip
BY_KIND = (
    Field("措施", lambda row: row.kind.label, width=24),
    Field("拟办理\n（件）", lambda row: row.planned, "integer", 12, is_summed=True),
    Field("已决定\n（件）", lambda row: row.decided, "integer", 12, is_summed=True),
    Field("已执行\n（件）", lambda row: row.done, "integer", 12, is_summed=True),
    Field("机构数\n（家）", lambda row: row.institutions, "integer", 12),
    Field("其中针对个人\n（件）", lambda row: row.persons, "integer", 14, is_summed=True),
    Field("金额\n（元）", lambda row: row.amount, "money", 16, is_summed=True),
)


@dataclass(frozen=True, slots=True)
class KindRow:
    """Measures of one kind; `institutions`: with a decided one, each once."""

    kind: MeasureKind
    planned: int
    decided: int
    done: int
    institutions: int
    persons: int
    amount: Decimal


def measure_rows(wanted: Wanted) -> list[MeasureRow]:
    """By plan line and task."""
    seen = Measure.objects.visible_to(wanted.user).filter(task__in=tasks_of(wanted)).exclude(state=MeasureState.DROPPED)
    seen = seen.select_related("task__institution__county", "task__line", "bureau").prefetch_related("findings")
    ordered = seen.order_by("task__line__position", "task__number", "pk")
    return [_row(number, measure) for number, measure in enumerate(ordered, start=1)]


def _row(number: int, measure: Measure) -> MeasureRow:
    task = measure.task
    person = f"{measure.person}（{measure.post}）" if measure.post else measure.person
    return MeasureRow(
        sequence=number,
        task=task.number,
        institution=task.institution.name,
        institution_key=task.institution_id,
        code=task.institution.identifier,
        county=task.institution.county.name,
        domain=task.line.title,
        problems="；".join(finding.matter for finding in measure.findings.all()),
        kind=MeasureKind(measure.kind),
        target=person or "机构",
        bureau=measure.bureau.short_name,
        document=measure.document_number,
        decided_on=measure.decided_on,
        ends_on=measure.ends_on,
        done_on=measure.done_on,
        state=MeasureState(measure.state),
        amount=measure.amount,
    )


def kind_rows(rows: Sequence[MeasureRow]) -> list[KindRow]:
    """Every kind, those without measures as well."""
    return [_kind_row(kind, [row for row in rows if row.kind == kind]) for kind in MeasureKind]


def _kind_row(kind: MeasureKind, rows: Sequence[MeasureRow]) -> KindRow:
    states = [row.state for row in rows]
    return KindRow(
        kind=kind,
        planned=states.count(MeasureState.PLANNED),
        decided=states.count(MeasureState.DECIDED),
        done=states.count(MeasureState.DONE),
        institutions=len({row.institution_key for row in rows if row.state in DECIDED}),
        persons=sum(row.target != "机构" for row in rows),
        amount=sum((row.amount or Decimal() for row in rows), Decimal()),
    )


def compose(wanted: Wanted) -> list[StatisticalSheet]:
    rows, title = measure_rows(wanted), wanted.campaign.title
    return [
        StatisticalSheet(
            name="处理处罚台账",
            title=f"{title}处理处罚台账",
            columns=COLUMNS,
            items=rows,
            total="合计",
            notes=() if rows else (NOTHING,),
            frozen_columns=3,
        ),
        StatisticalSheet(
            name="分措施统计", title=f"{title}各类处理处罚", columns=BY_KIND, items=kind_rows(rows), total="合计"
        ),
    ]


KIND = SheetKind(
    key="measure-ledger",
    label="处理处罚台账",
    about="每一项处理处罚：针对的问题、作出单位、文号、日期、执行和金额，并按措施种类汇总。",
    rule=RULE,
    compose=compose,
)
