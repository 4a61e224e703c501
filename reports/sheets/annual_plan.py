"""The year's plan in the columns of a city of Shanxi (长治市 2024): one row a plan line of every campaign that the same
bureau leads in that year and this user sees; practice campaigns are no plan."""

from dataclasses import dataclass

from campaigns.models import Campaign, CampaignKind, PlanLine, Task
from reports.plan_words import LevelsOfLines, levels_of_lines, plan_cells
from reports.sheets.kinds import SheetKind
from reports.sheets.wanted import Wanted
from workbooks.statistical import Field, StatisticalSheet

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
    levels = levels_of_lines(Task.objects.visible_to(wanted.user).live().filter(campaign__in=_campaigns(wanted)))
    return [_row(number, line, levels) for number, line in enumerate(lines, start=1)]


def _campaigns(wanted: Wanted) -> list[int]:
    seen = Campaign.objects.visible_to(wanted.user).exclude(kind=CampaignKind.PRACTICE)
    of_the_year = seen.filter(year=wanted.campaign.year, lead_bureau=wanted.campaign.lead_bureau_id)
    return list(of_the_year.values_list("pk", flat=True))


def _row(number: int, line: PlanLine, levels: LevelsOfLines) -> PlanRow:
    return PlanRow(number, line.campaign.title, *plan_cells(line, levels))


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
