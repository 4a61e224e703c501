"""演练: a campaign's plan once more as a practice, so that everybody can go through the ceremony before it counts."""

from typing import Any

from django.db import models, transaction

from accounts import audit
from accounts.models import User
from campaigns.models import AllottedInstitution, Campaign, CampaignKind, PlanLine
from campaigns.states import CampaignState

OWN = {"id", "number", "title", "kind", "state", "created_by", "created_at", "frozen_at", "drawn_at", "dispatched_at"}
"""What a practice does not take over from the campaign."""


@transaction.atomic
def rehearse_campaign(campaign: Campaign, *, by: User) -> Campaign:
    """A practice with the same plan, sources and received institutions, agreed already since nothing comes of it."""
    count = Campaign.objects.filter(number__startswith=f"{campaign.number}-YL").count() + 1
    practice = Campaign(
        **{name: value for name, value in _fields(campaign).items() if name not in OWN},
        number=f"{campaign.number}-YL{count}",
        title=f"演练：{campaign.title}"[:120],
        kind=CampaignKind.PRACTICE,
        created_by=by,
        state=CampaignState.NEGOTIATING,
    )
    practice.full_clean()
    with audit.recorded("campaigns.rehearse", practice, by=by, facts={"campaign": campaign.number}):
        practice.save()
    practice.looks_back_at.set(campaign.looks_back_at.all())
    for relation in ("issuers", "basis_documents", "stages", "sources"):
        _copy_rows(getattr(campaign, relation).all(), campaign=practice)
    _copy_rows(AllottedInstitution.objects.filter(campaign=campaign), campaign=practice)
    for line in campaign.lines.all():
        _copy_line(line, practice)
    return practice


def _copy_line(line: PlanLine, practice: Campaign) -> None:
    partners, matters = list(line.partners.all()), list(line.matters.all())
    exclusions, slots = list(line.exclusions.all()), list(line.slots.all())
    copy = PlanLine(**{name: value for name, value in _fields(line).items() if name not in {"id", "campaign"}})
    copy.campaign = practice
    copy.save(force_insert=True)
    copy.partners.set(partners)
    copy.matters.set(matters)
    _copy_rows(exclusions, line=copy)
    _copy_rows(slots, line=copy)


def _copy_rows(rows: Any, **owner: models.Model) -> None:
    for row in rows:
        values = _fields(row) | owner
        values.pop("id")
        type(row).objects.create(**values)


def _fields(row: models.Model) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in row._meta.concrete_fields}
