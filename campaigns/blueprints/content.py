"""What a notice says of its campaign, as data: departments stand for the bureaus of the lead's own region."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from accounts.models import Region
from campaigns.models import CampaignKind, ExclusionKind, KeyTargetRule, NoticeWindow, Rounding, SizeKind, Stage
from institutions.models import CertificateLevel

MARKET, POLICE, ECOLOGY, HOUSING, TRANSPORT = "scjg", "ga", "sthj", "zj", "jt"
RESOURCES, WATER, CUSTOMS, DRUGS = "zrzy", "sl", "hg", "yj"

REPORTERS = {
    "province": "省级市场监管部门",
    "city": "市级市场监管部门",
    "county": "县区市场监管部门",
    "department": "参加检查的部门",
    "institution": "检验检测机构",
}
NOT_OPERATING = (ExclusionKind.CERTIFICATE_STATE, ExclusionKind.INSTITUTION_STATE)
"""Left out everywhere: there is nothing to inspect."""


@dataclass(frozen=True, slots=True)
class LinePlan:
    """One plan line. Without a domain it takes all other ones; `partners` are departments, as is `initiator`;
    `matters` are those of these departments that apply to the domain."""

    code: str
    title: str
    domain: str | None
    partners: Sequence[str] = ()
    initiator: str = MARKET
    level: CertificateLevel | None = None
    size_kind: SizeKind = SizeKind.ALL
    count: int | None = None
    ratio: str = ""
    rounding: Rounding = Rounding.CEIL
    key_target_rule: KeyTargetRule = KeyTargetRule.NONE
    reserve: int = 3
    excluded_owners: Sequence[str] = ()
    exclusions: Sequence[ExclusionKind] = NOT_OPERATING


@dataclass(frozen=True, slots=True)
class StagePlan:
    """Dates as printed, weekends included; `is_soft` where the notice writes 原则上 or gives no exact day."""

    kind: Stage.Kind
    name: str
    starts_on: date | None
    ends_on: date
    is_soft: bool = False


@dataclass(frozen=True, slots=True)
class BasisPlan:
    title: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class DutyPlan:
    """信息报送: what the bodies of one level (or the institutions) hand in, and until when; None: 随时报送."""

    level: str
    items: Sequence[str]
    due_on: date | None
    channel: str = ""

    @property
    def who(self) -> str:
        return REPORTERS[self.level]


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One notice. `summary`: two sentences on what it is; `demands`: what only it asks for, a phrase each."""

    key: str
    place: str
    document_number: str
    notice_title: str
    title: str
    level: Region.Level
    year: int
    serial: str
    issued_on: date | None
    summary: str
    demands: Sequence[str]
    issuers: Sequence[str]
    basis: Sequence[BasisPlan]
    stages: Sequence[StagePlan]
    lines: Sequence[LinePlan]
    description: str
    discipline: str
    duties: Sequence[DutyPlan] = ()
    kind: CampaignKind = CampaignKind.DOUBLE_RANDOM
    draws_lots: bool = True
    notice_window: NoticeWindow = NoticeWindow.NONE
    overall_ratio: str = ""
    overall_count: int | None = None
    quota_count: int | None = None
    tasks_per_inspector: int = 6
    publishes_plan: bool = True
    publishes_results: bool = True
    public_value: str = "双色球（各方承诺后的首期）"
    self_check_form: str = ""
    """Code of the form that its institutions fill; empty where the notice leaves it to another."""
    copies_to: Sequence[str] = field(default=())
    publication_words: str = "此件公开发布"
    transmits: BasisPlan | None = None
    """The upper document that the notice hands on as its attachment (转发)."""

    @property
    def partners(self) -> list[str]:
        """Departments that take part beside the lead, each once, in the order of the notice."""
        named = [*self.issuers, *(code for line in self.lines for code in (line.initiator, *line.partners))]
        return [code for code in dict.fromkeys(named) if code != MARKET]
