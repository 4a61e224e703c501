"""Freezing: the two pools and the rules become a draw sheet whose commitment is made public (protocol section 2)."""

import json
import secrets
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.working_days import working_day_after
from campaigns import draw as engine
from campaigns import publiclog, transitions
from campaigns.errors import CampaignError, NotConfirmed, PlanNotReady, WrongState
from campaigns.models import (
    Act,
    Approval,
    ApprovalState,
    Campaign,
    Contribution,
    Draw,
    DrawKind,
    DrawSecret,
    FrozenInspector,
    FrozenInstitution,
    LogEvent,
    Source,
)
from campaigns.planning import preview_sheet
from campaigns.sheets import JSON, PlanSheet, build_sheet
from campaigns.states import CAMPAIGN_STEPS, CampaignState, DrawState

ROWS_PER_INSERT = 1000


def freeze_campaign(approval: Approval) -> Draw:
    """Freeze pools and rules and publish the commitment, once: a second call returns the draw of the first.

    Raises NotConfirmed, PlanNotReady with every error of the preview, and WrongState from any state but 协商.
    """
    with transaction.atomic():
        campaign = transitions.locked(approval.campaign)
        approval = _confirmed(approval, Act.FREEZE)
        if approval.draw:
            return approval.draw
        transitions.check_source(CAMPAIGN_STEPS["freeze"], campaign.state)
        check_draws_lots(campaign)
        draw = _freeze(campaign, DrawKind.MAIN, approval)
        facts = {"draw": draw.code, "commitment": draw.commitment}
        transitions.move(campaign, "freeze", by=draw.frozen_by, facts=facts, frozen_at=draw.frozen_at)
    return draw


def freeze_supplement(approval: Approval) -> Draw:
    """补充抽取: freeze a draw of its own for the lines that the approval names, so many institutions of each, from the
    pools as they stand now, without those that are in the campaign already."""
    with transaction.atomic():
        campaign = transitions.locked(approval.campaign)
        approval = _confirmed(approval, Act.SUPPLEMENT)
        if approval.draw:
            return approval.draw
        check_supplement(campaign)
        draw = _freeze(campaign, DrawKind.SUPPLEMENT, approval, counts=approval.parameters["lines"])
        facts = {"draw": draw.code, "commitment": draw.commitment}
        audit.record("campaigns.freeze_supplement", campaign, by=draw.frozen_by, facts=facts)
    return draw


def check_draws_lots(campaign: Campaign) -> None:
    if not campaign.draws_lots:
        raise CampaignError("本活动不抽取，全部机构列入检查，不需要冻结两库，也没有补充抽取。")


def check_supplement(campaign: Campaign) -> None:
    check_draws_lots(campaign)
    if campaign.state not in (CampaignState.DRAWN, CampaignState.DISPATCHED):
        raise WrongState("补充抽取在首次抽取之后进行。")
    if campaign.draws.filter(kind=DrawKind.SUPPLEMENT, state=DrawState.FROZEN).exists():
        raise WrongState("上一次补充抽取还没有完成。")


def _confirmed(approval: Approval, act: Act) -> Approval:
    approval = Approval.objects.select_related("draw", "decided_by").get(pk=approval.pk)
    if approval.act != act or approval.state != ApprovalState.CONFIRMED:
        raise NotConfirmed
    return approval


def _freeze(campaign: Campaign, kind: DrawKind, approval: Approval, counts: dict[str, int] | None = None) -> Draw:
    publiclog.check_trusted()
    number = campaign.draws.count() + 1
    code = f"{campaign.number}-{number}"
    plan = build_sheet(campaign, draw_code=code, day=timezone.localdate(), supplement=counts)
    problems = preview_sheet(campaign, plan).errors
    if problems:
        raise PlanNotReady([problem.text for problem in problems])
    draw = _store(plan, campaign, number, kind, approval.confirmed_by)
    Approval.objects.filter(pk=approval.pk).update(draw=draw)
    publiclog.append(draw, LogEvent.FROZEN, commitment=draw.commitment, kind=kind.value)
    return draw


def _store(plan: PlanSheet, campaign: Campaign, number: int, kind: DrawKind, by: User) -> Draw:
    secret = secrets.token_bytes(32)
    now = timezone.localtime().replace(microsecond=0)
    frozen = engine.freeze(plan.sheet, secret=secret, frozen_at=now.isoformat())
    draw = Draw.objects.create(
        campaign=campaign,
        number=number,
        kind=kind,
        code=plan.sheet["draw"],
        manifest=frozen.manifest,
        commitment=frozen.commitment,
        frozen_by=by,
        frozen_at=now,
        objections_until=_end_of_objections(now, campaign.objection_days),
    )
    DrawSecret.objects.create(draw=draw, value=secret.hex())
    _insert(FrozenInstitution, _frozen_institutions(draw, plan))
    _insert(FrozenInspector, _frozen_inspectors(draw, plan))
    Contribution.objects.bulk_create(
        Contribution(draw=draw, position=position, source=source.sheet_name, kind=source.kind, bureau=source.bureau)
        for position, source in enumerate(Source.objects.filter(campaign=campaign))
    )
    return draw


def _end_of_objections(frozen_at: datetime, days: int) -> datetime | None:
    """The end of the last working day of the objection period; None without one."""
    if not days:
        return None
    last = working_day_after(frozen_at.date(), days)
    return timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))


def _frozen_institutions(draw: Draw, plan: PlanSheet) -> Iterable[FrozenInstitution]:
    for position, entry in enumerate(plan.sheet["institutions"]):
        yield FrozenInstitution(
            draw=draw,
            position=position,
            identifier=entry["id"],
            institution_id=plan.candidates[entry["id"]].pk,
            line_code=entry["line"],
            excluded=entry.get("excluded", ""),
            entry=entry,
        )


def _frozen_inspectors(draw: Draw, plan: PlanSheet) -> Iterable[FrozenInspector]:
    for position, entry in enumerate(plan.sheet["inspectors"]):
        person = plan.people[entry["id"]]
        yield FrozenInspector(
            draw=draw,
            position=position,
            identifier=entry["id"],
            inspector_id=person.inspector,
            expert_id=person.expert,
            entry=entry,
        )


def _insert(model: type[FrozenInstitution] | type[FrozenInspector], rows: Iterable[Any]) -> None:
    remaining = iter(rows)
    while batch := list(islice(remaining, ROWS_PER_INSERT)):
        model.objects.bulk_create(batch)


def frozen_sheet(draw: Draw) -> JSON:
    """The sheet as it was frozen, read back from the draw's own rows and never from the live pools.

    Keys stand in canonical order, since a database may keep an object's keys in an order of its own.
    """
    sheet = {key: draw.manifest[key] for key in ("protocol", "draw", "title", "sources", "lines", "quota")}
    sheet["institutions"] = list(draw.frozen_institutions.values_list("entry", flat=True))
    sheet["inspectors"] = list(draw.frozen_inspectors.values_list("entry", flat=True))
    ordered: JSON = json.loads(engine.canonical(sheet))
    return ordered
