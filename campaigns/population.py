"""Which institutions a campaign considers, the plan line each belongs to, and why some take no part."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models.functions import Coalesce, Collate

from accounts.models import Department
from campaigns import looking_back
from campaigns.models import (
    AllottedInstitution,
    Campaign,
    CampaignKind,
    Exclusion,
    ExclusionKind,
    KeyTargetRule,
    PlanLine,
    SizeKind,
    Task,
)
from campaigns.states import DrawState, TaskState
from institutions.bulk import among
from institutions.models import (
    Certificate,
    CertificateState,
    Domain,
    Institution,
    InstitutionState,
    RiskFlag,
)
from institutions.models.risks import KEY_TARGET_KINDS

NATIONAL_CENTRE = "national_centre"
KEY_TARGET_CLASS = "K"
"""The sheet's class letter of a key target where key targets have more lots; credit classes are A to D."""


LISTED_HERE, LISTED_ELSEWHERE = "本次活动已列入", "本年度已列入其他抽查"
"""Reasons that tell of a draw: nobody outside learns them before that draw may be known (disclosure.py)."""


ROWS_AT_ONCE = 2000


def by_code_point(text: Coalesce) -> Collate:
    """The order of Python and of the protocol, whatever the database's own order of text is."""
    return Collate(text, "C" if connection.vendor == "postgresql" else "BINARY")


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    level: str
    state: str
    valid_until: date | None
    is_national_centre: bool
    domains: frozenset[str]

    def is_valid_on(self, day: date) -> bool:
        return self.state == CertificateState.VALID and (self.valid_until is None or self.valid_until >= day)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An institution as the sheet knows it. `excluded` is the reason in words, empty for one that can be drawn;
    `lines` are all lines whose domain it covers, the first being the one it belongs to."""

    pk: int
    identifier: str
    name: str
    county: str
    lines: tuple[PlanLine, ...]
    tier: int
    risk: str
    flags: tuple[str, ...]
    excluded: str
    is_received: bool
    is_key_target: bool

    @property
    def line(self) -> PlanLine:
        return self.lines[0]


class Population:
    """Everything about a campaign's pool on one day; of its institutions a few thousand are in memory at a time."""

    def __init__(self, campaign: Campaign, lines: list[PlanLine], day: date) -> None:
        self.campaign = campaign
        self.lines = lines
        self.day = day

    def candidates(self) -> Iterator[Candidate]:
        """Every institution of the region that belongs to a line, in the order of their identifiers."""
        rows = Institution.objects.in_scope(self.campaign.scope).values_list(
            "pk", "uscc", "organisation_code", "name", "county_id", "owner_department_id", "state", "credit_class"
        )
        remaining = rows.order_by(by_code_point(Coalesce("uscc", "organisation_code"))).iterator(ROWS_AT_ONCE)
        while some := list(islice(remaining, ROWS_AT_ONCE)):
            certificates = self._certificates_of([row[0] for row in some])
            for row in some:
                if candidate := self._candidate(row, certificates.get(row[0], [])):
                    yield candidate

    def _candidate(self, row: tuple[Any, ...], certificates: list[CertificateFacts]) -> Candidate | None:
        pk, uscc, organisation_code, name, county, owner, state, credit_class = row
        lines = self._without_rest(tuple(line for line in self.lines if self._covers(line, certificates)))
        if not lines:
            return None
        is_received, is_key = pk in self._received, pk in self._key_targets
        return Candidate(
            pk=pk,
            identifier=uscc or organisation_code or "",
            name=name,
            county=county,
            lines=lines,
            tier=_tier(lines[0], is_received=is_received, is_key=is_key),
            risk=_risk(lines[0], credit_class, is_key=is_key),
            flags=(NATIONAL_CENTRE,) if self._is_national_centre(certificates) else (),
            excluded=self._reason(lines[0], pk, owner, state, certificates),
            is_received=is_received,
            is_key_target=is_key,
        )

    def _covers(self, line: PlanLine, certificates: Iterable[CertificateFacts]) -> bool:
        return any(True for _ in self._covering(line, certificates))

    def _covering(self, line: PlanLine, certificates: Iterable[CertificateFacts]) -> Iterator[CertificateFacts]:
        wanted = self._domains[line.pk]
        for certificate in certificates:
            if line.level and certificate.level != line.level:
                continue
            if line.takes_rest or not wanted.isdisjoint(certificate.domains):
                yield certificate

    @staticmethod
    def _without_rest(lines: tuple[PlanLine, ...]) -> tuple[PlanLine, ...]:
        """The line for all other domains takes only what no other line covers."""
        named = tuple(line for line in lines if not line.takes_rest)
        return named or lines

    def _is_national_centre(self, certificates: Iterable[CertificateFacts]) -> bool:
        return any(certificate.is_national_centre and certificate.is_valid_on(self.day) for certificate in certificates)

    def _reason(
        self, line: PlanLine, pk: int, owner: str | None, state: str, certificates: list[CertificateFacts]
    ) -> str:
        for exclusion in self._exclusions[line.pk]:
            reason = ""
            if exclusion.kind == ExclusionKind.OWNER_DEPARTMENT and owner == exclusion.department_id:
                reason = f"{self._departments[str(owner)]}部门所属机构"
            elif exclusion.kind == ExclusionKind.INSTITUTION_STATE and state != InstitutionState.OPERATING:
                reason = f"机构已{InstitutionState(state).label}"
            elif exclusion.kind == ExclusionKind.CERTIFICATE_STATE:
                reason = self._certificate_reason(list(self._covering(line, certificates)))
            elif exclusion.kind == ExclusionKind.DRAWN_BY_UPPER_LEVEL and pk in self._kept_by_upper_level:
                reason = "已被上级抽取并由上级检查"
            elif exclusion.kind == ExclusionKind.NO_FINDING_BEFORE and pk not in self._found_before:
                reason = "回头看的活动中没有认定问题"
            elif exclusion.kind == ExclusionKind.INSPECTED_THIS_YEAR and pk in self._inspected_this_year:
                reason = LISTED_ELSEWHERE
            if reason:
                return reason
        return LISTED_HERE if pk in self._in_this_campaign else ""

    def _certificate_reason(self, certificates: list[CertificateFacts]) -> str:
        if any(certificate.is_valid_on(self.day) for certificate in certificates):
            return ""
        states = {certificate.state for certificate in certificates}
        if CertificateState.VALID in states:
            return "资质认定证书已过有效期"
        return f"资质认定证书已{CertificateState(min(states)).label}"

    @cached_property
    def _domains(self) -> dict[int, frozenset[str]]:
        """The codes of each line's domain and all below it."""
        children: defaultdict[str | None, list[str]] = defaultdict(list)
        for code, parent in Domain.objects.values_list("code", "parent_id"):
            children[parent].append(code)
        return {line.pk: frozenset(_descendants(line.domain_id, children)) for line in self.lines}

    @cached_property
    def _exclusions(self) -> Mapping[int, list[Exclusion]]:
        found = defaultdict(list)
        for exclusion in Exclusion.objects.filter(line__in=self.lines):
            found[exclusion.line_id].append(exclusion)
        return found

    @cached_property
    def _departments(self) -> dict[str, str]:
        return dict(Department.objects.values_list("code", "name"))

    def _certificates_of(self, institutions: list[int]) -> Mapping[int, list[CertificateFacts]]:
        held = Certificate.objects.filter(institution__in=among(institutions))
        domains = defaultdict(set)
        links = Certificate.domains.through.objects.filter(certificate__institution__in=among(institutions))
        for certificate, domain in links.values_list("certificate_id", "domain_id"):
            domains[certificate].add(domain)
        found = defaultdict(list)
        rows = held.values_list("institution_id", "pk", "level", "state", "valid_until", "is_national_centre")
        for institution, pk, level, state, valid_until, is_centre in rows:
            facts = CertificateFacts(level, state, valid_until, is_centre, frozenset(domains[pk]))
            found[institution].append(facts)
        return found

    @cached_property
    def _received(self) -> frozenset[int]:
        return self._allotted(is_received=True)

    @cached_property
    def _kept_by_upper_level(self) -> frozenset[int]:
        return self._allotted(is_received=False)

    def _allotted(self, *, is_received: bool) -> frozenset[int]:
        rows = AllottedInstitution.objects.filter(campaign=self.campaign, is_received=is_received)
        return frozenset(rows.values_list("institution_id", flat=True))

    @cached_property
    def _found_before(self) -> frozenset[int]:
        return looking_back.institutions_with_findings(self.campaign.looks_back_at.all())

    @cached_property
    def _key_targets(self) -> frozenset[int]:
        flags = RiskFlag.objects.in_force().filter(
            kind__in=KEY_TARGET_KINDS, institution__county__code__startswith=self.campaign.scope
        )
        return frozenset(flags.values_list("institution_id", flat=True))

    @cached_property
    def _in_this_campaign(self) -> frozenset[int]:
        """Whom a draw that counts brought in, or replaced since: who left never comes back (protocol section 6)."""
        tasks = Task.objects.filter(campaign=self.campaign).exclude(state=TaskState.CANCELLED)
        return frozenset(tasks.exclude(draw__state=DrawState.VOID).values_list("institution_id", flat=True))

    @cached_property
    def _inspected_this_year(self) -> frozenset[int]:
        """By any department, in another campaign of the year that is neither a practice nor above this one."""
        others = (
            Task.objects.live().filter(campaign__year=self.campaign.year).exclude(campaign__kind=CampaignKind.PRACTICE)
        )
        others = others.exclude(campaign__in=[self.campaign.pk, *_ancestors(self.campaign)])
        return frozenset(others.values_list("institution_id", flat=True))


def _tier(line: PlanLine, *, is_received: bool, is_key: bool) -> int:
    """Who goes first: what the upper level handed down before the own pool, key targets first in each."""
    is_certain = is_key and line.key_target_rule == KeyTargetRule.CERTAIN
    return (0 if is_received else 2) + (0 if is_certain else 1)


def _risk(line: PlanLine, credit_class: str, *, is_key: bool) -> str:
    """The class letter, only where the line's rule needs one: classes are internal and a transcript is public."""
    if line.size_kind == SizeKind.RATIO_BY_CLASS or line.lots_by_class:
        return credit_class
    if line.key_target_rule == KeyTargetRule.LOTS:
        return KEY_TARGET_CLASS if is_key else ""
    return ""


def _descendants(code: str | None, children: Mapping[str | None, list[str]]) -> Iterator[str]:
    if code is None:
        return
    yield code
    for child in children.get(code, []):
        yield from _descendants(child, children)


def _ancestors(campaign: Campaign) -> list[int]:
    found = []
    while campaign.parent_id and campaign.parent_id not in found and campaign.parent:
        found.append(campaign.parent_id)
        campaign = campaign.parent
    return found
