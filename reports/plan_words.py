"""How plan lines are worded wherever a plan is listed, in the annual plan's sheet as in what is made public: no word
names a credit class or its ratio."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.db.models import QuerySet

from accounts.models import Region
from campaigns.frozen import size_in_words
from campaigns.models import Campaign, ExclusionKind, KeyTargetRule, PlanLine, SizeKind, Task
from reports.datasets import long_date

LEVELS = {Region.Level.NATION: "国", Region.Level.PROVINCE: "省", Region.Level.CITY: "市", Region.Level.COUNTY: "县"}
UNITS = {
    Region.Level.NATION: "全国",
    Region.Level.PROVINCE: "全省",
    Region.Level.CITY: "全市",
    Region.Level.COUNTY: "全县（区）",
}
BY_CLASS = "按信用风险分类差异化抽取"

LevelsOfLines = Mapping[int, set[str]]
"""Plan line → levels of the bureaus that organise its inspections."""


def levels_of_lines(tasks: QuerySet[Task]) -> LevelsOfLines:
    found: defaultdict[int, set[str]] = defaultdict(set)
    for line, level in tasks.order_by().values_list("line_id", "bureau__region__level").distinct():
        found[line].add(level)
    return dict(found)


def plan_cells(line: PlanLine, levels: LevelsOfLines) -> tuple[str, ...]:
    """抽查事项, 对象范围, 比例及频次, 智慧监管（信用风险）要求, 起止时间, 发起部门, 配合部门, 模式."""
    return (
        "、".join(matter.name for matter in line.matters.all()) or "见抽查事项清单",
        _targets(line),
        f"{_size(line)}，{_frequency(line)}",
        _credit(line),
        period_words(line.campaign),
        line.lead_bureau.name,
        "、".join(partner.name for partner in line.partners.all()) or "无",
        _mode(line, levels.get(line.pk, set())),
    )


def _targets(line: PlanLine) -> str:
    """全市机动车检验机构（省级资质认定），不含生态环境部门所属机构."""
    where = UNITS[Region.Level(line.campaign.lead_bureau.region.level)]
    level = f"（{line.get_level_display()}资质认定）" if line.level else ""
    owned = [each for each in line.exclusions.all() if each.kind == ExclusionKind.OWNER_DEPARTMENT]
    kind = "" if line.title.endswith(("机构", "中心")) else "检验检测机构"
    return f"{where}{line.title}{kind}{level}" + "".join(f"，不含{each}" for each in owned)


def _size(line: PlanLine) -> str:
    if line.size_kind == SizeKind.RATIO:
        stated = f"，计 {line.stated_count} 家" if line.stated_count else ""
        return size_in_words({"ratio": line.ratio, "rounding": line.rounding}) + stated
    if line.size_kind == SizeKind.RATIO_BY_CLASS:
        return BY_CLASS
    return size_in_words({"all": True} if line.size_kind == SizeKind.ALL else {"count": line.count})


def _frequency(line: PlanLine) -> str:
    caps = [matter.cap_per_year for matter in line.matters.all() if matter.cap_per_year]
    return f"每年不超过 {min(caps)} 次" if caps else "1 次"


def _credit(line: PlanLine) -> str:
    """How the risk of an institution bears on the draw of this line."""
    words = []
    if line.size_kind == SizeKind.RATIO_BY_CLASS or line.lots_by_class:
        words.append(BY_CLASS)
    if line.key_target_rule == KeyTargetRule.CERTAIN:
        words.append("重点抽查对象优先抽取")
    if line.key_target_rule == KeyTargetRule.LOTS:
        words.append("重点抽查对象增加抽中机会")
    return "；".join(words) or "不作区别"


def period_words(campaign: Campaign) -> str:
    """From the first day to the last of the campaign's stages."""
    stages = list(campaign.stages.all())
    begins = [stage.starts_on for stage in stages if stage.starts_on]
    if not stages:
        return "待定"
    return span_words(min(begins, default=None), max(stage.ends_on for stage in stages))


def span_words(first: date | None, last: date) -> str:
    return f"{long_date(first)}至{long_date(last)}" if first else f"{long_date(last)}前"


def _mode(line: PlanLine, levels: set[str]) -> str:
    """市抽市查、市抽县查: who draws, and who goes there."""
    own = Region.Level(line.campaign.lead_bureau.region.level)
    going = {Region.Level(level) for level in levels}
    if not going:
        is_county = any(slot.county_department_id for slot in line.slots.all())
        going = {Region.Level.COUNTY if is_county else own}
    act = "抽" if line.campaign.draws_lots and line.size_kind != SizeKind.ALL else "定"
    return "、".join(f"{LEVELS[own]}{act}{LEVELS[level]}查" for level in Region.Level if level in going)
