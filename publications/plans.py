"""What plans and drawn lists say, as values: the columns of real annual plans (domain rule 2.5)."""

from collections.abc import Iterable
from datetime import date

from accounts.models import Bureau, Region
from campaigns.disclosure import drawn_rows
from campaigns.models import Campaign, Draw, PlanLine, Stage
from campaigns.models.plan import SizeKind
from institutions.models import Institution
from publications.content import Content, Table, paragraphs

COLUMNS = (
    "序号", "抽查任务名称", "抽查事项", "对象范围", "比例及频次", "智慧监管（信用风险）要求", "起止时间", "发起部门", "配合部门",
    "模式",
)  # fmt: skip
OF_ONE_CAMPAIGN = ("序号", "抽查领域", *COLUMNS[2:])
LEVELS = {Region.Level.NATION: "国", Region.Level.PROVINCE: "省", Region.Level.CITY: "市", Region.Level.COUNTY: "县"}


def annual_plan(bureau: Bureau, year: int, campaigns: Iterable[Campaign]) -> Content:
    rows: list[tuple[str, ...]] = []
    for campaign in campaigns:
        for line in _lines(campaign):
            rows.append((str(len(rows) + 1), f"{campaign.title}（{line.title}）", *_cells(line)))
    title = f"{bureau.name}{year}年度检验检测机构部门联合“双随机、一公开”抽查工作计划"
    return Content(
        title=title,
        facts=(("年度", f"{year}年"), ("公示单位", bureau.name), ("抽查任务", f"{len(rows)} 项")),
        tables=(Table("年度抽查工作计划", COLUMNS, tuple(rows)),),
        notes=("具体抽查活动的计划、抽取名单和检查结果，按规定另行公示。",),
    )


def campaign_plan(campaign: Campaign) -> Content:
    lines = list(_lines(campaign))
    rows = tuple((str(number), line.title, *_cells(line)) for number, line in enumerate(lines, 1))
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
    rows = campaign.lines.select_related("domain", "lead_bureau__region", "campaign")
    return rows.prefetch_related("partners", "matters", "exclusions__department", "slots", "campaign__stages")


def _cells(line: PlanLine) -> tuple[str, ...]:
    """From the matters to the mode."""
    return (
        "、".join(matter.name for matter in line.matters.all()) or "见抽查事项清单",
        _scope(line), f"{size_words(line)}；每家 1 次", _credit(line), _period(line.campaign), line.lead_bureau.name,
        "、".join(bureau.name for bureau in line.partners.all()) or "—", _mode(line),
    )  # fmt: skip


def _scope(line: PlanLine) -> str:
    kind = line.domain.name if line.domain else "其他各领域检验检测机构"
    level = f"（{line.get_level_display()}资质认定）" if line.level else ""
    excluded = "、".join(str(each) for each in line.exclusions.all())
    return f"{line.campaign.lead_bureau.region.name}{kind}{level}" + (f"，不含：{excluded}" if excluded else "")


def size_words(line: PlanLine) -> str:
    match line.size_kind:
        case SizeKind.COUNT:
            return f"抽取 {line.count} 家"
        case SizeKind.RATIO:
            stated = f"，计 {line.stated_count} 家" if line.stated_count else ""
            return f"按 {line.ratio} 抽取{stated}"
        case SizeKind.RATIO_BY_CLASS:
            return "分类确定比例"
    return "全部检查"


def _credit(line: PlanLine) -> str:
    by_class = line.size_kind == SizeKind.RATIO_BY_CLASS or line.lots_by_class
    return "实施差异化抽查" if by_class else "—"


def _period(campaign: Campaign) -> str:
    stages = list(campaign.stages.all())
    on_site = [stage for stage in stages if stage.kind == Stage.Kind.ON_SITE] or stages
    if not on_site:
        return "—"
    begins = [stage.starts_on for stage in on_site if stage.starts_on]
    return _until(min(begins, default=None), max(stage.ends_on for stage in on_site))


def _until(begin: date | None, end: date) -> str:
    return f"{begin:%Y-%m-%d} 至 {end:%Y-%m-%d}" if begin else f"{end:%Y-%m-%d} 前"


def _mode(line: PlanLine) -> str:
    own = LEVELS[Region.Level(line.campaign.lead_bureau.region.level)]
    county = any(slot.county_department_id for slot in line.slots.all())
    if not line.campaign.draws_lots:
        return f"全面检查（{'县查' if county else f'{own}查'}）"
    return f"{own}抽{'县' if county else own}查"


def _facts(campaign: Campaign) -> Iterable[tuple[str, str]]:
    yield "牵头单位", campaign.lead_bureau.name
    partners = dict.fromkeys(bureau.name for line in campaign.lines.all() for bureau in line.partners.all())
    if partners:
        yield "配合单位", "、".join(partners)
    if campaign.document_number:
        yield "发文字号", campaign.document_number
    yield "年度", f"{campaign.year}年"
    yield "类别", campaign.get_kind_display()
    yield "检查时间", _period(campaign)


def _stages(campaign: Campaign) -> tuple[Table, ...]:
    rows = tuple(
        (stage.name, _until(stage.starts_on, stage.ends_on) + ("（原则上）" if stage.is_soft else ""))
        for stage in campaign.stages.all()
    )
    return (Table("实施步骤", ("阶段", "时间"), rows),) if rows else ()
