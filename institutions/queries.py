"""Reads that span models: regions as people write them, counters of the list, what happened to an institution."""

import hashlib
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Region
from institutions.models import Certificate, CertificateState, Domain, Institution, RiskFlag
from institutions.models.risks import KEY_TARGET_KINDS

MANY = 100_000
"""Of so many institutions the counters by certificate and by flag take seconds, so they are kept for a while."""
KEPT_SECONDS = 600


def region_label(region: Region) -> str:
    """大同市平城区, 北京市海淀区: a county with its city before it. Touches `region.parent`."""
    parent = region.parent
    if parent is None or parent.level == Region.Level.NATION or region.level != Region.Level.COUNTY:
        return region.name
    return f"{parent.name}{region.name}"


def counties_in(scope: str) -> list[Region]:
    """Counties and zones of a region, in the order of their codes, with their cities."""
    counties = Region.objects.filter(code__startswith=scope, level=Region.Level.COUNTY)
    return list(counties.select_related("parent").order_by("code"))


def scope_of(code: str) -> str:
    """What the codes of a region and of everything below it begin with: 140200 → 1402, 140213 → itself."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def region_choices(scope: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """For a drop-down: city → itself and its counties, of the regions whose codes begin with `scope`."""
    groups: dict[str, list[tuple[str, str]]] = {}
    regions = Region.objects.filter(code__startswith=scope).exclude(level__in=["nation", "province"])
    for region in regions.select_related("parent").order_by("code"):
        is_city = region.level == Region.Level.CITY
        city = region.name if is_city or region.parent is None else region.parent.name
        groups.setdefault(city, []).append((region.pk, f"{region.name}（全市）" if is_city else region.name))
    return list(groups.items())


class DomainTree:
    """All domains, read once for a page: as choices, and with everything below each."""

    def __init__(self) -> None:
        self._domains = list(Domain.objects.all())

    def choices(self) -> list[tuple[str, str]]:
        """In the order of the tree, lower domains set in."""
        tops = [domain for domain in self._domains if domain.parent_id is None]
        return [
            (domain.pk, domain.name if domain is top else f"　{domain.name}")
            for top in tops
            for domain in self._domains
            if domain is top or domain.parent_id == top.pk
        ]

    def below(self, code: str) -> set[str]:
        """The domain and all its descendants."""
        found: set[str] = set()
        waiting = [code]
        while waiting:
            found.add(current := waiting.pop())
            waiting += [domain.pk for domain in self._domains if domain.parent_id == current and domain.pk not in found]
        return found


def has_certificate(**conditions: Any) -> Exists:
    return Exists(Certificate.objects.filter(institution=OuterRef("pk"), **conditions))


def has_valid_certificate(day: date) -> Exists:
    unending = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    return Exists(Certificate.objects.filter(unending, institution=OuterRef("pk"), state=CertificateState.VALID))


def ends_within(days: int, today: date) -> Q:
    """Holds a certificate that is valid today and ends within so many days."""
    last = today + timedelta(days=days)
    return Q(has_certificate(state=CertificateState.VALID, valid_until__gte=today, valid_until__lte=last))


def has_flag(*kinds: str) -> Exists:
    flags = RiskFlag.objects.in_force().filter(institution=OuterRef("pk"))
    return Exists(flags.filter(kind__in=kinds) if kinds else flags)


def list_rows(institutions: QuerySet[Institution], *, with_risk: bool) -> QuerySet[Institution]:
    """What the list shows of each institution, in a fixed number of queries."""
    certificates = Certificate.objects.prefetch_related("domains")
    ending = Certificate.objects.filter(institution=OuterRef("pk"), state=CertificateState.VALID)
    rows = (
        institutions.select_related("county__parent")
        .prefetch_related(Prefetch("certificates", certificates))
        .annotate(valid_until=Subquery(ending.order_by("-valid_until").values("valid_until")[:1]))
    )
    if with_risk:
        return rows.prefetch_related(Prefetch("risk_flags", RiskFlag.objects.in_force(), to_attr="flags_in_force"))
    return rows


def pool_figures(institutions: QuerySet[Institution], *, with_risk: bool) -> dict[str, int]:
    """The counters above the list, over everything the person may see."""
    key = f"pool-figures:{_digest_of(institutions)}:{with_risk}:{timezone.localdate()}"
    kept = cache.get(key)
    if isinstance(kept, dict):
        return kept
    figures = _count(institutions, with_risk=with_risk)
    if figures["total"] >= MANY:
        cache.set(key, figures, KEPT_SECONDS)
    return figures


def _digest_of(rows: QuerySet[Institution]) -> str:
    """Of the question that is asked: people who see the same share the answer."""
    return hashlib.sha256(str(rows.order_by().values("pk").query).encode()).hexdigest()


def _count(institutions: QuerySet[Institution], *, with_risk: bool) -> dict[str, int]:
    today = timezone.localdate()
    figures = {
        "total": Count("pk"),
        "operating": Count("pk", filter=Q(state="operating")),
        "ending": Count("pk", filter=ends_within(90, today)),
        "without": Count("pk", filter=Q(state="operating") & ~Q(has_valid_certificate(today))),
    }
    if with_risk:
        figures["key_targets"] = Count("pk", filter=Q(has_flag(*KEY_TARGET_KINDS)))
    return institutions.order_by().aggregate(**figures)
