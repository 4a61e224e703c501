"""A campaign of this year that is in the middle of its inspections, and a special one whose results it adopts."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import Bureau, Department, User
from campaigns import approvals, contributing, drawing, freezing, services, transitions
from campaigns.adding import Added, add_tasks
from campaigns.draw import contribution_commitment
from campaigns.models import (
    Act,
    Approval,
    BasisDocument,
    Campaign,
    CampaignIssuer,
    CampaignKind,
    Contribution,
    Draw,
    Exclusion,
    ExclusionKind,
    InspectionMatter,
    LineAgreement,
    NoticeWindow,
    PlanLine,
    SizeKind,
    SlotRole,
    Source,
    Stage,
    Task,
    TeamSlot,
)
from config.demo.visits.cast import Cast
from config.demo.visits.clock import Clock, at, workday
from institutions.models import Domain

CITY, POLICE, ECOLOGY = "scjg:140200", "ga:140200", "sthj:140200"
EXCLUSIONS = (ExclusionKind.CERTIFICATE_STATE, ExclusionKind.INSTITUTION_STATE)
MATTERS = {
    "vehicle": ("C06", "C06-01", "GA-01", "HB-01"),
    "emission": ("C06", "C06-01", "HB-01"),
    "eco": ("C06", "C06-01", "HB-02"),
    "other": ("C06", "C06-01", "C06-03"),
}
DRAWN_DAY, LAST_DAY = -26, 20
"""In working days from today."""


@dataclass(frozen=True, slots=True)
class Line:
    code: str
    title: str
    domain: str
    count: int
    partners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`serial`: of the document that announces it."""

    serial: int
    title: str
    kind: CampaignKind
    lines: Sequence[Line]
    basis: tuple[str, str]


RANDOM = Plan(
    126,
    "检验检测机构“双随机、一公开”第二批监督抽查",
    CampaignKind.DOUBLE_RANDOM,
    (
        Line("vehicle", "机动车检验检测机构", "vehicle", 9, (POLICE, ECOLOGY)),
        Line("eco", "生态环境检测机构", "eco", 3, (ECOLOGY,)),
        Line("other", "其他类型检验检测机构", "", 6),
    ),
    ("检验检测机构监督管理办法", ""),
)
SPECIAL = Plan(
    119,
    "机动车排放检验机构专项检查",
    CampaignKind.SPECIAL,
    (Line("emission", "机动车排放检验机构", "vehicle-emission", 1, (ECOLOGY,)),),
    ("中华人民共和国大气污染防治法", ""),
)


def dispatched(plan: Plan, cast: Cast, clock: Clock, *, days: int) -> Campaign:
    """Planned, agreed, frozen, drawn and handed out, the draw so many working days from today."""
    clock.turn_to(at(workday(days - 4, cast.today), "10:00"))
    campaign = _planned(plan, cast, days)
    clock.turn_to(at(workday(days - 2, cast.today), "15:00"))
    for agreement in LineAgreement.objects.filter(line__campaign=campaign):
        transitions.answer(agreement, agrees=True, words="", by=cast.speaker(agreement.bureau_id))
    clock.turn_to(at(workday(days, cast.today), "09:00"))
    draw = freezing.freeze_campaign(_agreed(campaign, Act.FREEZE, cast))
    _contribute(draw, cast)
    drawing.run_draw(_agreed(campaign, Act.DRAW, cast, draw))
    clock.turn_to(at(workday(days, cast.today), "14:30"))
    return transitions.dispatch(campaign, by=cast["datong-officer"])


def _planned(plan: Plan, cast: Cast, days: int) -> Campaign:
    officer, year = cast["datong-officer"], cast.today.year
    campaign = services.create_campaign(
        by=officer,
        number=f"140200-{year}-{plan.serial}",
        title=f"{year}年度{plan.title}",
        year=year,
        kind=plan.kind,
        document_number=f"同市监认证〔{year}〕{plan.serial}号",
        issued_on=workday(days - 4, cast.today),
        notice_window=NoticeWindow.WITHIN_24H,
        tasks_per_inspector=5,
    )
    bureaus = dict.fromkeys([CITY, *(partner for line in plan.lines for partner in line.partners)])
    issuers = [CampaignIssuer(bureau_id=code) for code in bureaus]
    title, number = plan.basis
    services.replace_issuers(campaign, issuers, by=officer)
    services.replace_basis_documents(campaign, [BasisDocument(title=title, number=number)], by=officer)
    services.replace_stages(campaign, _stages(cast.today, days), by=officer)
    services.replace_sources(campaign, _sources(list(bureaus)), by=officer)
    for line in plan.lines:
        _save_line(campaign, line, cast)
    return transitions.propose(campaign, by=officer)


def _stages(today: date, days: int) -> list[Stage]:
    last = workday(LAST_DAY, today)
    return [
        Stage(kind=Stage.Kind.ON_SITE, name="现场检查", starts_on=workday(days, today), ends_on=last, is_soft=True),
        Stage(kind=Stage.Kind.REPORT, name="报送总结和典型案例", ends_on=last + timedelta(days=10)),
    ]


def _sources(bureaus: Sequence[str]) -> list[Source]:
    own = [Source(kind=Source.Kind.BUREAU, bureau_id=code) for code in bureaus]
    witness = Source(kind=Source.Kind.WITNESS, bureau_id=CITY, name="纪检")
    return [*own, witness, Source(kind=Source.Kind.PUBLIC, name="双色球当期开奖号码")]


def _save_line(campaign: Campaign, line: Line, cast: Cast) -> None:
    city = Bureau.objects.get(pk=CITY)
    services.save_line(
        PlanLine(
            campaign=campaign, code=line.code, title=line.title, lead_bureau=city, size_kind=SizeKind.COUNT,
            count=line.count, domain=Domain.objects.get(pk=line.domain) if line.domain else None,
            takes_rest=not line.domain, reserve=2,
        ),
        partners=list(Bureau.objects.filter(pk__in=line.partners)),
        matters=list(InspectionMatter.objects.filter(code__in=MATTERS[line.code])),
        exclusions=[Exclusion(kind=kind) for kind in EXCLUSIONS],
        slots=[
            TeamSlot(role=SlotRole.OFFICER, bureau=city, number=2),
            *(TeamSlot(role=SlotRole.OFFICER, bureau_id=partner, number=1) for partner in line.partners),
            TeamSlot(role=SlotRole.COOPERATING, county_department=Department.objects.get(pk="scjg"), number=1),
        ],
        by=cast["datong-officer"],
    )  # fmt: skip


def _agreed(campaign: Campaign, act: Act, cast: Cast, draw: Draw | None = None) -> Approval:
    proposed = approvals.propose_act(campaign, act, draw=draw, by=cast["datong-officer"])
    return approvals.mark_confirmed(proposed, by=cast["datong-approver"])


def _contribute(draw: Draw, cast: Cast) -> None:
    sealed = draw.contributions.exclude(kind=Source.Kind.PUBLIC)
    for each in sealed:
        digest = contribution_commitment(each.source, _value(each))
        contributing.commit_value(each, commitment=digest, by=_speaker(each, cast))
    for each in draw.contributions.filter(kind=Source.Kind.PUBLIC):
        contributing.enter_public_value(
            each, value="03 08 15 16 24 30 + 07", origin="中国福利彩票网站开奖公告", occurred_at=timezone.now(),
            by=cast["datong-officer"],
        )  # fmt: skip
    for each in sealed.all():
        contributing.reveal_value(each, value=_value(each), by=_speaker(each, cast))


def _speaker(contribution: Contribution, cast: Cast) -> User:
    if contribution.kind == Source.Kind.WITNESS:
        return cast["datong-supervisor"]
    return cast.speaker(contribution.bureau_id)


def _value(contribution: Contribution) -> str:
    """The same in every run."""
    return hashlib.sha256(contribution.source.encode()).hexdigest()[:12]


def add(campaign: Campaign, given: Added, cast: Cast) -> Task:
    return add_tasks(campaign, given, by=cast["datong-officer"])[0]
