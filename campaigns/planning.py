"""What a plan would give, before anything is frozen: populations, sizes, load on inspectors, and what is wrong."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal

from django.utils import timezone

from campaigns import draw as engine
from campaigns.models import (
    Campaign,
    ExclusionKind,
    KeyTargetRule,
    LineAgreement,
    PlanLine,
    Rounding,
    SizeKind,
    SlotRole,
    Source,
    Stage,
    TeamSlot,
)
from campaigns.sheets import JSON, OpenPlan, PlanSheet, open_plan
from campaigns.staffing import Person, pool_of
from campaigns.states import CampaignState
from campaigns.surveying import LineFigures, Survey

OFFICERS_PER_VISIT = 2
"""At least two certificated officers, 行政处罚法第四十二条."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the plan, in words. An error keeps the plan from being frozen; a warning does not.
    `is_answer`: it lies not in the plan but in what a partner has said, or not said yet."""

    level: Literal["error", "warning"]
    text: str
    line_code: str = ""
    is_answer: bool = False


@dataclass(frozen=True, slots=True)
class SlotSupply:
    """How many people a team slot can be drawn from, against the places it asks for in all."""

    label: str
    role: str
    places: int
    people: int

    @property
    def places_per_person(self) -> Decimal | None:
        return (Decimal(self.places) / self.people).quantize(Decimal("0.1")) if self.people else None


@dataclass(frozen=True, slots=True)
class LinePreview:
    """One plan line as it would be frozen now. `received` are drawable institutions handed down by the upper level;
    of them `inside` are drawn first, and `supplement` come from the own pool (domain.md A4 to A7)."""

    line: PlanLine
    considered: int
    excluded: tuple[tuple[str, int], ...]
    population: int
    size: int
    shortfall: int
    key_targets: int
    received: int
    supply: tuple[SlotSupply, ...]
    problems: tuple[Problem, ...]

    @property
    def inside(self) -> int:
        return min(self.received, self.size)

    @property
    def supplement(self) -> int:
        return self.size - self.inside

    @property
    def left_to_counties(self) -> int:
        return self.received - self.inside

    @property
    def excluded_count(self) -> int:
        return sum(count for _, count in self.excluded)

    @property
    def chance_percent(self) -> Decimal | None:
        """Mean chance of one drawable institution to be drawn."""
        if not self.population:
            return None
        return (Decimal(100 * self.size) / self.population).quantize(Decimal("0.1"))

    @property
    def sentence(self) -> str:
        """机动车检验机构 137 家，排除 9 家（生态环境部门所属 3、证书注销 6），按 10% 向上取整抽 13 家"""
        reasons = "、".join(f"{reason} {count}" for reason, count in self.excluded)
        excluded = f"，排除 {self.excluded_count} 家（{reasons}）" if self.excluded else ""
        if not self.line.campaign.draws_lots:
            return f"{self.line.title} {self.considered} 家{excluded}，全部检查 {self.size} 家"
        return f"{self.line.title} {self.considered} 家{excluded}，{rule_in_words(self.line)}抽 {self.size} 家"


@dataclass(frozen=True, slots=True)
class PlanPreview:
    lines: tuple[LinePreview, ...]
    problems: tuple[Problem, ...]

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        return self.problems + tuple(problem for line in self.lines for problem in line.problems)

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.all_problems if problem.level == "error")

    @property
    def faults(self) -> tuple[Problem, ...]:
        """The errors of the plan itself: with them it cannot even be tried."""
        return tuple(problem for problem in self.errors if not problem.is_answer)

    @property
    def population(self) -> int:
        return sum(line.population for line in self.lines)

    @property
    def size(self) -> int:
        return sum(line.size for line in self.lines)


def rule_in_words(line: PlanLine) -> str:
    match line.size_kind:
        case SizeKind.COUNT:
            return "按固定数量"
        case SizeKind.RATIO:
            return f"按 {line.ratio} {Rounding(line.rounding).label}"
        case SizeKind.RATIO_BY_CLASS:
            ratios = "、".join(f"{name} 类 {ratio}" for name, ratio in sorted(line.ratio_by_class.items()))
            return f"按信用风险分类（{ratios}）{Rounding(line.rounding).label}"
    return "全部"


def preview_plan(campaign: Campaign, *, day: date | None = None) -> PlanPreview:
    """Reads the pools as they stand; the same code that freezes reads them, the same engine sizes the plan."""
    plan = open_plan(campaign, draw_code="preview", day=day or timezone.localdate())
    return preview_open(plan, Survey(plan.people).of(plan.population.candidates()))


def preview_sheet(campaign: Campaign, plan: PlanSheet) -> PlanPreview:
    """What a sheet that has been built would give, and what is wrong with the plan behind it."""
    survey = Survey(plan.people).of(plan.candidates.values())
    return _preview(campaign, plan.lines, plan.people, survey, plan.sheet)


def preview_open(plan: OpenPlan, survey: Survey) -> PlanPreview:
    """The same of a plan whose population has been counted."""
    rules = plan.rules | {"inspectors": plan.inspectors(survey.met)}
    return _preview(plan.campaign, plan.lines, plan.people, survey, rules)


def _preview(
    campaign: Campaign, lines: list[PlanLine], people: Mapping[str, Person], survey: Survey, rules: JSON
) -> PlanPreview:
    sizes, refusal = _sizes(lines, survey, rules) if campaign.draws_lots else (_all_of(lines, survey), [])
    pools = Counter(name for person in people.values() for name in person.pools)
    previews = tuple(_preview_line(line, survey.of_line(line), sizes.get(line.code), pools) for line in lines)
    problems = [*_campaign_problems(campaign, lines, previews), *refusal]
    return PlanPreview(previews, tuple(problems))


def _sizes(lines: list[PlanLine], survey: Survey, rules: JSON) -> tuple[Mapping[str, engine.LineSize], list[Problem]]:
    """The engine's sizes by line; sources of randomness are not needed for them yet."""
    if not lines:
        return {}, []
    census = {line.code: survey.of_line(line).census for line in lines}
    try:
        sizes = engine.preview_census(rules | {"sources": ["public:preview"]}, census)
    except engine.SheetRefused as refused:
        return {}, [Problem("error", refusal_in_words(refused, lines))]
    return {size.code: size for size in sizes}, []


def _all_of(lines: list[PlanLine], survey: Survey) -> Mapping[str, engine.LineSize]:
    """Without a draw every line takes all that it may; there is nothing that the engine could refuse."""
    counts = {line.code: survey.of_line(line).census.population for line in lines}
    return {code: engine.LineSize(code, count, count, 0, ()) for code, count in counts.items()}


def refusal_in_words(refused: engine.SheetRefused, lines: list[PlanLine]) -> str:
    """The engine's refusal for people: which line, what is wrong, with the figures."""
    if refused.path == "quota.count" and {"lowest", "highest"} <= refused.facts.keys():
        return (
            f"国家质检中心数无法满足：各条目合计可含 {refused.facts['lowest']} 至 {refused.facts['highest']} 家，"
            "请调整数量或各条目的抽取数。"
        )
    for index, line in enumerate(lines):
        if refused.path.startswith(f"lines[{index}]"):
            return f"条目“{line.title}”的规则无法抽取（{refused}）。"
    return f"计划无法抽取（{refused}）。"


def _preview_line(
    line: PlanLine, figures: LineFigures, size: engine.LineSize | None, pools: Mapping[str, int]
) -> LinePreview:
    preview = LinePreview(
        line=line,
        considered=figures.considered,
        excluded=tuple(figures.excluded.most_common()),
        population=figures.census.population,
        size=size.size if size else 0,
        shortfall=size.shortfall if size else 0,
        key_targets=figures.key_targets,
        received=figures.received,
        supply=tuple(_supply(slot, size.size if size else 0, figures, pools) for slot in line.slots.all()),
        problems=(),
    )
    return LinePreview(
        **{name: getattr(preview, name) for name in LinePreview.__slots__ if name != "problems"},
        problems=tuple(_line_problems(preview)),
    )


def _supply(slot: TeamSlot, size: int, figures: LineFigures, pools: Mapping[str, int]) -> SlotSupply:
    """For a slot filled by each county's own body the scarcest county counts. pools: how many people sit in each."""
    pool = pool_of(slot)
    if "{county}" in pool:
        found = (pools.get(pool.replace("{county}", county), 0) for county in figures.counties)
        return SlotSupply(f"{slot.source_label}（最少的县区）", slot.role, slot.number, min(found, default=0))
    return SlotSupply(slot.source_label, slot.role, slot.number * size, pools.get(pool, 0))


def _line_problems(preview: LinePreview) -> Iterator[Problem]:
    line = preview.line
    if not line.campaign.draws_lots:
        yield from _listing_problems(preview)
        return
    if not preview.considered:
        yield Problem("error", f"条目“{line.title}”在本地区没有检查对象，请核对领域或删除该条目。", line.code)
    if preview.shortfall:
        yield Problem(
            "error",
            f"条目“{line.title}”需抽 {preview.size + preview.shortfall} 家，可抽的只有 {preview.population} 家，"
            f"缺 {preview.shortfall} 家。请减少数量或调整排除情形。",
            line.code,
        )
    if line.stated_count is not None and line.size_kind != SizeKind.COUNT and line.stated_count != preview.size:
        yield Problem(
            "warning",
            f"条目“{line.title}”{rule_in_words(line)}为 {preview.size} 家，与通知写明的 {line.stated_count} 家不一致。",
            line.code,
        )
    if line.key_target_rule == KeyTargetRule.LOTS and line.size_kind == SizeKind.RATIO_BY_CLASS:
        yield Problem("error", f"条目“{line.title}”按信用风险分类定比例时，重点抽查对象不能再用增加签数。", line.code)
    yield from _team_problems(preview)


def _listing_problems(preview: LinePreview) -> Iterator[Problem]:
    """Who goes is named by the counties, so nothing is asked of teams; a domain of the notice may be empty here."""
    line = preview.line
    if line.size_kind != SizeKind.ALL:
        yield Problem("error", f"本活动不抽取，条目“{line.title}”的抽取方式应当选“全部”。", line.code)
    if not preview.considered:
        yield Problem("warning", f"条目“{line.title}”在本地区没有检查对象，汇总表中列为 0 家。", line.code)


def _team_problems(preview: LinePreview) -> Iterator[Problem]:
    line = preview.line
    officers = [supply for supply in preview.supply if supply.role == SlotRole.OFFICER]
    wanted = sum(slot.number for slot in line.slots.all() if slot.role == SlotRole.OFFICER)
    if wanted < OFFICERS_PER_VISIT:
        yield Problem("error", f"条目“{line.title}”的检查组执法检查人员不足 2 名。", line.code)
    for supply, slot in zip(preview.supply, line.slots.all(), strict=True):
        if supply.people < slot.number:
            level: Literal["error", "warning"] = "error" if supply in officers else "warning"
            yield Problem(
                level,
                f"条目“{line.title}”：{supply.label}在检查期间证件有效、可参加的{slot.get_role_display()}只有 {supply.people} 名，"
                f"每个检查组需要 {slot.number} 名。",
                line.code,
            )
        elif supply.places > supply.people * line.campaign.tasks_per_inspector:
            yield Problem(
                "warning",
                f"条目“{line.title}”：{supply.label} {supply.people} 名，按每人最多 "
                f"{line.campaign.tasks_per_inspector} 项任务不够分配 {supply.places} 个席位。",
                line.code,
            )


def _campaign_problems(
    campaign: Campaign, lines: list[PlanLine], previews: tuple[LinePreview, ...]
) -> Iterator[Problem]:
    if not lines:
        yield Problem("error", "计划还没有条目，请先添加抽查领域。")
    if not any(stage.kind == Stage.Kind.ON_SITE for stage in campaign.stages.all()):
        yield Problem("error", "实施阶段中没有“现场检查”，任务无法确定期限。")
    sources = [source.kind for source in campaign.sources.all()]
    if campaign.draws_lots and Source.Kind.PUBLIC not in sources and len(sources) < 2:
        yield Problem("error", "随机数来源不足：至少需要一个公开数值，或两个参与单位（见证人）。")
    excluded = {each.kind for line in lines for each in line.exclusions.all()}
    if ExclusionKind.NO_FINDING_BEFORE in excluded and not campaign.looks_back_at.exists():
        yield Problem("error", "条目排除了以前没有认定问题的机构，请先在活动信息中选择“回头看的活动”。")
    yield from _overall_problems(campaign, sum(p.population for p in previews), sum(p.size for p in previews))
    yield from _agreement_problems(campaign)


def _overall_problems(campaign: Campaign, population: int, size: int) -> Iterator[Problem]:
    """4% that does not give 4: the notice's own two figures held against each other and against the lines."""
    if campaign.overall_ratio and campaign.overall_count is not None:
        sizes = {rule: overall_size(campaign.overall_ratio, population, rule) for rule in Rounding}
        if campaign.overall_count not in sizes.values():
            words = "、".join(f"{rule.label} {count} 家" for rule, count in sizes.items())
            yield Problem(
                "warning",
                f"可抽查机构共 {population} 家，其 {campaign.overall_ratio} 为 {words}，"
                f"都不是通知写明的 {campaign.overall_count} 家。",
            )
    if campaign.overall_count is not None and campaign.overall_count != size:
        yield Problem("warning", f"各条目合计抽 {size} 家，与通知写明的 {campaign.overall_count} 家不一致。")


def overall_size(ratio: str, population: int, rounding: Rounding) -> int:
    modes = {Rounding.CEIL: ROUND_CEILING, Rounding.HALF_UP: ROUND_HALF_UP, Rounding.FLOOR: ROUND_FLOOR}
    exact = Decimal(ratio.removesuffix("%")) * population / 100
    return int(exact.quantize(Decimal(1), rounding=modes[rounding]))


def _agreement_problems(campaign: Campaign) -> Iterator[Problem]:
    if campaign.state == CampaignState.DRAFT:
        return
    open_answers = LineAgreement.objects.filter(line__campaign=campaign).exclude(state=LineAgreement.State.AGREED)
    for answer in open_answers.select_related("line", "bureau"):
        said = "有异议" if answer.state == LineAgreement.State.OBJECTED else "尚未回复"
        yield Problem(
            "error", f"{answer.bureau.name}对条目“{answer.line.title}”{said}。", answer.line.code, is_answer=True
        )
