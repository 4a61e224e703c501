"""检查结果导入表 of the provincial platform, one worksheet a department: its header is the first row, its codes are the
platform's own, so that the file can be imported there as it is. The last worksheet explains it.

The platform keys results by 任务编号 and 统一社会信用代码 and asks of each matter whether it was checked, what was found
and what was done; of the whole, methods, results and what follows. Several codes stand with commas between them, a
sub-category with the categories above it (A,2,B)."""

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from campaigns.models import InspectionMatter
from reports.sheets.facts import tasks_of
from reports.sheets.kinds import Say, SheetKind, state_words
from reports.sheets.wanted import Wanted
from visits.codes import Category, Check, FollowUp, SubCategory
from visits.models import DepartmentResult, Entry, Visit
from visits.sheet import MATTER
from visits.states import FindingState, ResultState, VisitState
from workbooks.writing import ExportColumn, ExportSheet, write_table

PARENTS = {
    SubCategory.NOT_PUBLISHED: "2", SubCategory.FALSELY_PUBLISHED: "2", SubCategory.UNREACHABLE: "2",
    SubCategory.OTHER: "2",
}  # fmt: skip
"""B, C, 6 and D stand under 2 there."""
FOLLOW_UP = {
    FollowUp.NONE: "未发现问题或相关问题已规范、已改正，无需后续处置",
    FollowUp.ROUTINE: "停止检查，反馈至日常监管部门依法依规处理",
    FollowUp.ORDERED: "违反本部门相关规定，责令改正；后续跟踪由日常监管部门负责",
    FollowUp.CASE: "发现案件线索，初步固定相关证据后移送办案机构依法依规处理",
    FollowUp.OTHER_DEPARTMENT: "违反其他部门相关规定，抄告相关部门。",
    FollowUp.OTHER: "其他",
}
"""The platform keeps sentences, not codes."""
CHECKED = {Check.SOUND: "是", Check.PROBLEM: "是", Check.NOT_APPLICABLE: "否", Check.UNCHECKED: "否"}
NONE_FOUND = "无"
RULE = (
    "每个部门一张工作表，列入该部门已认定的检查结果，一项抽查事项一行；结果代码按省平台“检查结果”代码表，多个代码以逗号分隔，子类前列其上级代码；"
    "草稿、退回和待审核的结果不列入。"
)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One matter of one department's result."""

    task: str
    code: str
    institution: str
    bureau: str
    matter: str
    is_checked: str
    found: str
    done: str
    methods: str
    categories: str
    category_words: str
    follow_up: str
    is_finished: str
    inspected_on: date | None
    officers: str


COLUMNS = (
    ExportColumn("任务编号", lambda row: row.task, width=20),
    ExportColumn("统一社会信用代码", lambda row: row.code, width=21),
    ExportColumn("企业名称", lambda row: row.institution, width=32),
    ExportColumn("检查机关", lambda row: row.bureau, width=26),
    ExportColumn("抽查事项", lambda row: row.matter, width=32),
    ExportColumn("是否检查", lambda row: row.is_checked, width=10),
    ExportColumn("发现问题情况", lambda row: row.found, width=40),
    ExportColumn("处置情况", lambda row: row.done, width=24),
    ExportColumn("核查方式", lambda row: row.methods, width=12),
    ExportColumn("检查结果", lambda row: row.categories, width=12),
    ExportColumn("检查结果说明", lambda row: row.category_words, width=28),
    ExportColumn("后续处置措施", lambda row: row.follow_up, width=44),
    ExportColumn("是否完结", lambda row: row.is_finished, width=10),
    ExportColumn("检查完成日期", lambda row: row.inspected_on, "date", 14),
    ExportColumn("检查人员", lambda row: row.officers, width=24),
)


def result_rows(wanted: Wanted) -> Mapping[str, list[ResultRow]]:
    """Department's name → rows by task and matter."""
    seen = DepartmentResult.objects.visible_to(wanted.user).filter(task__in=tasks_of(wanted), state=ResultState.FINAL)
    seen = seen.select_related("task__institution", "task__line", "bureau__department").order_by("task__number", "pk")
    seen = seen.prefetch_related("findings", "task__line__matters")
    visits, entries = _visits(wanted), _entries(wanted)
    found: defaultdict[str, list[ResultRow]] = defaultdict(list)
    for result in seen:
        visit = visits.get(result.task_id)
        answers = entries.get(visit.pk, {}) if visit else {}
        found[result.bureau.department.name] += _rows(result, visit, answers)
    return found


def _visits(wanted: Wanted) -> dict[int, Visit]:
    """Task → its last visit that ended."""
    ended = Visit.objects.filter(task__in=tasks_of(wanted), state=VisitState.ENDED).order_by("number")
    return {visit.task_id: visit for visit in ended.prefetch_related("attendees__inspector__bureau")}


def _entries(wanted: Wanted) -> dict[int, dict[str, str]]:
    """Visit → code of a matter → the answer to it."""
    rows = Entry.objects.filter(visit__task__in=tasks_of(wanted), line__startswith=f"{MATTER}:").order_by()
    found: dict[int, dict[str, str]] = {}
    for visit, line, answer in rows.values_list("visit_id", "line", "answer"):
        found.setdefault(visit, {})[line.partition(":")[2]] = answer
    return found


def _rows(result: DepartmentResult, visit: Visit | None, answers: Mapping[str, str]) -> Iterator[ResultRow]:
    """What was found outside the listed matters stands in the first row."""
    own = [each for each in result.task.line.matters.all() if each.department_id == result.bureau.department_id]
    standing = [each for each in result.findings.all() if each.state != FindingState.WITHDRAWN]
    names = {each.name for each in own}
    others = [each.facts for each in standing if each.matter not in names]
    for place, matter in enumerate(own or [None]):
        facts = [each.facts for each in standing if matter and each.matter == matter.name]
        yield _row(result, visit, matter, [*facts, *(others if place == 0 else [])], answers)


def _row(
    result: DepartmentResult,
    visit: Visit | None,
    matter: InspectionMatter | None,
    facts: Sequence[str],
    answers: Mapping[str, str],
) -> ResultRow:
    task, answer = result.task, answers.get(matter.code, "") if matter else ""
    is_checked = "是" if facts else CHECKED[Check(answer)] if answer else "是" if visit else "否"
    return ResultRow(
        task=task.number,
        code=task.institution.identifier,
        institution=task.institution.name,
        bureau=result.bureau.name,
        matter=matter.name if matter else "",
        is_checked=is_checked,
        found="；".join(each.rstrip("。；") for each in facts) or NONE_FOUND,
        done=result.get_trade_outcome_display() if facts else NONE_FOUND,
        methods=",".join(matter.methods) if matter else "1",
        categories=category_codes(result.category, result.sub_category),
        category_words=_category_words(result),
        follow_up=FOLLOW_UP[FollowUp(result.follow_up)] if result.follow_up else "",
        is_finished="是" if result.is_finished or result.follow_up == FollowUp.NONE else "否",
        inspected_on=timezone.localdate(visit.ended_at) if visit and visit.ended_at else None,
        officers=_officers(visit, result.bureau_id),
    )


def category_codes(category: str, sub_category: str) -> str:
    """E; A,4; A,2,B: each code with those above it."""
    parent = PARENTS.get(SubCategory(sub_category), "") if sub_category else ""
    return ",".join(code for code in (category, parent, sub_category) if code)


def _category_words(result: DepartmentResult) -> str:
    words = result.get_category_display()
    return f"{words}（{result.get_sub_category_display()}）" if result.sub_category else words


def _officers(visit: Visit | None, bureau: str) -> str:
    """The department's own who went there, else all who did."""
    there = [each for each in visit.attendees.all() if each.enforces] if visit else []
    own = [each.name for each in there if each.inspector and each.inspector.bureau_id == bureau]
    return "、".join(own or [each.name for each in there])


EXPLAINED = (ExportColumn("项目", lambda row: row[0], width=22), ExportColumn("说明", lambda row: row[1], width=90))


def _explained(wanted: Wanted) -> list[tuple[str, str]]:
    rows = [("统计口径", RULE), ("数据状态", state_words(wanted))]
    rows += [("核查方式", "、".join(f"{each.value} {each.label}" for each in InspectionMatter.Method))]
    rows += [("检查结果", "、".join(f"{each.value} {each.label}" for each in Category))]
    rows += [("检查结果（A 的子类）", "、".join(f"{each.value} {each.label}" for each in SubCategory))]
    rows += [("后续处置措施", "　".join(FOLLOW_UP.values()))]
    made = f"由 {wanted.user.bureau} {wanted.user.name} 于 {wanted.at:%Y-%m-%d %H:%M} 生成"
    return [*rows, ("生成", made)]


def write(wanted: Wanted, say: Say) -> bytes:
    say("正在读取检查结果", 0, 0)
    found = result_rows(wanted)
    sheets = [ExportSheet(name, COLUMNS, rows, fits_rows=True) for name, rows in found.items()] or [
        ExportSheet("检查结果", COLUMNS, ())
    ]
    explained: Any = _explained(wanted)
    stream = io.BytesIO()
    write_table(stream, [*sheets, ExportSheet("填表说明", EXPLAINED, explained, fits_rows=True)])
    return stream.getvalue()


KIND = SheetKind(
    key="platform-results",
    label="省平台检查结果导入表",
    about="各部门已认定的检查结果，按省“双随机、一公开”监管平台的代码和列次编制，可以直接在平台导入，不用再录一遍。",
    rule=RULE,
    write=write,
)
