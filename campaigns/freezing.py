"""Freezing: the two pools and the rules become a draw sheet whose commitment is made public (protocol section 2)."""

import json
import secrets
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from campaigns import draw as engine
from campaigns import transitions
from campaigns.errors import PlanNotReady
from campaigns.models import Campaign, Contribution, Draw, DrawSecret, FrozenInspector, FrozenInstitution, Source
from campaigns.planning import preview_sheet
from campaigns.sheets import JSON, PlanSheet, build_sheet
from campaigns.states import CAMPAIGN_STEPS, CampaignState, DrawState

ROWS_PER_INSERT = 1000


def freeze_campaign(campaign: Campaign, *, by: User) -> Draw:
    """Freeze pools and rules and publish the commitment, once: a second call returns the draw of the first.

    Raises PlanNotReady with every error of the preview, and WrongState from any state but 协商.
    """
    with transaction.atomic():
        campaign = transitions.locked(campaign)
        if campaign.state == CampaignState.FROZEN:
            return Draw.objects.get(campaign=campaign, state=DrawState.FROZEN)
        transitions.check_source(CAMPAIGN_STEPS["freeze"], campaign.state)
        number = campaign.draws.count() + 1
        plan = build_sheet(campaign, draw_code=f"{campaign.number}-{number}", day=timezone.localdate())
        problems = preview_sheet(campaign, plan).errors
        if problems:
            raise PlanNotReady([problem.text for problem in problems])
        draw = _store(plan, campaign, number, by)
        facts = {"draw": draw.code, "commitment": draw.commitment}
        transitions.move(campaign, "freeze", by=by, facts=facts, frozen_at=draw.frozen_at)
        return draw


def _store(plan: PlanSheet, campaign: Campaign, number: int, by: User) -> Draw:
    secret = secrets.token_bytes(32)
    now = timezone.localtime().replace(microsecond=0)
    frozen = engine.freeze(plan.sheet, secret=secret, frozen_at=now.isoformat())
    draw = Draw.objects.create(
        campaign=campaign,
        number=number,
        code=plan.sheet["draw"],
        manifest=frozen.manifest,
        commitment=frozen.commitment,
        frozen_by=by,
        frozen_at=now,
    )
    DrawSecret.objects.create(draw=draw, value=secret.hex())
    _insert(FrozenInstitution, _frozen_institutions(draw, plan))
    _insert(FrozenInspector, _frozen_inspectors(draw, plan))
    Contribution.objects.bulk_create(
        Contribution(draw=draw, position=position, source=source.sheet_name, kind=source.kind, bureau=source.bureau)
        for position, source in enumerate(Source.objects.filter(campaign=campaign))
    )
    return draw


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
