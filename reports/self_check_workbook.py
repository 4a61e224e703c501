"""A round of self-checks as one workbook: progress, answers, reasons, headers and problems of those that one may see."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from institutions.models import Domain
from jobs.models import Job
from jobs.running import JobRefused, Outcome, Progress, handles
from jobs.services import start_job
from reports.merging import batches
from reports.requests import LONGEST_TITLE, UNFIT_FOR_FILE_NAMES
from selftest.content import Choice, HeaderField, Item
from selftest.models import Problem, Round, SelfCheck, Submission
from selftest.progress import AreaFigures, Figures, count_counties, most_often
from selftest.summaries import words_of
from selftest.versions import choice_words, signed_answers
from workbooks.writing import ExportColumn, ExportSheet, write_table

KIND = "reports.self_check_workbook"
PER_STEP = 1000
GONE = "您已无权查看这一轮自查，或者范围内没有机构。"
BASICS = (
    ExportColumn("县区", lambda row: row.self_check.county.name, width=12),
    ExportColumn("机构名称", lambda row: row.self_check.institution.name, width=34),
    ExportColumn("统一社会信用代码", lambda row: row.self_check.institution.identifier, width=21),
    ExportColumn("状态", lambda row: row.self_check.get_state_display(), width=10),
    ExportColumn("逾期", lambda row: "逾期" if row.self_check.is_late else "", width=8),
    ExportColumn("首次报送", lambda row: local(row.self_check.handed_in_at), "datetime", 17),
    ExportColumn("审核通过", lambda row: local(row.self_check.accepted_at), "datetime", 17),
)
DETAILS = (
    ExportColumn("县区", lambda row: row.self_check.county.name, width=12),
    ExportColumn("机构名称", lambda row: row.self_check.institution.name, width=34),
    ExportColumn("统一社会信用代码", lambda row: row.self_check.institution.identifier, width=21),
    ExportColumn("项目", lambda row: row.item, "integer", 7),
    ExportColumn("问题描述", lambda row: row.description, width=40),
    ExportColumn("原因分析", lambda row: row.cause, width=30),
    ExportColumn("整改措施", lambda row: row.measure, width=30),
    ExportColumn("整改期限", lambda row: row.due_on, "date", 12),
    ExportColumn("状态", lambda row: row.get_state_display(), width=14),
    ExportColumn("实际完成", lambda row: row.mended_on, "date", 12),
    ExportColumn("整改结果", lambda row: row.result, width=30),
    ExportColumn("监管意见", lambda row: row.words, width=24),
)
FIGURES = (
    ("应自查", "asked"), ("未开始", "invited"), ("填报中", "filling"), ("待签署", "signing"), ("待审核", "submitted"),
    ("已退回", "returned"), ("已通过", "accepted"), ("累计报送", "handed_in"), ("逾期", "late"), ("自查发现问题", "troubled"),
)  # fmt: skip


COUNTED = "按已经报送、没有被退回的自查表（待审核和已通过）统计，即法定代表人最近一次签署的回答。"
SIGNED = "已退回、正在补正的机构，列出的是退回之前签署的回答，不计入“各项统计”。"
SEVERAL_DOMAINS = "一家机构有几个领域的，各计一次，所以各领域之和可能大于机构总数。"


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Why one item does not apply."""

    self_check: SelfCheck
    item: Item
    reason: str


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """The header of one certificate as it was last signed; an institution of several certificates has several."""

    self_check: SelfCheck
    basic: Mapping[str, Any]
    certificate: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """answers: item → the answer as it was last signed; empty when nothing was."""

    self_check: SelfCheck
    answers: Mapping[int, Mapping[str, Any]]


def local(moment: datetime | None) -> datetime | None:
    return timezone.localtime(moment).replace(tzinfo=None) if moment else None


@transaction.atomic
def ask_for_workbook(round: Round, *, by: User) -> Job:
    audit.record("selftest.export_everything", round, by=by)
    return start_job(
        KIND, f"自查汇总表：{round.title}", by=by, parameters={"round": round.pk}, key=f"{KIND}:{round.pk}:{by.pk}"
    )


@handles(KIND, label="自查汇总表")
def make_workbook(job: Job, progress: Progress) -> Outcome:
    rounds = Round.objects.visible_to(job.owner).select_related("form")
    round = rounds.filter(pk=job.parameters["round"]).first()
    seen = SelfCheck.objects.visible_to(job.owner).filter(round=round)
    count = seen.count() if round else 0
    if round is None or not count or not job.owner.is_active:
        raise JobRefused(GONE)
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever stores it
    write_workbook(file, round, seen, by=job.owner, progress=progress)
    name = f"{round.title.translate(UNFIT_FOR_FILE_NAMES)[:LONGEST_TITLE]}汇总表{timezone.localdate():%Y%m%d}.xlsx"
    return Outcome(f"自查汇总表已生成，共 {count} 家机构", {"institutions": count}, name, file=file)


def write_workbook(
    file: IO[bytes], round: Round, seen: QuerySet[SelfCheck], *, by: User, progress: Progress | None = None
) -> None:
    """`seen`: the self-checks that `by` may see."""
    made = (
        f"由 {by} 于 {timezone.localtime():%Y-%m-%d %H:%M} 生成；回答以法定代表人最近一次签署的版本为准，草稿不在其中"
    )
    items = round.form.parsed.items
    counted = count_counties(round, by.scope or "")
    total = AreaFigures()
    for county in counted.values():
        total.add(county)
    columns = (*BASICS, *(_answer_column(item) for item in items))
    problems = Problem.objects.standing().filter(self_check__in=seen).order_by("self_check__county_id", "self_check__institution__name", "item")  # fmt: skip
    rows = problems.select_related("self_check__institution", "self_check__county").iterator(PER_STEP)
    write_table(file, [
        ExportSheet("各县区进度", _progress_columns("县区"), _county_rows(round, counted, total), f"{round.title}：各县区进度（家）", made),
        ExportSheet("各领域进度", _progress_columns("领域"), _domain_rows(total), f"{round.title}：各领域进度（家）", made, (SEVERAL_DOMAINS,)),
        ExportSheet("各项统计", _item_columns(), _item_rows(items, total), f"{round.title}：各项目的回答（家）", made, (COUNTED,)),
        ExportSheet("回答", columns, _answer_rows(round, seen, progress), f"{round.title}：各机构的回答", made, _titles(items)),
        ExportSheet("不适用的理由", REASONS, _reason_rows(round, seen), f"{round.title}：不适用的理由", made, (SIGNED,)),
        ExportSheet("基本信息", _header_columns(round), _header_rows(seen), f"{round.title}：基本信息和取得资质认定的情况", made, ("每张证书一行。",)),
        ExportSheet("自查问题台账", DETAILS, rows, f"{round.title}：自查问题台账", made),
    ])  # fmt: skip


def _answer_column(item: Item) -> ExportColumn:
    def words(row: AnswerRow) -> str:
        answer = row.answers.get(item.number)
        return choice_words(answer["choice"]) if answer else ""

    return ExportColumn(f"第 {item.number} 项", words, width=9)


def _titles(items: tuple[Item, ...]) -> tuple[str, ...]:
    return ("“是”表示发现问题。", SIGNED, *(f"第 {item.number} 项：{item.title}" for item in items))


def _answer_rows(round: Round, seen: QuerySet[SelfCheck], progress: Progress | None) -> Iterator[AnswerRow]:
    keys = list(seen.order_by("county_id", "institution__name", "pk").values_list("pk", flat=True))
    for start, part in batches(keys, PER_STEP):
        if progress:
            progress("正在汇总回答", start, len(keys))
        found = SelfCheck.objects.filter(pk__in=part).select_related("institution", "county")
        by_key = {self_check.pk: self_check for self_check in found}
        answers = signed_answers(list(by_key.values()))
        for key in part:
            by_key[key].round = round
            yield AnswerRow(by_key[key], answers.get(key, {}))


def _progress_columns(first: str) -> tuple[ExportColumn, ...]:
    """Of rows (name, figures)."""
    counts = [_figure(label, key) for label, key in FIGURES]
    return (
        ExportColumn(first, lambda row: row[0], width=26),
        *counts,
        ExportColumn("报送率（%）", _share, "decimal", 12),
    )


def _figure(label: str, key: str) -> ExportColumn:
    return ExportColumn(label, lambda row: row[1][key], "integer", 12)


def _share(row: tuple[str, Figures]) -> float | None:
    return 100 * row[1]["handed_in"] / row[1]["asked"] if row[1]["asked"] else None


def _county_rows(round: Round, counted: dict[str, AreaFigures], total: AreaFigures) -> list[tuple[str, Figures]]:
    """(county, figures), at the end their sum."""
    names = dict(round.self_checks.order_by().values_list("county_id", "county__name").distinct())
    return [*((names[code], area.progress) for code, area in sorted(counted.items())), ("合计", total.progress)]


def _domain_rows(total: AreaFigures) -> list[tuple[str, Figures]]:
    names = Domain.objects.order_by("position", "code").values_list("code", "name")
    return [(name, total.domains[code]) for code, name in names if code in total.domains]


def _item_columns() -> tuple[ExportColumn, ...]:
    """Of rows (item, choice → how many)."""
    choices = [(Choice.YES, "是（发现问题）"), (Choice.NO, "否"), (Choice.NOT_APPLICABLE, "不适用")]
    return (
        ExportColumn("项目", lambda row: row[0].number, "integer", 8),
        ExportColumn("自查内容", lambda row: row[0].title, width=60),
        *(_choice_column(label, choice) for choice, label in choices),
        ExportColumn("“是”占（%）", _yes_share, "decimal", 12),
    )


def _choice_column(label: str, choice: Choice) -> ExportColumn:
    return ExportColumn(label, lambda row: row[1][choice.value], "integer", 16)


def _yes_share(row: tuple[Item, Figures]) -> float | None:
    answered = sum(row[1].values())
    return 100 * row[1]["yes"] / answered if answered else None


def _item_rows(items: tuple[Item, ...], total: AreaFigures) -> list[tuple[Item, Figures]]:
    """The item with most “是” first."""
    by_number = {item.number: item for item in items}
    return [(by_number[number], choices) for number, choices in most_often(total, by_number)]


WHO = (BASICS[0], BASICS[1], BASICS[2])
REASONS = (
    *WHO,
    ExportColumn("项目", lambda row: row.item.number, "integer", 8),
    ExportColumn("自查内容", lambda row: row.item.title, width=40),
    ExportColumn("不适用的理由", lambda row: row.reason, width=50),
)


def _reason_rows(round: Round, seen: QuerySet[SelfCheck]) -> Iterator[ReasonRow]:
    for row in _answer_rows(round, seen, None):
        for item in round.form.parsed.items:
            answer = row.answers.get(item.number)
            if answer and answer["choice"] == Choice.NOT_APPLICABLE:
                yield ReasonRow(row.self_check, item, answer["reason"])


def _header_columns(round: Round) -> tuple[ExportColumn, ...]:
    form = round.form.parsed
    basic = [_header_column(field, "basic") for field in form.basic]
    return (*WHO, *basic, *(_header_column(field, "certificate") for field in form.certificate))


def _header_column(field: HeaderField, block: str) -> ExportColumn:
    """`block`: the attribute of HeaderRow that holds the field."""

    def words(row: HeaderRow) -> str:
        return words_of(field, getattr(row, block).get(field.key))

    return ExportColumn(field.label, words, width=20)


def _header_rows(seen: QuerySet[SelfCheck]) -> Iterator[HeaderRow]:
    """From the last signed version of each."""
    keys = list(seen.order_by("county_id", "institution__name", "pk").values_list("pk", flat=True))
    for _, part in batches(keys, PER_STEP):
        found = SelfCheck.objects.filter(pk__in=part).select_related("institution", "county").in_bulk()
        signed = Submission.objects.filter(self_check__in=part, signature__isnull=False).order_by("number")
        texts = dict(signed.values_list("self_check_id", "text"))
        for key in part:
            if key in texts:
                yield from _headers_of(found[key], json.loads(texts[key]))


def _headers_of(self_check: SelfCheck, document: Mapping[str, Any]) -> Iterator[HeaderRow]:
    for block in document["certificates"] or [{"values": {}}]:
        yield HeaderRow(self_check, document["basic"], block["values"])
