"""What somebody asks the statistics for: a year, a campaign, a region, a domain; and the rows of it that they may see.

Every figure and the list that opens behind it start from here, so that they cannot differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.models import Region, User
from campaigns.models import Campaign, CampaignKind, PlanLine, Task
from institutions.models import Certificate
from institutions.queries import DomainTree
from reports.statistics.counting import CONCLUDED, final_findings
from selftest.models import SelfCheck
from selftest.progress import COUNTED_STATES
from visits.models import Finding, Measure, Rectification, Visit
from visits.states import MeasureState, VisitState

ALL_YEARS = "all"
REST = "rest"
"""The domain of plan lines that take what the other lines leave."""
MOST_CAMPAIGNS = 300
BELOW = {
    Region.Level.NATION: (Region.Level.PROVINCE, Region.Level.CITY),
    Region.Level.PROVINCE: (Region.Level.CITY, Region.Level.COUNTY),
    Region.Level.CITY: (Region.Level.COUNTY,),
    Region.Level.COUNTY: (),
}
"""Which levels can be chosen by somebody of a level."""


def counted_campaigns(user: User) -> QuerySet[Campaign]:
    """演练 counts nowhere."""
    return Campaign.objects.visible_to(user).exclude(kind=CampaignKind.PRACTICE)


class Choice(forms.Form):
    """Wrong or foreign values count as not given."""

    year = forms.ChoiceField(label="年度", required=False)
    campaign = forms.ChoiceField(label="抽查活动", required=False)
    region = forms.ChoiceField(label="地区", required=False)
    domain = forms.ChoiceField(label="领域", required=False)

    def __init__(self, data: Mapping[str, Any], user: User) -> None:
        self.user = user
        self.tree = DomainTree()
        self.regions = {region.pk: region for region in _regions(user)}
        campaigns = list(counted_campaigns(user).values_list("pk", "title", "year")[:MOST_CAMPAIGNS])
        self.years = sorted({year for *_, year in campaigns}, reverse=True)
        given = {name: str(data.get(name, "")) for name in self.base_fields}
        given["year"] = given["year"] or (str(self.years[0]) if self.years else ALL_YEARS)
        super().__init__(given)
        self._set("year", [(ALL_YEARS, "全部年度"), *((str(year), f"{year} 年") for year in self.years)])
        chosen = [(pk, title) for pk, title, year in campaigns if given["year"] in (ALL_YEARS, str(year))]
        self._set("campaign", [("", "全部"), *((str(pk), title) for pk, title in chosen)])
        self._set("region", [("", "全部"), *((pk, _indented(region, user)) for pk, region in self.regions.items())])
        self._set("domain", [("", "全部"), *self.tree.choices(), (REST, "其他各领域")])

    def _set(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def asked(self) -> "Asked":
        self.is_valid()
        given = self.cleaned_data
        year = given.get("year", ALL_YEARS)
        domain = given.get("domain", "")
        return Asked(
            user=self.user,
            year=int(year) if year != ALL_YEARS else None,
            campaign=int(given["campaign"]) if given.get("campaign") else None,
            region=self.regions.get(given.get("region", "")),
            domain=domain,
            domains=frozenset(self.tree.below(domain)) if domain and domain != REST else frozenset(),
        )


def _regions(user: User) -> list[Region]:
    own = user.region
    levels = BELOW[Region.Level(own.level)] if own else ()
    return list(Region.objects.filter(code__startswith=user.scope or "", level__in=levels).order_by("code"))


def _indented(region: Region, user: User) -> str:
    own = user.region
    is_top = own is None or region.level == BELOW[Region.Level(own.level)][0]
    return region.name if is_top else f"　{region.name}"


@dataclass(frozen=True)
class Asked:
    """`year`: None for all; `domains`: the codes below the chosen domain, with it."""

    user: User
    year: int | None
    campaign: int | None
    region: Region | None
    domain: str
    domains: frozenset[str]

    @property
    def place(self) -> Region | None:
        """The region whose figures these are."""
        return self.region or self.user.region

    @cached_property
    def parts(self) -> list[Region]:
        """The regions one level below, which are compared."""
        return list(Region.objects.filter(parent=self.place).order_by("code")) if self.place else []

    def campaigns(self) -> QuerySet[Campaign]:
        """With a region or a domain: those that have a task or a plan line of it."""
        found = counted_campaigns(self.user)
        found = found.filter(year=self.year) if self.year else found
        found = found.filter(pk=self.campaign) if self.campaign else found
        if self.region:
            led = Q(lead_bureau__region__code__startswith=self.region.scope)
            found = found.filter(led | Q(pk__in=self.tasks().order_by().values("campaign")))
        return found.filter(pk__in=self.lines().order_by().values("campaign")) if self.domain else found

    def lines(self) -> QuerySet[PlanLine]:
        """Of every campaign the user sees in that year; with a region, of the campaigns led there or with tasks there."""
        seen = counted_campaigns(self.user).order_by().values("pk")
        found = PlanLine.objects.filter(campaign__in=seen)
        found = found.filter(campaign__year=self.year) if self.year else found
        found = found.filter(campaign=self.campaign) if self.campaign else found
        if self.region:
            led = Q(campaign__lead_bureau__region__code__startswith=self.region.scope)
            found = found.filter(led | Q(pk__in=self.tasks().order_by().values("line")))
        if self.domain == REST:
            return found.filter(domain=None)
        return found.filter(domain__in=self.domains) if self.domain else found

    def tasks(self) -> QuerySet[Task]:
        """应检查: what stands, of real campaigns."""
        found = Task.objects.visible_to(self.user).live().exclude(campaign__kind=CampaignKind.PRACTICE)
        found = found.filter(campaign__year=self.year) if self.year else found
        found = found.filter(campaign=self.campaign) if self.campaign else found
        found = found.filter(institution__county__code__startswith=self.region.scope) if self.region else found
        if self.domain == REST:
            return found.filter(line__domain=None)
        return found.filter(line__domain__in=self.domains) if self.domain else found

    def findings(self) -> QuerySet[Finding]:
        return final_findings().filter(result__task__in=self._task_ids().filter(state__in=CONCLUDED))

    def measures(self) -> QuerySet[Measure]:
        return Measure.objects.filter(task__in=self._task_ids()).exclude(state=MeasureState.DROPPED)

    def rectifications(self) -> QuerySet[Rectification]:
        return Rectification.objects.filter(task__in=self._task_ids())

    def visits(self) -> QuerySet[Visit]:
        """Those that ended; re-visits are not counted."""
        return Visit.objects.filter(task__in=self._task_ids(), state=VisitState.ENDED, kind=Visit.Kind.FIRST)

    def self_checks(self) -> QuerySet[SelfCheck]:
        """Those whose answers stand as they were signed. By domain: of the certificates, so none for
        the rest of a plan."""
        found = SelfCheck.objects.visible_to(self.user).filter(state__in=COUNTED_STATES)
        found = found.exclude(round__campaign__kind=CampaignKind.PRACTICE)
        found = found.filter(round__campaign__year=self.year) if self.year else found
        found = found.filter(round__campaign=self.campaign) if self.campaign else found
        found = found.filter(county__code__startswith=self.region.scope) if self.region else found
        if self.domain == REST:
            return found.none()
        if not self.domain:
            return found
        certified = Certificate.objects.filter(domains__in=self.domains).order_by()
        return found.filter(institution__in=certified.values("institution"))

    def _task_ids(self) -> QuerySet[Task, Any]:
        return self.tasks().order_by().values("pk")

    def query(self, **changes: str) -> dict[str, str]:
        """The filters as an address carries them."""
        standing = {
            "year": str(self.year or ALL_YEARS),
            "campaign": str(self.campaign or ""),
            "region": self.region.pk if self.region else "",
            "domain": self.domain,
        }
        return {name: value for name, value in (standing | changes).items() if value}

    def rows_url(self, key: str, **changes: str) -> str:
        """Where the rows behind a figure are."""
        return f"{reverse('reports:statistics_rows', args=[key])}?{urlencode(self.query(**changes))}"

    def url(self, page: str, **changes: str) -> str:
        return f"{reverse(f'reports:{page}')}?{urlencode(self.query(**changes))}"
