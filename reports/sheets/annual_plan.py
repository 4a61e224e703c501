"""The year's plan in the columns of a city of Shanxi (长治市 2024): one row a plan line of every campaign that the same
bureau leads in that year and this user sees; practice campaigns are no plan."""

from dataclasses import dataclass
from datetime import date

from accounts.models import Region
from campaigns.frozen import size_in_words
from campaigns.models import Campaign, CampaignKind, ExclusionKind, KeyTargetRule, PlanLine, SizeKind, Task
from reports.datasets import long_date
from reports.sheets.kinds import SheetKind
from reports.sheets.wanted import Wanted
from workbooks.statistical import Field, StatisticalSheet

LEVELS = {Region.Level.NATION: "国", Region.Level.PROVINCE: "省", Region.Level.CITY: "市", Region.Level.COUNTY: "县"}
UNITS = {
    Region.Level.NATION: "全国",
    Region.Level.PROVINCE: "全省",
    Region.Level.CITY: "全市",
    Region.Level.COUNTY: "全县（区）",
}
RULE = (
    "列入活动所属年度、由同一单位牵头的抽查活动，每个计划条目一行，尚未开始的也列入；演练活动不列入。模式中“市抽市查”等由牵头单位级别和"
    "组织检查单位级别得出，任务尚未派发的按检查组席位；不抽取、全部检查的写“定”。"
)


@dataclass(frozen=True, slots=True)
class PlanRow:
    sequence: int
    campaign: str
    matters: str
    targets: str
    ratio: str
    credit: str
    period: str
    lead: str
    partners: str
    mode: str


COLUMNS = (
    Field("序号", lambda row: row.sequence, "integer", 6),
    Field("抽查任务名称", lambda row: row.campaign, width=30),
    Field("抽查事项", lambda row: row.matters, width=28),
    Field("对象范围", lambda row: row.targets, width=26),
    Field("比例及频次", lambda row: row.ratio, width=18),
    Field("智慧监管（信用风险）要求", lambda row: row.credit, width=22),
    Field("起止时间", lambda row: row.period, width=18),
    Field("发起部门", lambda row: row.lead, width=18),
    Field("配合部门", lambda row: row.partners, width=20),
    Field("模式", lambda row: row.mode, width=10),
)


def plan_rows(wanted: Wanted) -> list[PlanRow]:
    lines = PlanLine.objects.filter(campaign__in=_campaigns(wanted)).order_by("campaign_id", "position", "pk")
    lines = lines.select_related("campaign__lead_bureau__region", "lead_bureau").prefetch_related(
        "partners", "matters", "campaign__stages", "exclusions__department", "slots"
    )
    levels = _levels_of_tasks(wanted)
    return [_row(number, line, levels.get(line.pk, set())) for number, line in enumerate(lines, start=1)]


def _campaigns(wanted: Wanted) -> list[int]:
    seen = Campaign.objects.visible_to(wanted.user).exclude(kind=CampaignKind.PRACTICE)
    of_the_year = seen.filter(year=wanted.campaign.year, lead_bureau=wanted.campaign.lead_bureau_id)
    return list(of_the_year.values_list("pk", flat=True))


def _levels_of_tasks(wanted: Wanted) -> dict[int, set[str]]:
    """Plan line → levels of the bureaus that organise its inspections."""
    tasks = Task.objects.visible_to(wanted.user).live().filter(campaign__in=_campaigns(wanted)).order_by()
    found: dict[int, set[str]] = {}
    for line, level in tasks.values_list("line_id", "bureau__region__level").distinct():
        found.setdefault(line, set()).add(level)
    return found


def _row(number: int, line: PlanLine, levels: set[str]) -> PlanRow:
    return PlanRow(
        sequence=number,
        campaign=line.campaign.title,
        matters="、".join(matter.name for matter in line.matters.all()),
        targets=_targets(line),
        ratio=f"{ratio_words(line)}，{_frequency(line)}",
        credit=credit_words(line),
        period=_period(line),
        lead=line.lead_bureau.name,
        partners="、".join(partner.name for partner in line.partners.all()) or "无",
        mode=_mode(line, levels),
    )


def _targets(line: PlanLine) -> str:
    """全市机动车检验机构（省级资质认定），不含生态环境部门所属机构."""
    where = UNITS[Region.Level(line.campaign.lead_bureau.region.level)]
    level = f"（{line.get_level_display()}资质认定）" if line.level else ""
    owned = [each for each in line.exclusions.all() if each.kind == ExclusionKind.OWNER_DEPARTMENT]
    kind = "" if line.title.endswith(("机构", "中心")) else "检验检测机构"
    return f"{where}{line.title}{kind}{level}" + "".join(f"，不含{each}" for each in owned)


def ratio_words(line: PlanLine) -> str:
    if line.size_kind == SizeKind.RATIO:
        return size_in_words({"ratio": line.ratio, "rounding": line.rounding})
    if line.size_kind == SizeKind.RATIO_BY_CLASS:
        return size_in_words({"ratio": line.ratio_by_class, "rounding": line.rounding})
    return size_in_words({"all": True} if line.size_kind == SizeKind.ALL else {"count": line.count})


def _frequency(line: PlanLine) -> str:
    caps = [matter.cap_per_year for matter in line.matters.all() if matter.cap_per_year]
    return f"每年不超过 {min(caps)} 次" if caps else "1 次"


def credit_words(line: PlanLine) -> str:
    """How the risk of an institution bears on the draw of this line."""
    words = []
    if line.size_kind == SizeKind.RATIO_BY_CLASS or line.lots_by_class:
        words.append("按信用风险分类差异化抽取")
    if line.key_target_rule == KeyTargetRule.CERTAIN:
        words.append("重点抽查对象优先抽取")
    if line.key_target_rule == KeyTargetRule.LOTS:
        words.append("重点抽查对象增加抽中机会")
    return "；".join(words) or "不作区别"


def _period(line: PlanLine) -> str:
    """From the first day to the last of the campaign's stages, as printed."""
    stages = list(line.campaign.stages.all())
    begins: list[date] = [stage.starts_on for stage in stages if stage.starts_on]
    if not stages:
        return "待定"
    last = long_date(max(stage.ends_on for stage in stages))
    return f"{long_date(min(begins))}至{last}" if begins else f"{last}前"


def _mode(line: PlanLine, levels: set[str]) -> str:
    """市抽市查、市抽县查: who draws, and who goes there."""
    own = Region.Level(line.campaign.lead_bureau.region.level)
    going = {Region.Level(level) for level in levels}
    if not going:
        is_county = any(slot.county_department_id for slot in line.slots.all())
        going = {Region.Level.COUNTY if is_county else own}
    act = "抽" if line.campaign.draws_lots and line.size_kind != SizeKind.ALL else "定"
    return "、".join(f"{LEVELS[own]}{act}{LEVELS[level]}查" for level in Region.Level if level in going)


def compose(wanted: Wanted) -> list[StatisticalSheet]:
    campaign = wanted.campaign
    return [
        StatisticalSheet(
            name=f"{campaign.year}年度抽查计划",
            title=f"{campaign.lead_bureau.name}{campaign.year}年度检验检测机构“双随机、一公开”监督抽查工作计划表",
            columns=COLUMNS,
            items=plan_rows(wanted),
            frozen_columns=2,
        )
    ]


KIND = SheetKind(
    key="annual-plan",
    label="年度抽查计划表",
    about="牵头单位本年度的全部抽查任务，列抽查事项、对象范围、比例及频次、信用风险要求、起止时间、部门和模式，用于备案和公示。",
    rule=RULE,
    compose=compose,
    is_there=lambda user, campaign: True,
)
