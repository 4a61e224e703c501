"""What happened to a person of the pool, their conflicts of interest and leave, from the audit trail."""

from django.db.models import Q

from accounts import actions
from accounts.models import AuditChange, AuditEvent, User
from accounts.rules import can
from inspectors.models import Expert, Inspector
from inspectors.wording import MODELS, PeopleWording
from institutions.history import HIDDEN_VALUE, LATEST, HistoryEntry, actor_words, difference_line


def history(person: Inspector | Expert, user: User) -> list[HistoryEntry]:
    """The latest events, newest first. Personal values only for who may edit the person."""
    events = list(AuditEvent.objects.about(person).select_related("actor__bureau").order_by("-number")[:LATEST])
    own = Q(subject_type=person._meta.label_lower, subject_id=str(person.pk))
    through_event = Q(event__subject_type=person._meta.label_lower, event__subject_id=str(person.pk))
    changes = AuditChange.objects.filter(own | through_event, event__in=[event.pk for event in events])
    by_event: dict[int, list[AuditChange]] = {}
    for change in changes.order_by("pk"):
        by_event.setdefault(change.event_id, []).append(change)
    wording, shows_personal = PeopleWording(), can(user, "edit", person)
    return [
        HistoryEntry(
            event.at,
            actor_words(event),
            actions.label(event.action),
            [line for change in by_event.get(event.pk, []) for line in _lines(change, wording, shows_personal)],
        )
        for event in events
    ]


def _lines(change: AuditChange, wording: PeopleWording, shows_personal: bool) -> list[str]:
    model = MODELS[change.subject_type]
    personal = wording.changes(model, change.personal or {})
    return [
        *(difference_line(difference) for difference in wording.changes(model, change.fields)),
        *(difference_line(each) if shows_personal else f"{each['label']}：{HIDDEN_VALUE}" for each in personal),
    ]
