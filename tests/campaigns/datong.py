"""A small Datong: institutions by domain, officers of three bureaus, a campaign like that of 同市监认证〔2025〕92号."""

from datetime import date

from django.utils import timezone

from accounts.models import Department, Role, User
from campaigns import approvals, contributing, declaring, drawing, freezing, listing, services, transitions, voiding
from campaigns import draw as engine
from campaigns.models import (
    Act,
    Approval,
    Campaign,
    CampaignIssuer,
    Draw,
    Exclusion,
    ExclusionKind,
    LineAgreement,
    PlanLine,
    SizeKind,
    SlotRole,
    Source,
    Stage,
    TeamSlot,
)
from institutions.models import Institution
from tests.factories import accounts, inspectors, institutions

CITY, POLICE, ECOLOGY = "scjg:140200", "ga:140200", "sthj:140200"
COUNTIES = ("140213", "140214")
DOMAINS = {"vehicle": "机动车检验", "eco": "生态环境监测", "food": "食品"}
DRAWN_BY = {"vehicle": "vehicle", "eco": "eco", "food": "other"}
"""The code of the plan line that an institution of this domain belongs to."""


def officer() -> User:
    return User.objects.filter(username="datong-officer").first() or accounts.lead_officer()


def liaison(bureau: str) -> User:
    name = bureau.replace(":", "-")
    found = User.objects.filter(username=name).first()
    return found or accounts.user(name, Role.PARTNER_LIAISON, at=bureau)


def supervisor() -> User:
    return User.objects.filter(username="witness").first() or accounts.user("witness", Role.SUPERVISOR, at=CITY)


def pool(*, vehicle: int = 8, eco: int = 4, food: int = 5, **fields: object) -> dict[str, list[Institution]]:
    """So many institutions of each domain, spread over two counties, each with a valid certificate."""
    found: dict[str, list[Institution]] = {}
    for code, count in (("vehicle", vehicle), ("eco", eco), ("food", food)):
        domain = institutions.domain(code, DOMAINS[code])
        found[code] = [institutions.institution(county=COUNTIES[n % 2], **fields) for n in range(count)]
        for each in found[code]:
            institutions.certificate(each, domain)
    return found


def officers(*, city: int = 6, police: int = 3, ecology: int = 3, county: int = 2) -> None:
    for bureau, count in ((CITY, city), (POLICE, police), (ECOLOGY, ecology)):
        for _ in range(count):
            inspectors.inspector(bureau)
    for code in COUNTIES:
        for _ in range(county):
            inspectors.inspector(f"scjg:{code}")


def campaign(**fields: object) -> Campaign:
    """A draft with issuers, stages and sources, without lines."""
    values = {
        "number": "140200-2025-92",
        "title": "2025年度检验检测机构监督抽查",
        "year": 2025,
        "tasks_per_inspector": 4,
    }
    found = services.create_campaign(by=officer(), **{**values, **fields})
    services.replace_issuers(
        found, [CampaignIssuer(bureau=accounts.bureau(code)) for code in (CITY, POLICE, ECOLOGY)], by=officer()
    )
    on_site = Stage(
        kind=Stage.Kind.ON_SITE, name="现场检查", starts_on=date(2025, 9, 16), ends_on=date(2025, 11, 15), is_soft=True
    )
    services.replace_stages(found, [on_site], by=officer())
    people = [Source(kind=Source.Kind.BUREAU, bureau=accounts.bureau(code)) for code in (CITY, POLICE)]
    services.replace_sources(found, [*people, Source(kind=Source.Kind.PUBLIC, name="双色球2025105期")], by=officer())
    return found


def line(
    of: Campaign, code: str, count: int = 1, *, exclusions: list[Exclusion] | None = None, **fields: object
) -> PlanLine:
    """A line of the domain with this code; "other" takes the rest. Vehicle lines are joint with police and ecology."""
    partners = {"vehicle": [POLICE, ECOLOGY], "eco": [ECOLOGY]}.get(code, [])
    domain = institutions.domain(code, DOMAINS[code]) if code in DOMAINS else None
    values = {"title": DOMAINS.get(code, "其他"), "size_kind": SizeKind.COUNT, "count": count, "reserve": 2, **fields}
    found = PlanLine(
        campaign=of, code=code, domain=domain, takes_rest=domain is None, lead_bureau=accounts.bureau(CITY), **values
    )
    return services.save_line(
        found,
        partners=[accounts.bureau(code) for code in partners],
        matters=[],
        exclusions=exclusions or [],
        slots=[
            TeamSlot(role=SlotRole.OFFICER, bureau=accounts.bureau(CITY), number=2),
            *(TeamSlot(role=SlotRole.OFFICER, bureau=accounts.bureau(code), number=1) for code in partners),
            TeamSlot(role=SlotRole.COOPERATING, county_department=accounts.department("scjg"), number=1),
        ],
        by=officer(),
    )


def owned_by(department: str) -> Exclusion:
    return Exclusion(kind=ExclusionKind.OWNER_DEPARTMENT, department=Department.objects.get(pk=department))


def planned(**fields: object) -> Campaign:
    """Datong's three lines, 2 + 1 + 1."""
    found = campaign(**fields)
    for code, count in (("vehicle", 2), ("eco", 1), ("other", 1)):
        line(found, code, count)
    return found


def agreed(of: Campaign) -> Campaign:
    proposed = transitions.propose(of, by=officer())
    for agreement in LineAgreement.objects.filter(line__campaign=proposed):
        transitions.answer(agreement, agrees=True, words="", by=liaison(agreement.bureau_id))
    return proposed


def approver() -> User:
    return User.objects.filter(username="datong-approver").first() or accounts.user(
        "datong-approver", Role.LEAD_APPROVER, at=CITY
    )


def approved(of: Campaign, act: Act, *, draw: Draw | None = None, **more: object) -> Approval:
    """The act as one person has proposed and another confirmed it, ready to be carried out."""
    proposed = approvals.propose_act(of, act, draw=draw, by=officer(), **more)
    return approvals.mark_confirmed(proposed, by=approver())


def frozen(of: Campaign | None = None) -> Draw:
    return freeze(agreed(of or planned()))


def freeze(of: Campaign) -> Draw:
    return freezing.freeze_campaign(approved(of, Act.FREEZE))


def value_of(source: str) -> str:
    return f"骰子 {source}"


def commit(draw: Draw, values: dict[str, str] | None = None) -> None:
    """Everybody's commitment."""
    for each in draw.contributions.exclude(kind="public"):
        value = (values or {}).get(each.source, value_of(each.source))
        commitment = engine.contribution_commitment(each.source, value)
        contributing.commit_value(each, commitment=commitment, by=officer())


def enter_public(draw: Draw, values: dict[str, str] | None = None) -> None:
    for each in draw.contributions.filter(kind="public"):
        value = (values or {}).get(each.source, value_of(each.source))
        contributing.enter_public_value(each, value=value, origin="开奖公告", occurred_at=timezone.now(), by=officer())


def reveal(draw: Draw, values: dict[str, str] | None = None) -> None:
    for each in draw.contributions.exclude(kind="public"):
        value = (values or {}).get(each.source, value_of(each.source))
        contributing.reveal_value(each, value=value, by=officer())


def contribute(draw: Draw, values: dict[str, str] | None = None) -> None:
    """Everything that a draw waits for, in the protocol's order."""
    commit(draw, values)
    enter_public(draw, values)
    reveal(draw, values)


def everybody(**fields: object) -> Campaign:
    """A campaign without a draw: two domains and the rest, whole, agreed by the partners."""
    found = campaign(**{"draws_lots": False, **fields})
    for code in ("vehicle", "eco", "other"):
        line(found, code, size_kind=SizeKind.ALL, count=None)
    return found


def list_all(of: Campaign) -> Campaign:
    return listing.list_all(approved(of, Act.LIST))


def run(draw: Draw) -> Draw:
    return drawing.run_draw(approved(draw.campaign, Act.DRAW, draw=draw))


def drawn(of: Campaign | None = None) -> Draw:
    draw = frozen(of)
    contribute(draw)
    return run(draw)


def void(draw: Draw, reason: str = "名录有误") -> Draw:
    return voiding.void_draw(approved(draw.campaign, Act.VOID, draw=draw, reason=reason))


def dispatched(of: Campaign | None = None) -> Draw:
    """Drawn, and its tasks handed out."""
    draw = drawn(of)
    draw.campaign = transitions.dispatch(draw.campaign, by=officer())
    return draw


def declared(of: Campaign) -> int:
    """Every member of every team declares no conflict, as the lead officer enters it."""
    return declaring.declare_team(of.tasks.live(), by=officer())
