"""The log of a campaign: who did what when, out of the audit trail."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, Q, QuerySet

from accounts import actions
from accounts.models import AuditEvent
from campaigns.models import Approval, Campaign, Contribution, Draw, Remark, Substitution, Task

MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Event:
    what: str
    who: str
    at: datetime
    subject: str


def history_of(campaign: Campaign, *, sees_all: bool) -> list[Event]:
    """Newest first. Of draws, approvals, contributions, remarks and tasks only for those who see everything: how often
    something was replaced tells of the drawn list."""
    events = events_of(campaign) if sees_all else AuditEvent.objects.about(campaign)
    rows = events.select_related("actor").order_by("-number")[:MOST_SHOWN]
    return [
        Event(actions.label(row.action), row.actor.name if row.actor else "系统", row.at, _subject(row)) for row in rows
    ]


def events_of(campaign: Campaign) -> QuerySet[AuditEvent]:
    """About it and all of its parts."""
    return AuditEvent.objects.filter(_about_its_parts(campaign)) | AuditEvent.objects.about(campaign)


def _about_its_parts(campaign: Campaign) -> Q:
    found = Q(pk=None)
    for part in _parts(campaign):
        found |= Q(subject_type=part.model._meta.label_lower, subject_id__in=[str(pk) for pk in part])
    return found


def _parts(campaign: Campaign) -> "Iterator[QuerySet[Model, int]]":
    draws = Draw.objects.filter(campaign=campaign)
    yield draws.values_list("pk", flat=True)
    yield Approval.objects.filter(campaign=campaign).values_list("pk", flat=True)
    yield Contribution.objects.filter(draw__in=draws).values_list("pk", flat=True)
    yield Remark.objects.filter(draw__in=draws).values_list("pk", flat=True)
    yield Substitution.objects.filter(draw__in=draws).values_list("pk", flat=True)
    yield Task.objects.filter(campaign=campaign).values_list("pk", flat=True)


def _subject(row: AuditEvent) -> str:
    """What it was done to, where it was a part of the campaign."""
    return "" if row.subject_type == Campaign._meta.label_lower else row.subject_label
