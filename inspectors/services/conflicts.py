from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Region, User
from accounts.rules import require
from inspectors.errors import AlreadyDecided
from inspectors.models import ConflictOfInterest, Expert, Inspector
from institutions.models import Institution
from institutions.services.saving import save


def declare_conflict(
    person: Inspector | Expert,
    *,
    kind: str,
    institution: Institution | None = None,
    county: Region | None = None,
    words: str = "",
    on: date | None = None,
    by: User,
) -> ConflictOfInterest:
    """A person × an institution, or × a whole county. It holds from now on, until it is turned down."""
    require(by, "declare", person)
    if (institution is None) == (county is None):
        raise ValidationError({"institution": "请选择一家机构，或者一个县区，二者选其一。"})
    conflict = ConflictOfInterest(
        inspector=person if isinstance(person, Inspector) else None,
        expert=person if isinstance(person, Expert) else None,
    )
    _refuse_twice(conflict, institution, county)
    values = {
        "institution": institution, "county": county, "kind": kind, "words": words,
        "declared_on": on or timezone.localdate(),
    }  # fmt: skip
    save("inspectors.declare_conflict", conflict, values, institution=person, by=by)
    return conflict


def decide_conflict(conflict: ConflictOfInterest, *, accept: bool, by: User) -> ConflictOfInterest:
    """By the person's own bureau. Raises AlreadyDecided when someone else has decided meanwhile."""
    fresh = ConflictOfInterest.objects.select_related("inspector__bureau", "expert").get(pk=conflict.pk)
    if fresh.decision != ConflictOfInterest.Decision.PENDING:
        raise AlreadyDecided
    require(by, "decide", fresh)
    decision = ConflictOfInterest.Decision.ACCEPTED if accept else ConflictOfInterest.Decision.REJECTED
    values = {"decision": decision, "decided_by": by, "decided_at": timezone.now()}
    save("inspectors.decide_conflict", fresh, values, institution=fresh.person, by=by)
    return fresh


def _refuse_twice(conflict: ConflictOfInterest, institution: Institution | None, county: Region | None) -> None:
    same = ConflictOfInterest.objects.in_force().filter(
        inspector=conflict.inspector, expert=conflict.expert, institution=institution, county=county
    )
    if same.exists():
        raise ValidationError("该人员对同一对象已有有效的回避申报。")
