"""Freezing: the two pools and the rules become a draw sheet whose commitment is made public (protocol section 2)."""

import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rows import insert_rows, reserve_ids
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
from campaigns.planning import PlanPreview, preview_open, refusal_in_words
from campaigns.sheets import JSON, OpenPlan, institution_entry, open_plan
from campaigns.states import CAMPAIGN_STEPS, CampaignState, DrawState
from campaigns.surveying import Survey
from institutions.bulk import refresh_statistics

ROWS_PER_INSERT = 1000
ROWS_AT_ONCE = 10_000
_encode = json.JSONEncoder(ensure_ascii=False).encode


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
    plan = open_plan(campaign, draw_code=code, day=timezone.localdate(), supplement=counts)
    draw = _store(plan, number, kind, approval.confirmed_by)
    Approval.objects.filter(pk=approval.pk).update(draw=draw)
    publiclog.append(draw, LogEvent.FROZEN, commitment=draw.commitment, kind=kind.value)
    return draw


def _store(plan: OpenPlan, number: int, kind: DrawKind, by: User) -> Draw:
    """The pools are read once: counted, hashed and stored as they pass by. The draw's own row, which holds what came
    of it, is written last; until the transaction ends nothing asks for it."""
    secret = secrets.token_bytes(32)
    now = timezone.localtime().replace(microsecond=0)
    [pk] = reserve_ids(Draw, 1)
    survey = Survey(plan.people)
    try:
        freeze = engine.GrowingFreeze(plan.rules, secret=secret, frozen_at=now.isoformat())
        _insert(FrozenInstitution, INSTITUTION, _frozen_institutions(pk, plan, freeze, survey))
        _refuse(preview_open(plan, survey))
        inspectors = plan.inspectors(survey.met)
        manifest, commitment = freeze.close(inspectors)
    except engine.SheetRefused as refused:
        _refuse(preview_open(plan, Survey(plan.people).of(plan.population.candidates())))
        raise PlanNotReady([refusal_in_words(refused, plan.lines)]) from refused
    _insert(FrozenInspector, INSPECTOR, _frozen_inspectors(pk, plan, inspectors))
    draw = Draw.objects.create(
        pk=pk,
        campaign=plan.campaign,
        number=number,
        kind=kind,
        code=plan.rules["draw"],
        manifest=manifest,
        commitment=commitment,
        frozen_by=by,
        frozen_at=now,
        objections_until=_end_of_objections(now, plan.campaign.objection_days),
    )
    DrawSecret.objects.create(draw=draw, value=secret.hex())
    Contribution.objects.bulk_create(
        Contribution(draw=draw, position=position, source=source.sheet_name, kind=source.kind, bureau=source.bureau)
        for position, source in enumerate(Source.objects.filter(campaign=plan.campaign))
    )
    refresh_statistics(FrozenInstitution, rows=manifest["institutions"]["count"])
    return draw


def _refuse(preview: PlanPreview) -> None:
    if preview.errors:
        raise PlanNotReady([problem.text for problem in preview.errors])


def _end_of_objections(frozen_at: datetime, days: int) -> datetime | None:
    """The end of the last working day of the objection period; None without one."""
    if not days:
        return None
    last = working_day_after(frozen_at.date(), days)
    return timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))


INSTITUTION = ("draw_id", "position", "identifier", "institution_id", "line_code", "excluded", "entry")
INSPECTOR = ("draw_id", "position", "identifier", "inspector_id", "expert_id", "entry")


def _frozen_institutions(
    draw: int, plan: OpenPlan, freeze: engine.GrowingFreeze, survey: Survey
) -> Iterator[tuple[Any, ...]]:
    for position, candidate in enumerate(plan.population.candidates()):
        survey.add(candidate)
        entry = institution_entry(candidate)
        freeze.add(entry)
        yield draw, position, candidate.identifier, candidate.pk, entry["line"], candidate.excluded, _encode(entry)


def _frozen_inspectors(draw: int, plan: OpenPlan, inspectors: list[JSON]) -> Iterator[tuple[Any, ...]]:
    for position, entry in enumerate(inspectors):
        person = plan.people[entry["id"]]
        yield draw, position, entry["id"], person.inspector, person.expert, _encode(entry)


def _insert(model: type[models.Model], columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    """What makes the rows reads over the same connection, so they are gathered, a batch at a time."""
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        insert_rows(model, columns, batch)


def frozen_sheet(draw: Draw) -> JSON:
    """The sheet as it was frozen, read back from the draw's own rows and never from the live pools.

    Keys stand in canonical order, since a database may keep an object's keys in an order of its own.
    """
    institutions = list(draw.frozen_institutions.values_list("entry", flat=True))
    return _in_canonical_order(_frozen_rules(draw) | {"institutions": institutions})


def frozen_rules(draw: Draw) -> JSON:
    """The same without the institutions, of which there may be millions."""
    return _in_canonical_order(_frozen_rules(draw))


def _frozen_rules(draw: Draw) -> JSON:
    rules = {key: draw.manifest[key] for key in ("protocol", "draw", "title", "sources", "lines", "quota")}
    return rules | {"inspectors": list(draw.frozen_inspectors.values_list("entry", flat=True))}


def _in_canonical_order(sheet: JSON) -> JSON:
    ordered: JSON = json.loads(engine.canonical(sheet))
    return ordered
