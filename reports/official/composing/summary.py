"""工作总结 with the six headings that the notice asks for (晋市监发〔2024〕193号), prefilled from data."""

from collections.abc import Iterator

from accounts.models import Bureau
from campaigns.models import Campaign, TaskMode
from reports.documents import Attachment, Block, Column, Heading, ItemList, OfficialDocument, Paragraph, Table
from reports.official.composing.circulars import MOST_MATTERS
from reports.official.composing.frame import ORDINAL, WHAT_COUNTS, fill_in, joined, official, the_one_above
from reports.official.figures import (
    FALSE_REPORTS,
    Figures,
    figures_of,
    final_findings,
    in_wan,
    measure_words,
    severity_words,
    taken_measures,
    tasks_of,
)
from visits.models import Finding, Measure

HEADINGS = ("基本情况", "主要成效", "经验做法", "存在问题及原因分析", "典型案例", "意见建议")
MOST_CASES = 5
LINE_TABLE = (
    ORDINAL, Column("抽查领域", 1.5), Column("检查任务（家）", 1, "right"), Column("已检查（家）", 1, "right"),
    Column("发现问题（家）", 1, "right"), Column("其中不实、虚假报告（家）", 1.1, "right"),
    Column("责令整改（家）", 1, "right"), Column("罚没款（万元）", 1, "right"),
)  # fmt: skip
FINDING_TABLE = (
    ORDINAL, Column("机构名称", 1.8), Column("检查事项", 1.2), Column("发现的问题", 2.6), Column("性质", 0.9),
)  # fmt: skip


def compose_summary(campaign: Campaign, bureau: Bureau) -> OfficialDocument:
    figures = figures_of(campaign, bureau)
    return official(
        bureau,
        f"关于{campaign.title}工作情况的报告",
        the_one_above(bureau),
        _body(campaign, bureau, figures),
        attachments=tuple(_attachments(campaign, bureau, figures)),
    )


def _body(campaign: Campaign, bureau: Bureau, figures: Figures) -> Iterator[Block]:
    number = f"（{campaign.document_number}）" if campaign.document_number else ""
    yield Paragraph(f"按照{campaign.title}{number}的部署要求，现将有关工作情况报告如下：")
    parts = (
        _basics(campaign, bureau, figures), _effects(figures), _experience(campaign, figures), _problems(figures),
        _cases(campaign, bureau), _advice(),
    )  # fmt: skip
    for heading, blocks in zip(HEADINGS, parts, strict=True):
        yield Heading(1, heading)
        yield from blocks


def _basics(campaign: Campaign, bureau: Bureau, figures: Figures) -> Iterator[Block]:
    modes = joined((f"{mode.label}{figures.modes[mode]}家" for mode in TaskMode if figures.modes[mode]), "无")
    lines = joined((f"{each.title}{each.tasks}家" for each in figures.lines if each.tasks), "无")
    yield Heading(2, "任务安排。", follow_on=(
        f"本次抽查{_area(campaign, bureau)}共有检查任务{figures.tasks}家，按方式分：{modes}；按领域分：{lines}。"
    ))  # fmt: skip
    yield Heading(2, "检查实施。", follow_on=(
        f"已实施现场检查{figures.inspected}家，采纳其他检查结果{figures.adopted}家，检查结果已认定{figures.concluded}家，"
        f"参加现场检查的执法人员{figures.officers}人。"
    ))  # fmt: skip
    if figures.self_checks:
        yield Heading(2, "机构自查。", follow_on=(
            f"要求开展自查的机构{figures.self_checks}家，已报送{figures.handed_in}家。"
        ))  # fmt: skip


def _area(campaign: Campaign, bureau: Bureau) -> str:
    return "" if bureau.region_id == campaign.lead_bureau.region_id else f"在{bureau.region.name}"


def _effects(figures: Figures) -> Iterator[Block]:
    kinds = joined(severity_words(figures.findings), "无")
    yield Heading(2, "发现并纠正问题。", follow_on=(
        f"共发现{figures.troubled}家机构存在{figures.total_findings}个问题，其中{kinds}。责令{figures.ordered}家机构整改，"
        f"签发责令改正通知书{figures.orders}份，已整改到位{figures.orders_verified}份。"
    ))  # fmt: skip
    yield Heading(2, "依法作出处理。", follow_on=(
        f"作出处理措施：{joined(measure_words(figures.measures), '无')}；罚没款共{in_wan(figures.amount)}万元。"
    ))  # fmt: skip
    yield Heading(2, "推动部门协同。", follow_on=(
        f"移送线索{figures.referrals}件，已反馈{figures.referrals_answered}件。"
    ))  # fmt: skip


def _experience(campaign: Campaign, figures: Figures) -> Iterator[Block]:
    if campaign.draws_lots:
        yield Heading(2, "公开随机抽取。", follow_on=(
            "检查对象和执法人员从冻结的名录库中随机抽取，抽取规则、承诺和结果留有公开记录，任何人可以验证。"
        ))  # fmt: skip
    partners = campaign.issuers.count()
    if partners > 1:
        yield Heading(2, "部门联合监管。", follow_on=(
            f"由{partners}个部门联合部署，一次到场、各查其事，检查结果经联合研判后认定。"
        ))  # fmt: skip
    if figures.adopted:
        yield Heading(2, "减轻企业负担。", follow_on=(
            f"对{figures.adopted}家机构采纳其他检查的结果，不再重复检查。"
        ))  # fmt: skip
    yield Paragraph(fill_in("其他经验做法"))


def _problems(figures: Figures) -> Iterator[Block]:
    if figures.matters:
        yield Paragraph("从检查情况看，问题主要集中在以下方面：")
        yield ItemList(tuple(f"{matter}，{count}个问题。" for matter, count in figures.matters[:MOST_MATTERS]))
    late = sum(each.late for each in figures.counties)
    waits = [f"逾期未检查的任务{late}家"] if late else []
    if figures.orders_late:
        waits.append(f"逾期未整改到位的责令改正通知书{figures.orders_late}份")
    if waits:
        yield Paragraph(f"工作推进中，有{'、'.join(waits)}。")
    yield Paragraph(fill_in("原因分析"))


def _cases(campaign: Campaign, bureau: Bureau) -> Iterator[Block]:
    findings = _serious(campaign, bureau)
    if not findings:
        yield Paragraph(fill_in("典型案例，没有的写明“无”"))
    for finding in findings:
        task = finding.result.task
        taken = taken_measures(tasks_of(campaign, bureau).filter(pk=task.pk)).filter(findings=finding)
        words = "、".join(_decision(measure) for measure in taken) or "正在依法处理"
        yield Heading(2, f"{task.institution.name}{finding.get_severity_display()}案。", follow_on=(
            f"{finding.facts.strip().rstrip('。')}。处理情况：{words}。"
        ))  # fmt: skip


def _decision(measure: Measure) -> str:
    label = measure.get_kind_display()
    return f"{label}{in_wan(measure.amount)}万元" if measure.amount else label


def _serious(campaign: Campaign, bureau: Bureau) -> list[Finding]:
    """The first about false and untrue reports, each institution once."""
    found = final_findings(tasks_of(campaign, bureau)).filter(severity__in=FALSE_REPORTS)
    rows = found.select_related("result__task__institution").order_by("severity", "result__task__number", "pk")
    by_task: dict[int, Finding] = {}
    for finding in rows:
        by_task.setdefault(finding.result.task_id, finding)
    return list(by_task.values())[:MOST_CASES]


def _advice() -> Iterator[Block]:
    yield Paragraph(fill_in("对完善制度、加强部门联合监管的意见建议"))


def _attachments(campaign: Campaign, bureau: Bureau, figures: Figures) -> Iterator[Attachment]:
    yield Attachment("各领域检查情况统计表", (Table(LINE_TABLE, tuple(_line_rows(figures))), Paragraph(WHAT_COUNTS)))
    rows = tuple(_finding_rows(campaign, bureau))
    if rows:
        yield Attachment("发现问题清单", (Table(FINDING_TABLE, rows),))


def _line_rows(figures: Figures) -> Iterator[tuple[str, ...]]:
    """One a line, and the sum of the rows."""
    for place, each in enumerate(figures.lines, start=1):
        counts = (each.tasks, each.inspected, each.troubled, each.false_reports, each.ordered)
        yield (str(place), each.title, *map(str, counts), in_wan(each.amount))
    lines = figures.lines
    sums = (
        sum(each.tasks for each in lines), sum(each.inspected for each in lines), sum(each.troubled for each in lines),
        sum(each.false_reports for each in lines), sum(each.ordered for each in lines),
    )  # fmt: skip
    yield ("", "总数", *map(str, sums), in_wan(figures.amount))


def _finding_rows(campaign: Campaign, bureau: Bureau) -> Iterator[tuple[str, ...]]:
    found = final_findings(tasks_of(campaign, bureau)).select_related("result__task__institution")
    for place, finding in enumerate(found.order_by("result__task__number", "pk"), start=1):
        institution = finding.result.task.institution.name
        yield (str(place), institution, finding.matter, finding.facts.strip(), finding.get_severity_display())
