"""What plans and drawn lists say, as values: the columns of real annual plans (domain rule 2.5)."""

from collections.abc import Iterable

from accounts.models import Bureau, Region
from campaigns.disclosure import drawn_rows
from campaigns.models import Campaign, Draw, PlanLine
from institutions.models import Institution
from publications.content import Content, Table, paragraphs
from reports.plan_words import levels_of_lines, period_words, plan_cells, span_words

COLUMNS = (
    "序号", "抽查任务名称", "抽查事项", "对象范围", "比例及频次", "智慧监管（信用风险）要求", "起止时间", "发起部门", "配合部门",
    "模式",
)  # fmt: skip
OF_ONE_CAMPAIGN = ("序号", "抽查领域", *COLUMNS[2:])


def annual_plan(bureau: Bureau, year: int, campaigns: Iterable[Campaign]) -> Content:
    rows: list[tuple[str, ...]] = []
    for campaign in campaigns:
        levels = levels_of_lines(campaign.tasks.live())
        for line in _lines(campaign):
            rows.append((str(len(rows) + 1), f"{campaign.title}（{line.title}）", *plan_cells(line, levels)))
    title = f"{bureau.name}{year}年度检验检测机构部门联合“双随机、一公开”抽查工作计划"
    return Content(
        title=title,
        facts=(("年度", f"{year}年"), ("公示单位", bureau.name), ("抽查任务", f"{len(rows)} 项")),
        tables=(Table("年度抽查工作计划", COLUMNS, tuple(rows)),),
        notes=("具体抽查活动的计划、抽取名单和检查结果，按规定另行公示。",),
    )


def campaign_plan(campaign: Campaign) -> Content:
    levels = levels_of_lines(campaign.tasks.live())
    rows = tuple(
        (str(number), line.title, *plan_cells(line, levels)) for number, line in enumerate(_lines(campaign), 1)
    )
    return Content(
        title=f"{campaign.title.removesuffix('抽查')}抽查计划",
        words=paragraphs(campaign.description),
        facts=tuple(_facts(campaign)),
        tables=(Table("抽查领域和数量", OF_ONE_CAMPAIGN, rows), *_stages(campaign)),
    )


def drawn_list(draw: Draw) -> Content:
    """Of a disclosed draw, as its public record has it."""
    campaign, rows = draw.campaign, drawn_rows(draw)
    titles = {line["code"]: line["title"] for line in draw.manifest["lines"]}
    names = dict(Institution.objects.filter(uscc__in=[row.identifier for row in rows]).values_list("uscc", "name"))
    counties = dict(Region.objects.filter(pk__in={row.county for row in rows}).values_list("pk", "name"))
    cells = tuple(
        (
            str(number), titles.get(row.line, row.line), row.name or names.get(row.identifier, ""), row.identifier,
            counties.get(row.county, row.county), row.note,
        )
        for number, row in enumerate(rows, 1)
    )  # fmt: skip
    drawn = sum(not row.note.startswith("替换") for row in rows)
    return Content(
        title=f"{campaign.title}抽取名单",
        facts=(("抽取编号", draw.code), ("牵头单位", campaign.lead_bureau.name), ("抽取机构", f"{drawn} 家")),
        tables=(Table("抽取名单", ("序号", "抽查领域", "机构名称", "统一社会信用代码", "所在县区", "说明"), cells),),
        notes=("抽取的规则、过程和复核办法见该次抽取的公开记录。",),
    )


def _lines(campaign: Campaign) -> Iterable[PlanLine]:
    rows = campaign.lines.select_related("lead_bureau", "campaign__lead_bureau__region")
    return rows.prefetch_related("partners", "matters", "exclusions__department", "slots", "campaign__stages")


def _facts(campaign: Campaign) -> Iterable[tuple[str, str]]:
    yield "牵头单位", campaign.lead_bureau.name
    partners = dict.fromkeys(bureau.name for line in campaign.lines.all() for bureau in line.partners.all())
    if partners:
        yield "配合单位", "、".join(partners)
    if campaign.document_number:
        yield "发文字号", campaign.document_number
    yield "年度", f"{campaign.year}年"
    yield "类别", campaign.get_kind_display()
    yield "起止时间", period_words(campaign)


def _stages(campaign: Campaign) -> tuple[Table, ...]:
    rows = tuple(
        (stage.name, span_words(stage.starts_on, stage.ends_on) + ("（原则上）" if stage.is_soft else ""))
        for stage in campaign.stages.all()
    )
    return (Table("实施步骤", ("阶段", "时间"), rows),) if rows else ()
