"""Who reports what to whom: as the notice says it, or from the campaign's stages of reporting; then changed by hand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts import audit
from accounts.models import Bureau, Department, Region, User
from accounts.rules import require
from campaigns.blueprints import BLUEPRINTS, DutyPlan, duties_in
from campaigns.models import Campaign, Stage
from reports.duties.errors import DutyError
from reports.duties.rules import may_assign
from reports.models import DutyKind, ReportingDuty

WORDS = (
    (DutyKind.URGENT, ("专报", "案件", "大案", "重要情况", "重大")),
    (DutyKind.CASES, ("案例",)),
    (DutyKind.STATISTICS, ("统计表", "汇总表", "统计")),
    (DutyKind.SUMMARY, ("总结", "进展", "小结")),
    (DutyKind.PLAN, ("方案", "计划")),
)
"""By which words of the notice a kind is known; the first that fits."""
LEVEL_BELOW = {
    Region.Level.NATION: Region.Level.PROVINCE,
    Region.Level.PROVINCE: Region.Level.CITY,
    Region.Level.CITY: Region.Level.COUNTY,
}
DEPARTMENTS = "department"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A duty as the notice has it, before it is somebody's. `level`: of whom; `departments` for those that take part."""

    level: str
    title: str
    due_on: date | None
    is_soft: bool = False
    channel: str = ""


def kind_of(title: str) -> DutyKind:
    return next((kind for kind, words in WORDS if any(word in title for word in words)), DutyKind.OTHER)


def wanted_of(campaign: Campaign) -> list[Wanted]:
    """What the notice's own list says; without one, each stage of reporting for the level below."""
    blueprint = BLUEPRINTS.get(campaign.blueprint)
    if blueprint and blueprint.duties:
        return [each for plan in duties_in(blueprint, campaign) for each in _planned(plan)]
    level = LEVEL_BELOW.get(Region.Level(campaign.lead_bureau.region.level), "")
    stages = campaign.stages.filter(kind=Stage.Kind.REPORT) if level else Stage.objects.none()
    return [Wanted(level, title, stage.ends_on, stage.is_soft) for stage in stages for title in titles_of(stage.name)]


def titles_of(stage: str) -> list[str]:
    """“报送总结和典型案例” asks for two things; each is handed in by itself."""
    kinds = [kind for kind, words in WORDS if any(word in stage for word in words)]
    return [kind.label for kind in reversed(kinds)] if len(kinds) > 1 else [stage]


def _planned(plan: DutyPlan) -> Iterator[Wanted]:
    """Institutions report by their self-check, not here."""
    if plan.level != "institution":
        yield from (Wanted(plan.level, item, plan.due_on, channel=plan.channel) for item in plan.items)


@transaction.atomic
def assign_duties(campaign: Campaign, *, by: User) -> list[ReportingDuty]:
    """Those that were not given yet. Giving them again, after stages or bureaus were added, adds only what is missing."""
    if not may_assign(by, campaign):
        raise PermissionDenied
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    known = set(ReportingDuty.objects.filter(campaign=campaign).values_list("sender", "title", "due_on"))
    duties = [duty for duty in _duties(campaign, by) if (duty.sender_id, duty.title, duty.due_on) not in known]
    created = ReportingDuty.objects.bulk_create(duties)
    if created:
        audit.record("reports.assign_duties", campaign, by=by, facts={"duties": len(created)})
    return created


def _duties(campaign: Campaign, by: User) -> Iterator[ReportingDuty]:
    source = campaign.document_number
    for wanted in wanted_of(campaign):
        for sender, receiver in senders(campaign, wanted.level):
            yield ReportingDuty(
                campaign=campaign, sender=sender, receiver=receiver, kind=kind_of(wanted.title), title=wanted.title,
                due_on=wanted.due_on, is_soft=wanted.is_soft, channel=wanted.channel, source=source, created_by=by,
            )  # fmt: skip


def senders(campaign: Campaign, level: str) -> list[tuple[Bureau, Bureau]]:
    """(who reports, to whom): the lead's department at that level of its region, each to the bureau of the region above;
    the lead bureau itself to the one above it; other departments to the lead bureau."""
    lead = campaign.lead_bureau
    if level == DEPARTMENTS:
        return [(bureau, lead) for bureau in _partners(campaign)]
    bureaus = Bureau.objects.filter(department=lead.department_id).select_related("region")
    if level == lead.region.level:
        above = bureaus.filter(region=lead.region.parent_id).first()
        return [(lead, above)] if above else []
    below = bureaus.filter(region__level=level, region__code__startswith=lead.region.scope)
    receivers = {bureau.region_id: bureau for bureau in bureaus.filter(region__in=below.values("region__parent"))}
    return [(bureau, receivers.get(bureau.region.parent_id or "", lead)) for bureau in below.order_by("region_id")]


def _partners(campaign: Campaign) -> Iterable[Bureau]:
    taking_part = Bureau.objects.filter(partner_lines__campaign=campaign) | Bureau.objects.filter(
        led_lines__campaign=campaign
    )
    others = taking_part.exclude(pk=campaign.lead_bureau_id).exclude(department=Department.MARKET_REGULATION)
    return others.distinct().order_by("region_id", "department__position")


@transaction.atomic
def add_duty(campaign: Campaign, *, by: User, **values: Any) -> ReportingDuty:
    if not may_assign(by, campaign):
        raise PermissionDenied
    duty = ReportingDuty(campaign=campaign, created_by=by, **values)
    _check(duty)
    duty.save()
    audit.record("reports.assign_duties", campaign, by=by, facts={"duties": 1})
    return duty


@transaction.atomic
def edit_duty(duty: ReportingDuty, *, by: User, **values: Any) -> ReportingDuty:
    """What, until when, how strict. Whose it is stays."""
    require(by, "edit", duty)
    duty = (
        ReportingDuty.objects.select_for_update(of=("self",), no_key=True)
        .select_related("campaign", "sender")
        .get(pk=duty.pk)
    )
    with audit.recorded("reports.edit_duty", duty, by=by):
        for name, value in values.items():
            setattr(duty, name, value)
        _check(duty)
        duty.save(update_fields=list(values))
    return duty


def _check(duty: ReportingDuty) -> None:
    try:
        duty.full_clean()
    except ValidationError as wrong:
        raise DutyError("；".join(wrong.messages)) from wrong


@transaction.atomic
def drop_duty(duty: ReportingDuty, *, by: User) -> None:
    """Only while nothing was prepared for it: what was handed in stays."""
    require(by, "edit", duty)
    if duty.submissions.exists():
        raise DutyError("报送单位已经开始准备或已报送材料，不能撤销。可以修改内容和期限。")
    audit.record("reports.drop_duty", duty.campaign, by=by, facts={"sender": duty.sender_id, "title": duty.title})
    duty.delete()
