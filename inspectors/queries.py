"""Reads that span models: what lists show, their counters, the matters an inspector may check."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from inspectors.models import ConflictOfInterest, Expert, Inspector, Leave, PersonState
from institutions.models import Institution

SOON = timedelta(days=90)


def matters() -> QuerySet[Any]:
    """The list of inspection matters, which lives in an app above this one and points here."""
    model: Any = Inspector._meta.get_field("matters").related_model
    found: QuerySet[Any] = model._default_manager.filter(is_active=True)
    return found


def on_leave(day: date) -> Exists:
    return Exists(Leave.objects.covering(day).filter(inspector=OuterRef("pk")))


def certificates_valid(day: date) -> Q:
    """Domain rule 2.4 as a condition on inspectors: both certificates, valid on that day."""
    return (
        ~Q(department_certificate="")
        & ~Q(province_certificate="")
        & Q(department_certificate_until__gte=day, province_certificate_until__gte=day)
    )


def certificates_ending(day: date) -> Q:
    """Valid on that day, but one of them ends within SOON of it."""
    last = day + SOON
    ends = Q(department_certificate_until__lte=last) | Q(province_certificate_until__lte=last)
    return certificates_valid(day) & ends


def inspector_rows(inspectors: QuerySet[Inspector], day: date) -> QuerySet[Inspector]:
    """What the list shows of each inspector, in a fixed number of queries."""
    rows = inspectors.select_related("bureau__region", "bureau__department").prefetch_related("domains")
    in_order = rows.order_by("bureau__region_id", "bureau__department__position", "number")
    return in_order.annotate(is_on_leave=on_leave(day))


def expert_rows(experts: QuerySet[Expert]) -> QuerySet[Expert]:
    return experts.select_related("region__parent", "employer_institution").prefetch_related("domains")


def conflict_rows(conflicts: QuerySet[ConflictOfInterest]) -> QuerySet[ConflictOfInterest]:
    return conflicts.select_related("inspector__bureau", "expert", "institution", "county__parent", "decided_by")


def pool_figures(inspectors: QuerySet[Inspector], day: date) -> dict[str, int]:
    """The counters above the list, over everything the person may see."""
    active = Q(state=PersonState.ACTIVE)
    valid = certificates_valid(day)
    return (
        inspectors.order_by()
        .annotate(is_away=on_leave(day))
        .aggregate(
            total=Count("pk"),
            ready=Count("pk", filter=active & valid & Q(is_away=False)),
            gap=Count("pk", filter=active & ~valid),
            ending=Count("pk", filter=active & certificates_ending(day)),
            away=Count("pk", filter=active & Q(is_away=True)),
        )
    )


def pending_conflicts(user: User) -> int:
    pending = ConflictOfInterest.Decision.PENDING
    return ConflictOfInterest.objects.visible_to(user).filter(decision=pending).count()


def employers(names: Iterable[str]) -> dict[str, int]:
    """Names of employers that are exactly one institution of the first pool → its key."""
    found: dict[str, list[int]] = {}
    for pk, name in Institution.objects.filter(name__in=set(names)).values_list("pk", "name"):
        found.setdefault(name, []).append(pk)
    return {name: keys[0] for name, keys in found.items() if len(keys) == 1}
