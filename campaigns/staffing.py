"""Which inspectors and experts may be drawn for which plan line: the second pool as the sheet knows it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import Bureau, Region
from campaigns.models import Campaign, PlanLine, SlotRole, TeamSlot
from inspectors.models import ConflictOfInterest, Expert, Inspector, PersonState
from institutions.models import Domain


@dataclass(frozen=True, slots=True)
class Person:
    """An inspector or expert who can be drawn. `pools` are the team pools they sit in, by plan line;
    `recused` holds institution ids and "county:140212" tokens."""

    identifier: str
    inspector: int | None
    expert: int | None
    pools: tuple[str, ...]
    recused: tuple[str, ...]


def pool_of(slot: TeamSlot) -> str:
    """The pool's name in the sheet: the bureau (or the county's body) and the line, since a person may check
    one line's domain and not another's. "{county}" is the institution's county (draw-protocol.md section 1)."""
    if slot.role == SlotRole.EXPERT:
        return f"expert:{slot.line.code}"
    source = slot.bureau_id or f"{slot.county_department_id}:{{county}}"
    return f"{source}:{slot.line.code}"


class Staffing:
    """Everything about a campaign's people: who is in force for all visit days from `first_day` to `last_day`."""

    def __init__(self, campaign: Campaign, lines: list[PlanLine], first_day: date, last_day: date) -> None:
        self.campaign = campaign
        self.lines = lines
        self.first_day = first_day
        self.last_day = last_day
        self.slots = [slot for line in lines for slot in line.slots.all()]

    def people(self) -> Iterator[Person]:
        """Those with at least one pool; certificates must be valid up to the last visit day (domain rule 2.4)."""
        yield from self._inspectors()
        yield from self._experts()

    def _inspectors(self) -> Iterator[Person]:
        recusals = _recusals("inspector")
        family = self._families()
        for inspector in self._eligible_inspectors().prefetch_related("domains", "matters"):
            domains = frozenset(domain.code for domain in inspector.domains.all())
            matters = frozenset(matter.code for matter in inspector.matters.all())
            pools = {
                f"{inspector.bureau_id}:{line.code}"
                for line in self._lines_of(inspector.bureau)
                if _may_check(line, domains, family) and _may_check_matters(line, matters)
            }
            if pools:
                yield Person(
                    inspector.number, inspector.pk, None, tuple(sorted(pools)), tuple(sorted(recusals[inspector.pk]))
                )

    def _eligible_inspectors(self) -> "QuerySet[Inspector]":
        bureaus = {slot.bureau_id for slot in self.slots if slot.bureau_id}
        departments = {slot.county_department_id for slot in self.slots if slot.county_department_id}
        in_counties = Q(
            bureau__department__in=departments,
            bureau__region__level="county",
            bureau__region__code__startswith=self.campaign.scope,
        )
        return (
            Inspector.objects.active()
            .certificated_on(self.last_day)
            .filter(Q(bureau__in=bureaus) | in_counties)
            .exclude(leaves__starts_on__lte=self.first_day, leaves__ends_on__gte=self.last_day)
            .select_related("bureau__region")
        )

    def _lines_of(self, bureau: Bureau) -> list[PlanLine]:
        return [line for line in self.lines if any(_draws_from(slot, bureau) for slot in line.slots.all())]

    def _experts(self) -> Iterator[Person]:
        lines = [line for line in self.lines if any(slot.role == SlotRole.EXPERT for slot in line.slots.all())]
        if not lines:
            return
        recusals, family = _recusals("expert"), self._families()
        experts = Expert.objects.filter(
            state=PersonState.ACTIVE, banned_on__isnull=True, region__code__startswith=self.campaign.scope[:2]
        )
        for expert in experts.select_related("employer_institution").prefetch_related("domains"):
            domains = frozenset(domain.code for domain in expert.domains.all())
            pools = tuple(sorted(f"expert:{line.code}" for line in lines if _may_check(line, domains, family)))
            recused = recusals[expert.pk] | (
                {expert.employer_institution.identifier} if expert.employer_institution else set()
            )
            if pools:
                yield Person(expert.number, None, expert.pk, pools, tuple(sorted(recused)))

    def _families(self) -> Mapping[str, frozenset[str]]:
        """For each domain all domains above and below it, itself included."""
        parents = dict(Domain.objects.values_list("code", "parent_id"))
        above = {code: frozenset(_chain(code, parents)) for code in parents}
        return {code: above[code] | frozenset(other for other in parents if code in above[other]) for code in parents}


def _draws_from(slot: TeamSlot, bureau: Bureau) -> bool:
    if slot.county_department_id:
        return slot.county_department_id == bureau.department_id and bureau.region.level == Region.Level.COUNTY
    return slot.bureau_id == bureau.pk


def _may_check(line: PlanLine, domains: frozenset[str], family: Mapping[str, frozenset[str]]) -> bool:
    """No domains named means all; a line without a domain takes anyone."""
    return not domains or line.domain_id is None or not domains.isdisjoint(family[line.domain_id])


def _may_check_matters(line: PlanLine, matters: frozenset[str]) -> bool:
    wanted = {matter.code for matter in line.matters.all()}
    return not matters or not wanted or not matters.isdisjoint(wanted)


def _chain(code: str | None, parents: Mapping[str, str | None]) -> Iterator[str]:
    while code is not None:
        yield code
        code = parents[code]


def _recusals(kind: str) -> defaultdict[int, set[str]]:
    """By person's pk: institution ids and county tokens of all conflicts in force."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    conflicts = ConflictOfInterest.objects.in_force().filter(**{f"{kind}__isnull": False})
    for conflict in conflicts.select_related("institution"):
        token = conflict.institution.identifier if conflict.institution else f"county:{conflict.county_id}"
        found[getattr(conflict, f"{kind}_id")].add(token)
    return found
