"""Writing campaigns and their plans while they are drafts. Moves between stages are in transitions.py."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models, transaction

from accounts import audit
from accounts.models import Bureau, User
from campaigns.errors import CampaignError, WrongState
from campaigns.models import (
    BasisDocument,
    Campaign,
    CampaignIssuer,
    CampaignKind,
    Exclusion,
    PlanLine,
    Source,
    Stage,
    TeamSlot,
)
from campaigns.states import CampaignState
from campaigns.transitions import locked

KEPT_INSIDE = {"publishes_plan": False, "publishes_results": False}
"""Special campaigns publish nothing (domain rule 2.3), unless their notice says so."""


@transaction.atomic
def create_campaign(*, by: User, looks_back_at: Iterable[Campaign] = (), **fields: Any) -> Campaign:
    """A new draft led by the user's own bureau, which also issues it."""
    if by.bureau is None:
        raise CampaignError("只有在单位任职的人员才能建立抽查活动。")
    if fields.get("kind") == CampaignKind.SPECIAL:
        fields = KEPT_INSIDE | fields
    campaign = Campaign(lead_bureau=by.bureau, created_by=by, **fields)
    campaign.full_clean()
    with audit.recorded("campaigns.create", campaign, by=by):
        campaign.save()
        CampaignIssuer.objects.create(campaign=campaign, bureau=by.bureau, position=0)
    _look_back(campaign, looks_back_at, by=by)
    return campaign


def edit_campaign(
    campaign: Campaign, *, by: User, looks_back_at: Iterable[Campaign] | None = None, **fields: Any
) -> Campaign:
    with _editing(campaign) as draft, audit.recorded("campaigns.edit", draft, by=by):
        for name, value in fields.items():
            setattr(draft, name, value)
        draft.full_clean()
        draft.save()
        if looks_back_at is not None:
            _look_back(draft, looks_back_at, by=by)
    return draft


def _look_back(campaign: Campaign, at: Iterable[Campaign], *, by: User) -> None:
    """Name the earlier campaigns whose findings this one looks at again."""
    before, earlier = [each.number for each in campaign.looks_back_at.all()], list(at)
    campaign.looks_back_at.set(earlier)
    _record_words(campaign, "looks_back_at", before, [each.number for each in earlier], by=by)


def replace_issuers(campaign: Campaign, rows: list[CampaignIssuer], *, by: User) -> None:
    """The issuing bodies in the order of their names on the notice."""
    _replace(campaign, "issuers", rows, by=by)


def replace_basis_documents(campaign: Campaign, rows: list[BasisDocument], *, by: User) -> None:
    _replace(campaign, "basis_documents", rows, by=by)


def replace_stages(campaign: Campaign, rows: list[Stage], *, by: User) -> None:
    _replace(campaign, "stages", rows, by=by)


def replace_sources(campaign: Campaign, rows: list[Source], *, by: User) -> None:
    _replace(campaign, "sources", rows, by=by)


def _replace(campaign: Campaign, relation: str, rows: list[Any], *, by: User) -> None:
    """Give the draft a new ordered list of parts; recorded as the words before and after."""
    with _editing(campaign) as draft:
        parts = getattr(draft, relation)
        before = [str(part) for part in parts.all()]
        parts.all().delete()
        for position, row in enumerate(rows):
            row.campaign = draft
            if hasattr(row, "position"):
                row.position = position
            row.full_clean()
            row.save()
        _record_words(draft, relation, before, [str(row) for row in rows], by=by)


def save_line(
    line: PlanLine,
    *,
    partners: list[Bureau],
    matters: list[Any],
    exclusions: list[Exclusion],
    slots: list[TeamSlot],
    by: User,
) -> PlanLine:
    """Write one plan line, new or changed, with everything that hangs on it."""
    with _editing(line.campaign) as draft:
        line.campaign = draft
        if line._state.adding:
            line.position = draft.lines.count()
        line.full_clean()
        with audit.recorded("campaigns.save_line", line, by=by, facts={"campaign": draft.number}):
            line.save()
        before = _line_words(line)
        line.partners.set(partners)
        line.matters.set(matters)
        _put(line.exclusions, exclusions, line)
        _put(line.slots, slots, line)
        for name, after in _line_words(line).items():
            _record_words(line, name, before[name], after, by=by)
    return line


def delete_line(line: PlanLine, *, by: User) -> None:
    with _editing(line.campaign) as draft:
        audit.record("campaigns.delete_line", line, by=by, facts={"campaign": draft.number, "line": line.code})
        line.delete()


def _put(relation: Any, rows: list[Any], line: PlanLine) -> None:
    relation.all().delete()
    for position, row in enumerate(rows):
        row.pk, row.line = None, line
        if isinstance(row, TeamSlot):
            row.position = position
        row.full_clean()
        row.save()


def _line_words(line: PlanLine) -> dict[str, list[str]]:
    relations = ("partners", "matters", "exclusions", "slots")
    return {name: [str(row) for row in getattr(line, name).all()] for name in relations}


def _record_words(subject: models.Model, name: str, before: list[str], after: list[str], *, by: User) -> None:
    if before != after:
        change = audit.compare(subject, {name: before}, {name: after})
        audit.record(f"campaigns.edit_{name}", subject, by=by, changes=[change])


@contextmanager
def _editing(campaign: Campaign) -> Iterator[Campaign]:
    """The campaign locked in a transaction, still a draft; WrongState otherwise."""
    with transaction.atomic():
        draft = locked(campaign)
        if draft.state != CampaignState.DRAFT:
            raise WrongState("计划已提请协商，不能再修改；如需修改，请先撤回。")
        yield draft
