"""What happened to an institution, its certificates, sites and flags, from the audit trail."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts import actions
from accounts.models import AuditChange, AuditEvent, User
from accounts.rules import can
from institutions.models import Certificate, Institution, RiskFlag, Site
from institutions.wording import EMPTY, Wording

RISK_FIELDS = frozenset({"credit_class", "credit_class_as_of", "credit_class_source"})
RISK_ACTIONS = frozenset({"institutions.flag", "institutions.end_flag", "institutions.classify"})
HIDDEN_VALUE = "（个人信息，不显示）"
LATEST = 200


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    at: datetime
    who: str
    what: str
    details: list[str]


def history(institution: Institution, user: User) -> list[HistoryEntry]:
    """The latest events, newest first. Personal values only for who may edit, risk data only inside market regulation."""
    changes = _changes_of(institution)
    events = AuditEvent.objects.filter(
        Q(subject_type=institution._meta.label_lower, subject_id=str(institution.pk))
        | Q(pk__in={change.event_id for change in changes})
    ).select_related("actor__bureau")
    if not can(user, "see_risk", Institution):
        events = events.exclude(action__in=RISK_ACTIONS)
    by_event: dict[int, list[AuditChange]] = {}
    for change in changes:
        by_event.setdefault(change.event_id, []).append(change)
    wording = ChangeWording(user, institution)
    return [
        HistoryEntry(
            event.at, actor_words(event), actions.label(event.action), wording.lines(by_event.get(event.pk, []))
        )
        for event in events.order_by("-number")[:LATEST]
    ]


def _changes_of(institution: Institution) -> list[AuditChange]:
    """Of the institution and of everything that belongs or belonged to it."""
    parts = Q(subject_type="institutions.institution", subject_id=str(institution.pk))
    own = {"institution": institution}
    for model, keys in (
        (Certificate, Certificate.objects.filter(**own)),
        (Site, Site.objects.filter(certificate__institution=institution)),
        (RiskFlag, RiskFlag.objects.filter(**own)),
    ):
        ids = [str(pk) for pk in keys.values_list("pk", flat=True)]
        parts |= Q(subject_type=model._meta.label_lower, subject_id__in=ids)
    parts |= Q(event__subject_type="institutions.institution", event__subject_id=str(institution.pk))
    return list(AuditChange.objects.filter(parts).order_by("pk"))


def actor_words(event: AuditEvent) -> str:
    if event.actor is None:
        return "系统"
    return f"{event.actor.name}（{event.actor.bureau.short_name}）" if event.actor.bureau else event.actor.name


class ChangeWording:
    def __init__(self, user: User, institution: Institution) -> None:
        self.shows_personal = can(user, "edit", institution)
        self.shows_risk = can(user, "see_risk", institution)
        self.wording = Wording()

    def lines(self, changes: Iterable[AuditChange]) -> list[str]:
        return [line for change in changes for line in self._lines(change)]

    def _lines(self, change: AuditChange) -> Iterator[str]:
        thing = change.subject_type.removeprefix("institutions.")
        fields = {name: pair for name, pair in change.fields.items() if self.shows_risk or name not in RISK_FIELDS}
        for difference in self.wording.differences(thing, fields):
            yield difference_line(difference)
        for difference in self.wording.differences(thing, change.personal or {}):
            yield difference_line(difference) if self.shows_personal else f"{difference['label']}：{HIDDEN_VALUE}"


def difference_line(difference: dict[str, str]) -> str:
    if difference["before"] == EMPTY:
        return f"{difference['label']}：{difference['after']}"
    return f"{difference['label']}：{difference['before']} → {difference['after']}"
