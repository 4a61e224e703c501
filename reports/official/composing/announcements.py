"""公告: plan, draw and results for everybody to read. No phones, no credit classes, no names of officials, and nothing of
a drawn list before its time."""

from collections.abc import Iterator
from dataclasses import replace

from django.utils import timezone

from accounts.models import Bureau
from campaigns import disclosure
from campaigns.addresses import record_url
from campaigns.models import Campaign, Draw, Task
from campaigns.states import DrawState
from reports.campaign_notice import LINE_TABLE, line_figures
from reports.datasets import deadline_words, long_date
from reports.documents import Attachment, Block, Column, Heading, OfficialDocument, Paragraph, Table
from reports.official.composing.frame import ORDINAL, fill_in, issuers_of, official
from reports.official.figures import CONCLUDED, Figures, figures_of, measure_words, tasks_of
from reports.typesetting import in_fours
from visits.outcomes import whole_of

EVERYBODY = "此件公开发布"
DRAWN_TABLE = (
    ORDINAL, Column("抽查领域", 1.2), Column("机构名称", 2.4), Column("统一社会信用代码", 1.8, unbroken=True), Column("所在县区", 0.9)
)  # fmt: skip
RESULT_TABLE = (
    ORDINAL, Column("机构名称", 2.2), Column("统一社会信用代码", 1.8, unbroken=True), Column("抽查领域", 1.1), Column("检查结果", 1.5)
)  # fmt: skip
MATTER_TABLE = (ORDINAL, Column("抽查事项", 2.2), Column("检查部门", 1), Column("检查依据", 2.6))


def _announcement(
    campaign: Campaign, bureau: Bureau, what: str, body: Iterator[Block], *attachments: Attachment
) -> OfficialDocument:
    title = f"关于{campaign.title}{what}的公告"
    found = official(bureau, title, "", body, issuers=issuers_of(campaign), attachments=attachments, openness=EVERYBODY)
    return replace(found, suffix="公告", contacts=())


def compose_plan_announcement(campaign: Campaign, bureau: Bureau) -> OfficialDocument:
    matters = _matters(campaign)
    attachments = (Attachment("抽查事项", (Table(MATTER_TABLE, matters),)),) if matters else ()
    return _announcement(campaign, bureau, "计划", _plan(campaign, has_matters=bool(matters)), *attachments)


def _plan(campaign: Campaign, *, has_matters: bool) -> Iterator[Block]:
    figures = line_figures(campaign)
    yield Paragraph(
        f"按照“双随机、一公开”监管要求，现将{campaign.title}的抽查计划公告如下。"
        f"本次抽查共设{len(figures)}个条目，计划抽查检验检测机构{sum(each.size for each in figures)}家。"
    )
    yield Heading(1, "抽查对象和数量")
    yield Table(LINE_TABLE, tuple(
        (str(place), each.line.title, str(each.population), str(each.size), "、".join(each.bureaus))
        for place, each in enumerate(figures, start=1)
    ))  # fmt: skip
    yield Heading(1, "抽查事项")
    yield Paragraph("抽查事项及检查依据见附件。" if has_matters else fill_in("抽查事项"))
    yield Heading(1, "时间安排")
    yield from _stages(campaign)
    yield Heading(1, "抽取方式")
    yield Paragraph(_way(campaign))


def _stages(campaign: Campaign) -> Iterator[Block]:
    stages = list(campaign.stages.all())
    for stage in stages:
        begins = f"{long_date(stage.starts_on)}开始，" if stage.starts_on else ""
        yield Paragraph(f"{stage.name}：{begins}{deadline_words(stage.ends_on, is_soft=stage.is_soft)}完成。")
    if not stages:
        yield Paragraph(fill_in("时间安排"))


def _way(campaign: Campaign) -> str:
    if not campaign.draws_lots:
        return "本次检查对列入范围的机构全部检查，不进行抽取。"
    return (
        "检查对象和执法检查人员均从冻结的名录库中随机抽取。抽取规则和名录摘要在抽取前固定，随机数由参与单位、见证人和公开数值共同产生，"
        "任何人都可以根据公开的抽取记录自行验证。"
    )


def _matters(campaign: Campaign) -> tuple[tuple[str, ...], ...]:
    lines = campaign.lines.prefetch_related("matters__department", "matters__legal_bases")
    matters = {matter.pk: matter for line in lines for matter in line.matters.all()}
    return tuple(
        (str(place), matter.name, matter.department.name, "\n".join(str(basis) for basis in matter.legal_bases.all()))
        for place, matter in enumerate(matters.values(), start=1)
    )


def compose_draw_announcement(campaign: Campaign, bureau: Bureau) -> OfficialDocument:
    draws = list(campaign.draws.exclude(state=DrawState.VOID).order_by("pk"))
    lists = tuple(_drawn_list(draw) for draw in draws if draw.disclosed_at and campaign.publishes_drawn_list)
    return _announcement(campaign, bureau, "抽取情况", _draws(campaign, draws, lists), *lists)


def _draws(campaign: Campaign, draws: list[Draw], lists: tuple[Attachment, ...]) -> Iterator[Block]:
    yield Paragraph(f"{campaign.title}的随机抽取已经完成，现将有关情况公告如下。")
    if not [draw for draw in draws if draw.drawn_at]:
        yield Paragraph(fill_in("抽取尚未进行，抽取后再发布公告"))
    for draw in draws:
        if draw.drawn_at:
            yield Heading(1, "抽取情况" if draw.kind == "main" else f"{draw.get_kind_display()}情况")
            yield from _one_draw(draw)
    yield Heading(1, "抽取名单")
    yield Paragraph("抽取的检查对象名单见附件。" if lists else _when(draws, campaign))


def _one_draw(draw: Draw) -> Iterator[Block]:
    drawn = Task.objects.filter(draw=draw, entered_through__isnull=True).count()
    population = draw.frozen_institutions.filter(excluded="").count()
    excluded = draw.frozen_institutions.exclude(excluded="").count()
    yield Paragraph(
        f"抽取编号{draw.code}。{long_date(timezone.localdate(draw.drawn_at))}从可抽机构{population}家中随机抽取{drawn}家"
        f"（另有{excluded}家按公布的规则不参加抽取）。"
    )
    yield Paragraph(f"抽取承诺值：{in_fours(draw.commitment)}。")
    if draw.disclosed_at:
        yield Paragraph(f"抽取结果摘要：{in_fours(draw.result_digest)}。")
    yield Paragraph(f"公开的抽取记录：{record_url(draw)}。任何人可以据此验证抽取过程和结果。")


def _when(draws: list[Draw], campaign: Campaign) -> str:
    if not campaign.publishes_drawn_list:
        return "按照本次抽查的安排，抽取名单不单独公布；检查结果依法向社会公示。"
    days = [day for draw in draws if (day := disclosure.first_day(draw))]
    return f"抽取名单将于{long_date(max(days))}公开。" if days else "抽取名单将在现场检查结束后公开。"


def _drawn_list(draw: Draw) -> Attachment:
    rows = disclosure.drawn_rows(draw)
    cells = tuple((str(place), row.line, row.name, row.identifier, row.county) for place, row in enumerate(rows, 1))
    return Attachment(f"抽取名单（{draw.code}）", (Table(DRAWN_TABLE, cells),))


def compose_result_announcement(campaign: Campaign, bureau: Bureau) -> OfficialDocument:
    """Of what is final alone."""
    figures = figures_of(campaign, bureau)
    rows = _result_rows(campaign, bureau)
    attachments = (Attachment("检查结果", (Table(RESULT_TABLE, rows),)),) if rows else ()
    return _announcement(campaign, bureau, "检查结果", _results(campaign, figures, len(rows)), *attachments)


def _results(campaign: Campaign, figures: Figures, published: int) -> Iterator[Block]:
    yield Paragraph(f"按照“双随机、一公开”监管要求，现将{campaign.title}的检查结果公告如下。")
    yield Heading(1, "检查情况")
    yield Paragraph(
        f"本次抽查共检查检验检测机构{figures.inspected}家，本公告公布其中已认定检查结果的{published}家（含采纳其他检查结果的"
        f"{figures.adopted}家），名单及结果见附件。"
        if published
        else fill_in("还没有认定的检查结果，认定后再发布公告")
    )
    yield Heading(1, "发现的问题和处理")
    yield Paragraph(f"共发现{figures.troubled}家机构存在{figures.total_findings}个问题。{_measures(figures)}")
    yield Heading(1, "其他事项")
    yield Paragraph(
        "机构对公告的结果有异议的，可以向检查部门书面提出；社会公众可以对检验检测违法违规行为进行投诉举报。"
    )


def _measures(figures: Figures) -> str:
    words = measure_words(figures.measures)
    ordered = f"责令{figures.ordered}家机构整改。" if figures.ordered else ""
    return f"{ordered}依法作出处理措施：{'、'.join(words)}。" if words else ordered


def _result_rows(campaign: Campaign, bureau: Bureau) -> tuple[tuple[str, ...], ...]:
    tasks = tasks_of(campaign, bureau).filter(state__in=CONCLUDED).order_by("line__position", "number")
    tasks = tasks.select_related("institution", "line").prefetch_related("results")
    return tuple(
        (str(place), task.institution.name, task.institution.identifier, task.line.title, _outcome(task))
        for place, task in enumerate(tasks, start=1)
    )


def _outcome(task: Task) -> str:
    category = whole_of(list(task.results.all())).category
    return category.label if category else "采纳其他检查结果"
