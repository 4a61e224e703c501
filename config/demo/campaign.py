"""The Datong 2025 campaign, as its notice (同市监认证〔2025〕92号) has it, planned and agreed up to the freeze."""

from datetime import date

from accounts.models import Bureau, Department, User
from campaigns import allotment, services, transitions
from campaigns.models import (
    BasisDocument,
    Campaign,
    CampaignIssuer,
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
    TeamSlot,
)
from campaigns.models.plan import KeyTargetRule
from institutions.models import Domain, Institution

TITLE = "2025年度检验检测机构“双随机、一公开”监督抽查"
CITY, POLICE, ECOLOGY = "scjg:140200", "ga:140200", "sthj:140200"
PROVINCE_LIST = "省局下发名单（晋市监发〔2025〕174号）"
EXCLUSIONS = (
    ExclusionKind.CERTIFICATE_STATE,
    ExclusionKind.INSTITUTION_STATE,
    ExclusionKind.DRAWN_BY_UPPER_LEVEL,
    ExclusionKind.INSPECTED_THIS_YEAR,
)
BASES = (
    (
        "山西省市场监督管理局 山西省公安厅 山西省生态环境厅关于组织开展2025年度检验检测机构监督抽查工作的通知",
        "晋市监发〔2025〕174号",
    ),
    ("大同市市场监督管理局关于印发〈大同市市场监管系统规范涉企行政检查实施方案〉的通知", "同市监发〔2025〕60号"),
    ("山西省资质认定获证检验检测机构合规经营专项整治行动方案", "晋市监发〔2025〕108号"),
)
STAGES = (
    (Stage.Kind.SELF_CHECK, "机构自查和整改", date(2025, 9, 9), date(2025, 9, 15), False),
    (Stage.Kind.REPORT, "县区报送工作方案", None, date(2025, 9, 15), False),
    (Stage.Kind.ON_SITE, "现场检查", date(2025, 9, 16), date(2025, 11, 15), True),
    (Stage.Kind.REPORT, "报送总结和典型案例", None, date(2025, 11, 25), False),
)


def plan_datong(officer: User, partners: dict[str, User]) -> Campaign:
    """Planned by the officer, agreed by the liaisons (bureau code → user); ready to be frozen."""
    campaign = services.create_campaign(
        by=officer,
        number="140200-2025-92",
        title=TITLE,
        year=2025,
        document_number="同市监认证〔2025〕92号",
        issued_on=date(2025, 9, 9),
        notice_window=NoticeWindow.WITHIN_24H,
        overall_ratio="4%",
        overall_count=4,
        tasks_per_inspector=2,
    )
    services.replace_issuers(campaign, [CampaignIssuer(bureau_id=code) for code in (CITY, POLICE, ECOLOGY)], by=officer)
    services.replace_basis_documents(campaign, [BasisDocument(title=t, number=n) for t, n in BASES], by=officer)
    services.replace_stages(campaign, [_stage(*row) for row in STAGES], by=officer)
    services.replace_sources(campaign, _sources(), by=officer)
    _plan_lines(campaign, officer)
    allotment.receive(campaign, _province_list(), origin=PROVINCE_LIST, by=officer)
    campaign = transitions.propose(campaign, by=officer)
    for agreement in LineAgreement.objects.filter(line__campaign=campaign):
        transitions.answer(agreement, agrees=True, words="", by=partners[agreement.bureau_id])
    return campaign


def _stage(kind: Stage.Kind, name: str, starts_on: date | None, ends_on: date, is_soft: bool) -> Stage:
    return Stage(kind=kind, name=name, starts_on=starts_on, ends_on=ends_on, is_soft=is_soft)


def _sources() -> list[Source]:
    bureaus = [Source(kind=Source.Kind.BUREAU, bureau_id=code) for code in (CITY, POLICE, ECOLOGY)]
    witness = Source(kind=Source.Kind.WITNESS, bureau_id=CITY, name="纪检")
    return [*bureaus, witness, Source(kind=Source.Kind.PUBLIC, name="双色球2025105期")]


def _plan_lines(campaign: Campaign, officer: User) -> None:
    _line(campaign, officer, "vehicle", "机动车检验检测机构", "vehicle", 2, [POLICE, ECOLOGY])
    _line(campaign, officer, "eco", "生态环境检测机构", "eco", 1, [ECOLOGY])
    _line(campaign, officer, "other", "其他类型检验检测机构", None, 1, [])


def _line(
    campaign: Campaign, officer: User, code: str, title: str, domain: str | None, count: int, partners: list[str]
) -> None:
    city = Bureau.objects.get(pk=CITY)
    line = PlanLine(
        campaign=campaign,
        code=code,
        title=title,
        domain=Domain.objects.get(pk=domain) if domain else None,
        takes_rest=domain is None,
        lead_bureau=city,
        size_kind=SizeKind.COUNT,
        count=count,
        key_target_rule=KeyTargetRule.CERTAIN,
        reserve=3,
    )
    ecology = [Exclusion(kind=ExclusionKind.OWNER_DEPARTMENT, department=Department.objects.get(pk="sthj"))]
    services.save_line(
        line,
        partners=list(Bureau.objects.filter(pk__in=partners)),
        matters=_matters(domain, [CITY, *partners]),
        exclusions=[*(ecology if code == "eco" else []), *(Exclusion(kind=kind) for kind in EXCLUSIONS)],
        slots=[
            TeamSlot(role=SlotRole.OFFICER, bureau=city, number=2),
            *(TeamSlot(role=SlotRole.OFFICER, bureau_id=partner, number=1) for partner in partners),
            TeamSlot(role=SlotRole.COOPERATING, county_department=Department.objects.get(pk="scjg"), number=1),
        ],
        by=officer,
    )


def _matters(domain: str | None, bureaus: list[str]) -> list[InspectionMatter]:
    """The matters of the taking-part departments that apply to the domain, or to all domains."""
    departments = {code.split(":")[0] for code in bureaus}
    matters = InspectionMatter.objects.filter(department__in=departments, is_active=True).prefetch_related("domains")
    return [
        matter
        for matter in matters
        if not matter.domains.all() or any(domain and each.pk.startswith(domain) for each in matter.domains.all())
    ]


def _province_list() -> dict[int, bool]:
    """What the province drew in Datong: six handed down by territory, none of them in ecology, and three that it
    inspects itself (domain.md, acceptance case A5: three are drawn inside, one ecology lab is supplemented)."""
    operating = Institution.objects.filter(
        county__code__startswith="1402", state="operating", certificates__state="valid",
        certificates__valid_until__gte=date(2027, 12, 31),
    ).order_by("uscc").distinct()  # fmt: skip
    vehicle = list(operating.filter(certificates__domains__code__startswith="vehicle")[:6])
    other = list(operating.exclude(certificates__domains__code__regex="^(vehicle|eco)")[:3])
    received = vehicle[:4] + other[:2]
    kept = vehicle[4:] + other[2:]
    return {each.pk: True for each in received} | {each.pk: False for each in kept}
