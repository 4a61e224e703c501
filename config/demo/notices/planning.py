"""From the plan to the tasks: every partner agrees, both pools are frozen, the draw is made in the protocol's order."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts.models import Bureau, User
from campaigns import approvals, contributing, drawing, freezing, listing, services, transitions
from campaigns.blueprints import BLUEPRINTS, Wishes, create_from_blueprint
from campaigns.draw import contribution_commitment
from campaigns.models import (
    Act,
    Approval,
    Campaign,
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
    Source,
    Stage,
)
from config.demo.notices.stages import Show
from config.demo.visits.cast import Cast
from config.demo.visits.clock import at
from institutions.models import Domain


def from_notice(key: str, cast: Cast, wishes: Wishes | None = None) -> Campaign:
    """The draft that the wizard makes of this notice."""
    bureau = Bureau.objects.get(pk=cast.home)
    return create_from_blueprint(BLUEPRINTS[key], lead_bureau=bureau, by=cast.officer, wishes=wishes)


def agree(campaign: Campaign, show: Show, day: date) -> Campaign:
    """Proposed in the morning; everybody asked has agreed by the afternoon."""
    show.clock.turn_to(at(day, "09:30"))
    campaign = transitions.propose(campaign, by=show.cast.officer)
    show.clock.turn_to(at(day, "15:00"))
    for agreement in LineAgreement.objects.filter(line__campaign=campaign):
        transitions.answer(agreement, agrees=True, words="", by=show.cast.speaker(agreement.bureau_id))
    return campaign


def draw(campaign: Campaign, show: Show, day: date) -> Campaign:
    """Frozen, drawn and handed out within one day."""
    show.clock.turn_to(at(day, "09:00"))
    frozen = freezing.freeze_campaign(confirmed(campaign, Act.FREEZE, show.cast))
    contribute(frozen, show.cast)
    drawing.run_draw(confirmed(campaign, Act.DRAW, show.cast, frozen))
    show.clock.turn_to(at(day, "14:30"))
    return transitions.dispatch(campaign, by=show.cast.officer)


def confirmed(campaign: Campaign, act: Act, cast: Cast, draw: Draw | None = None) -> Approval:
    proposed = approvals.propose_act(campaign, act, draw=draw, by=cast.officer)
    return approvals.mark_confirmed(proposed, by=cast.approver)


def contribute(draw: Draw, cast: Cast) -> None:
    """Everybody commits, the public value comes into being, everybody reveals."""
    sealed = draw.contributions.exclude(kind=Source.Kind.PUBLIC)
    for each in sealed:
        digest = contribution_commitment(each.source, _value(each))
        contributing.commit_value(each, commitment=digest, by=_speaker(each, cast))
    _enter_public(draw.contributions.filter(kind=Source.Kind.PUBLIC), cast)
    for each in sealed.all():
        contributing.reveal_value(each, value=_value(each), by=_speaker(each, cast))


def _enter_public(contributions: Iterable[Contribution], cast: Cast) -> None:
    for each in contributions:
        contributing.enter_public_value(
            each, value="03 08 15 16 24 30 + 07", origin="中国福利彩票网站开奖公告", occurred_at=timezone.now(),
            by=cast.officer,
        )  # fmt: skip


def _speaker(contribution: Contribution, cast: Cast) -> User:
    if contribution.kind == Source.Kind.WITNESS:
        return cast.supervisor
    return cast.speaker(contribution.bureau_id)


def _value(contribution: Contribution) -> str:
    """The same in every run."""
    return hashlib.sha256(contribution.source.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Special:
    """A special campaign that inspects all institutions of one domain, without a draw; without one, of all."""

    number: str
    title: str
    domain: str
    line: str
    matters: Sequence[str]
    partners: Sequence[str]
    issued_on: date
    until: date
    document_number: str = ""


def listed(given: Special, show: Show, day: date) -> Campaign:
    """Planned, agreed and listed on one day."""
    show.clock.turn_to(at(day, "08:40"))
    campaign = agree(_special(given, show.cast), show, day)
    show.clock.turn_to(at(day, "16:00"))
    return listing.list_all(confirmed(campaign, Act.LIST, show.cast))


def _special(given: Special, cast: Cast) -> Campaign:
    by = cast.officer
    campaign = services.create_campaign(
        by=by, number=given.number, title=given.title, year=given.issued_on.year, kind=CampaignKind.SPECIAL,
        draws_lots=False, document_number=given.document_number, issued_on=given.issued_on,
        notice_window=NoticeWindow.NONE,
    )  # fmt: skip
    stage = Stage(kind=Stage.Kind.ON_SITE, name="现场检查", starts_on=given.issued_on, ends_on=given.until)
    services.replace_stages(campaign, [stage], by=by)
    line = PlanLine(
        campaign=campaign, code="special", title=given.line, domain=Domain.objects.filter(pk=given.domain).first(), takes_rest=not given.domain,
        lead_bureau=campaign.lead_bureau, size_kind=SizeKind.ALL, reserve=0,
    )  # fmt: skip
    services.save_line(
        line, partners=list(Bureau.objects.filter(pk__in=given.partners)),
        matters=list(InspectionMatter.objects.filter(code__in=given.matters)),
        exclusions=[Exclusion(kind=ExclusionKind.CERTIFICATE_STATE)], slots=[], by=by,
    )  # fmt: skip
    return campaign
