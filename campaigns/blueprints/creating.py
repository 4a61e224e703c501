"""A draft campaign as a notice has it, through the services that the pages use; the user goes on with those pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import Bureau, Department, User
from campaigns import services
from campaigns.blueprints.content import Blueprint, LinePlan
from campaigns.blueprints.dates import in_year
from campaigns.blueprints.placing import Placement, place
from campaigns.errors import CampaignError
from campaigns.models import (
    BasisDocument,
    Campaign,
    CampaignIssuer,
    Exclusion,
    ExclusionKind,
    InspectionMatter,
    PlanLine,
    SlotRole,
    Source,
    Stage,
    TeamSlot,
)
from institutions.models import Domain


@dataclass(frozen=True, slots=True)
class Wishes:
    """What may differ from the notice; what is None or empty stays as printed. With another `year` the dates move into
    it."""

    number: str = ""
    title: str = ""
    year: int | None = None
    document_number: str | None = None
    issued_on: date | None = None
    parent: Campaign | None = None
    looks_back_at: Sequence[Campaign] = ()


@transaction.atomic
def create_from_blueprint(
    blueprint: Blueprint, *, lead_bureau: Bureau, by: User, wishes: Wishes | None = None
) -> Campaign:
    """A draft. Raises CampaignError when the user is not of the lead bureau."""
    if by.bureau_id != lead_bureau.pk:
        raise CampaignError("只能以本单位为牵头单位建立活动。")
    given = wishes or Wishes()
    placed = place(blueprint, lead_bureau)
    campaign = _campaign(blueprint, given, lead_bureau, by)
    issuers = [CampaignIssuer(bureau=placed.bureaus[code]) for code in blueprint.issuers if code in placed.bureaus]
    services.replace_issuers(campaign, issuers, by=by)
    basis = [BasisDocument(title=each.title, number=each.number) for each in blueprint.basis]
    services.replace_basis_documents(campaign, basis, by=by)
    services.replace_stages(campaign, list(_stages(blueprint, given)), by=by)
    if blueprint.draws_lots:
        services.replace_sources(campaign, list(_sources(blueprint, placed)), by=by)
    for line in blueprint.lines:
        _save_line(campaign, blueprint, line, placed, by)
    return campaign


def _campaign(blueprint: Blueprint, given: Wishes, lead: Bureau, by: User) -> Campaign:
    year = given.year or blueprint.year
    printed = blueprint.document_number if given.document_number is None else given.document_number
    return services.create_campaign(
        by=by,
        blueprint=blueprint.key,
        number=given.number or f"{lead.region_id}-{year}-{blueprint.serial}",
        title=given.title or moved_title(blueprint, year),
        year=year,
        kind=blueprint.kind,
        draws_lots=blueprint.draws_lots,
        parent=given.parent,
        looks_back_at=given.looks_back_at,
        document_number=printed,
        issued_on=given.issued_on or (blueprint.issued_on and _moved(blueprint, given, blueprint.issued_on)),
        notice_window=blueprint.notice_window,
        overall_ratio=blueprint.overall_ratio,
        overall_count=blueprint.overall_count,
        quota_count=blueprint.quota_count,
        tasks_per_inspector=blueprint.tasks_per_inspector,
        publishes_plan=blueprint.publishes_plan,
        publishes_results=blueprint.publishes_results,
        description=blueprint.description,
        discipline=blueprint.discipline,
    )


def _moved(blueprint: Blueprint, given: Wishes, day: date) -> date:
    return in_given_year(blueprint, day, given.year or blueprint.year)


def in_given_year(blueprint: Blueprint, day: date, year: int) -> date:
    """A printed day as it falls when the campaign is of another year than the notice; weekends are kept."""
    return in_year(day, year + day.year - blueprint.year)


def moved_title(blueprint: Blueprint, year: int) -> str:
    return blueprint.title.replace(str(blueprint.year), str(year))


def _stages(blueprint: Blueprint, given: Wishes) -> Iterator[Stage]:
    for each in blueprint.stages:
        ends_on = _moved(blueprint, given, each.ends_on)
        yield Stage(
            kind=each.kind, name=each.name, starts_on=each.starts_on and _moved(blueprint, given, each.starts_on), ends_on=ends_on,
            is_soft=each.is_soft,
        )  # fmt: skip


def _sources(blueprint: Blueprint, placed: Placement) -> Iterator[Source]:
    for code in blueprint.issuers:
        if code in placed.bureaus:
            yield Source(kind=Source.Kind.BUREAU, bureau=placed.bureaus[code])
    yield Source(kind=Source.Kind.WITNESS, bureau=placed.lead, name="纪检")
    yield Source(kind=Source.Kind.PUBLIC, name=blueprint.public_value)


def _save_line(campaign: Campaign, blueprint: Blueprint, plan: LinePlan, placed: Placement, by: User) -> None:
    line = PlanLine(
        campaign=campaign,
        code=plan.code,
        title=plan.title,
        domain=Domain.objects.get(pk=plan.domain) if plan.domain else None,
        takes_rest=plan.domain is None,
        level=plan.level or "",
        lead_bureau=placed.initiator(plan),
        size_kind=plan.size_kind,
        count=plan.count,
        ratio=plan.ratio,
        rounding=plan.rounding,
        key_target_rule=plan.key_target_rule,
        reserve=plan.reserve,
    )
    services.save_line(
        line,
        partners=placed.partners(plan),
        matters=matters_for(plan.domain, placed.departments(plan)),
        exclusions=list(_exclusions(plan)),
        slots=list(_slots(plan, placed)) if blueprint.draws_lots else [],
        by=by,
    )


def matters_for(domain: str | None, departments: set[str]) -> list[InspectionMatter]:
    """The matters of these departments that apply to the domain or a part of it, or to all domains."""
    matters = InspectionMatter.objects.filter(department__in=departments, is_active=True).prefetch_related("domains")
    below = {domain, *Domain.objects.filter(parent=domain).values_list("pk", flat=True)} if domain else set()
    return [matter for matter in matters if not (own := {each.pk for each in matter.domains.all()}) or own & below]


def _exclusions(plan: LinePlan) -> Iterator[Exclusion]:
    for department in Department.objects.filter(code__in=plan.excluded_owners):
        yield Exclusion(kind=ExclusionKind.OWNER_DEPARTMENT, department=department)
    for kind in plan.exclusions:
        yield Exclusion(kind=kind)


def _slots(plan: LinePlan, placed: Placement) -> Iterator[TeamSlot]:
    """Two officers of the initiator, one of every partner, and a person of the county to cooperate."""
    yield TeamSlot(role=SlotRole.OFFICER, bureau=placed.initiator(plan), number=2)
    for partner in placed.partners(plan):
        yield TeamSlot(role=SlotRole.OFFICER, bureau=partner, number=1)
    county = Department.objects.get(pk=Department.MARKET_REGULATION)
    yield TeamSlot(role=SlotRole.COOPERATING, county_department=county, number=1)
