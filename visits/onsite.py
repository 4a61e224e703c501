"""What a device takes along to a visit, as plain JSON: everything that its pages show for hours without network.

Keys are those of the scripts in static/js/onsite/. Moments are ISO texts in UTC.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, User
from selftest.beside import BesideRow, self_check_of, side_by_side
from selftest.models import SelfCheck
from visits import evidence, recording, signing
from visits.codes import Agreement, Check, Outcome, Severity
from visits.models import Activity, Attendee, Entry, Evidence, Operation, Visit, VisitSignature
from visits.scheduling import certificate_problems, told
from visits.sheet import ITEM, Line, lines_of
from visits.states import VisitState

JSON = dict[str, Any]
AHEAD = timedelta(days=8)
CHOICES: dict[str, Any] = {
    "answers": Check, "agreements": Agreement, "outcomes": Outcome, "severities": Severity,
    "activityKinds": Activity.Kind, "activityResults": Activity.Result, "signers": VisitSignature.Signer,
}  # fmt: skip


def own_visits(user: User) -> list[Visit]:
    """Those under way, those of the next days or overdue, and those ended today; the earliest first."""
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = (
        Q(state=VisitState.STARTED)
        | Q(state=VisitState.PLANNED, planned_start__lt=now + AHEAD)
        | Q(state=VisitState.ENDED, ended_at__gte=midnight)
    )
    return list(with_what_is_named(user).standing().filter(wanted))


def with_what_is_named(user: User) -> Any:
    """The visits at which this user enforces, with everything that a device shows of each."""
    people = Attendee.objects.select_related("inspector__bureau")
    rows = Visit.objects.attended_by(user).select_related("task__campaign", "task__institution__county", "task__notice")
    return rows.prefetch_related(
        Prefetch("attendees", people), "task__institution__certificates__domains",
        "task__institution__certificates__sites",
    )  # fmt: skip


def choices() -> JSON:
    return {name: [[value, label] for value, label in kind.choices] for name, kind in CHOICES.items()}


def moment(value: datetime | None) -> str:
    return value.isoformat() if value else ""


def carried(visit: Visit, user: User) -> JSON:
    """All of one visit."""
    return {
        "visit": head_of(visit, user),
        "institution": institution_of(visit),
        "team": team_of(visit),
        "lines": sheet_of(visit, user),
        **entered(visit, user),
        "evidence": evidence_of(visit),
        "sample": sample_of(visit),
        "activities": activities_of(visit),
        "signatures": signatures_of(visit),
    }


def head_of(visit: Visit, user: User) -> JSON:
    task = visit.task
    notice = getattr(task, "notice", None)
    return {
        "pk": visit.pk, "number": visit.number, "state": visit.state, "stateLabel": visit.get_state_display(),
        "kindLabel": visit.get_kind_display(), "task": task.number, "campaign": task.campaign.title,
        "institution": task.institution.name, "address": task.institution.address,
        "start": moment(visit.planned_start), "end": moment(visit.planned_end),
        "startedAt": moment(visit.started_at), "deviceStartedAt": moment(visit.device_started_at),
        "endedAt": moment(visit.ended_at), "outcome": visit.outcome, "outcomeLabel": visit.get_outcome_display(),
        "opinion": visit.opinion, "notice": notice.number if notice else "", "toldAt": moment(told(visit)),
        "window": task.campaign.notice_window, "windowLabel": task.campaign.get_notice_window_display(),
        "windowReason": visit.window_reason,
        "problems": certificate_problems(visit.attendees.all(), timezone.localdate()),
        "department": user.bureau.department_id if user.bureau else "",
        "paper": reverse("visits:paper", args=[visit.pk]),
    }  # fmt: skip


def institution_of(visit: Visit) -> JSON:
    found = visit.task.institution
    return {
        "name": found.name, "code": found.identifier, "county": found.county.name, "address": found.address,
        "legalRepresentative": found.legal_representative, "legalPhone": found.legal_representative_phone,
        "contact": found.contact, "phone": found.contact_phone,
        "certificates": [
            {
                "number": each.number, "name": each.authorised_name, "issuer": each.issuer,
                "until": each.valid_until.isoformat() if each.valid_until else "",
                "isOver": bool(each.valid_until and each.valid_until < timezone.localdate()),
                "state": each.get_state_display(), "signatories": each.signatories,
                "domains": [domain.name for domain in each.domains.all()],
                "sites": [site.address for site in each.sites.all()],
            }
            for each in found.certificates.all()
        ],
    }  # fmt: skip


def team_of(visit: Visit) -> list[JSON]:
    return [
        {
            "name": each.name, "kindLabel": each.get_kind_display(), "isLeader": each.is_leader,
            "enforces": each.enforces,
            "workplace": each.inspector.bureau.name if each.inspector else each.workplace,
            "certificates": list(_certificates(each)),
        }
        for each in visit.attendees.all()
    ]  # fmt: skip


def _certificates(attendee: Attendee) -> Iterator[JSON]:
    person = attendee.inspector
    if person is None or not attendee.enforces:
        return
    for label, number, until in (
        ("部门执法证", person.department_certificate, person.department_certificate_until),
        ("省政府执法证", person.province_certificate, person.province_certificate_until),
    ):
        is_over = until is None or until < timezone.localdate()
        yield {"label": label, "number": number, "until": until.isoformat() if until else "", "isOver": is_over}


def sheet_of(visit: Visit, user: User) -> list[JSON]:
    """The lines with what the institution said of itself, where this user may read that."""
    lines = lines_of(visit)
    names = dict(Department.objects.values_list("code", "short_name"))
    own = user.bureau.department_id if user.bureau else ""
    beside = _beside(visit, user) if any(line.kind == ITEM for line in lines) else {}
    return [_line(line, own, names, beside.get(line.number)) for line in lines]


def _line(line: Line, own: str, departments: dict[str, str], row: BesideRow | None) -> JSON:
    return {
        "key": line.key, "kind": line.kind, "title": line.title, "text": line.text,
        "department": line.department, "departmentName": departments.get(line.department, line.department),
        "isOwn": line.department == own,
        "points": [f"{each.label}{each.text}" for each in row.answered.item.points] if row else [],
        "said": _said(row) if row else None,
    }  # fmt: skip


def _beside(visit: Visit, user: User) -> dict[int, BesideRow]:
    found = self_check_of(visit.task)
    if found is None or not SelfCheck.objects.visible_to(user).filter(pk=found.pk).exists():
        return {}
    rows = side_by_side(found, day=timezone.localdate(visit.planned_start))
    return {row.answered.item.number: row for row in rows}


def _said(row: BesideRow) -> JSON:
    answer = row.answered.answer
    words = {"yes": "description", "na": "reason"}.get(answer["choice"])
    files = [
        {"name": each.name, "url": reverse("selftest:attachment", args=[each.file.pk]) if each.file else ""}
        for each in row.answered.evidence
    ]
    return {
        "choice": answer["choice"], "label": row.answered.choice, "words": answer[words] if words else "",
        "problem": row.problem_words, "files": files,
    }  # fmt: skip


def entered(visit: Visit, user: User, lines: frozenset[str] | None = None) -> JSON:
    """What stands on each line and what rivals it; only of these `lines` if they are given."""
    entries = Entry.objects.filter(visit=visit).select_related("operation__by")
    operations = visit.operations.filter(state=Operation.State.RIVAL).select_related("by")
    if lines is not None:
        entries, operations = entries.filter(line__in=lines), operations.filter(line__in=lines)
    return {
        "entries": {each.line: _entered(each.operation, user) for each in entries},
        "rivals": [{"line": each.line, **_entered(each, user)} for each in operations],
    }


def _entered(operation: Operation, user: User) -> JSON:
    content = {name: str(operation.content.get(name, "")) for name in recording.FIELDS}
    return {
        "id": str(operation.pk), "by": operation.by.name, "isMine": operation.by_id == user.pk,
        "at": moment(operation.device_at), **content,
    }  # fmt: skip


def evidence_of(visit: Visit) -> list[JSON]:
    return [one_evidence(each) for each in visit.evidence.select_related("by")]


def one_evidence(found: Evidence) -> JSON:
    is_whole = found.arrived_at is not None
    return {
        "id": str(found.pk), "line": found.line, "name": found.name, "size": found.size, "digest": found.digest,
        "words": found.words, "at": moment(found.taken_at), "by": found.by.name, "isWhole": is_whole,
        "received": evidence.received(found), "isPicture": found.media_type.startswith("image/"),
        "url": reverse("visits:evidence", args=[found.pk]) if is_whole else "",
    }  # fmt: skip


def sample_of(visit: Visit) -> JSON | None:
    sample = getattr(visit, "report_sample", None)
    if sample is None:
        return None
    return {
        "size": len(sample.register), "period": sample.period, "words": sample.institution_words, "seed": sample.seed,
        "chosen": sample.chosen, "checked": sample.checked, "at": moment(sample.drawn_at),
    }  # fmt: skip


def activities_of(visit: Visit) -> list[JSON]:
    return [
        {
            "kind": each.kind, "kindLabel": each.get_kind_display(), "subject": each.subject, "result": each.result,
            "resultLabel": each.get_result_display(), "words": each.words,
        }
        for each in visit.activities.all()
    ]  # fmt: skip


def signatures_of(visit: Visit) -> list[JSON]:
    """`changed`: the lines that changed since this was signed."""
    return [
        {
            "signer": each.signer, "signerLabel": each.get_signer_display(), "name": each.name, "digest": each.digest,
            "hasRefused": each.has_refused, "words": each.words, "at": moment(each.at),
            "changed": signing.differences(visit, each),
        }
        for each in visit.signatures.all()
    ]  # fmt: skip
