"""How many institutions a round asks, county by county: before it is opened those it would ask, afterwards those it did."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from accounts.models import Region, User
from institutions.models import Institution
from selftest.models import Round, SelfCheck
from selftest.rounds import population


@dataclass(frozen=True, slots=True)
class CountyCount:
    county: str
    city: str
    """Empty where the county is a region of its own."""
    institutions: int


def counts_by_county(round: Round, user: User) -> list[CountyCount]:
    """Of the counties that the user's bureau is responsible for, in the order of their codes."""
    scope = user.scope or ""
    rows: QuerySet[Institution] | QuerySet[SelfCheck] = (
        round.self_checks.all() if round.opened_at else population(round)
    )
    counted = dict(
        rows.filter(county__code__startswith=scope).order_by().values_list("county_id").annotate(count=Count("pk"))
    )
    counties = Region.objects.filter(pk__in=counted).select_related("parent").order_by("code")
    return [
        CountyCount(county.name, county.parent.name if county.parent else "", counted[county.pk]) for county in counties
    ]


def newcomers(round: Round) -> int:
    """How many have joined the population since the round was opened and are not asked yet."""
    return population(round).exclude(pk__in=round.self_checks.values("institution")).count()
