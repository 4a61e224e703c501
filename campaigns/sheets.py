"""Turning a plan and the two pools into a draw sheet (draw-protocol.md section 1)."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from campaigns.models import Campaign, KeyTargetRule, PlanLine, SizeKind, Stage, TeamSlot
from campaigns.population import KEY_TARGET_CLASS, NATIONAL_CENTRE, Candidate, Population
from campaigns.staffing import Person, Staffing, pool_of

PROTOCOL = "lianchou-draw/1"

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpenPlan:
    """A plan's rules and people, and a population that is still to be read. `rules`: the sheet without its pools."""

    campaign: Campaign
    rules: JSON
    lines: list[PlanLine] = field(repr=False)
    people: dict[str, Person] = field(repr=False)
    population: Population = field(repr=False)

    def inspectors(self, considered: Container[str]) -> list[JSON]:
        """The entries of the second pool; of their recusals those that concern somebody considered."""
        return _inspector_entries(self.people, considered, self.campaign.tasks_per_inspector)


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """A sheet together with the rows it was made from, by their ids in the sheet."""

    sheet: JSON
    lines: list[PlanLine] = field(repr=False)
    candidates: dict[str, Candidate] = field(repr=False)
    people: dict[str, Person] = field(repr=False)


def open_plan(
    campaign: Campaign, *, draw_code: str, day: date, supplement: Mapping[str, int] | None = None
) -> OpenPlan:
    """This campaign's plan and the second pool as they stand on `day`; changes nothing.

    `supplement` (line code → how many): the plan of a supplementary draw, of these lines alone.
    """
    lines = plan_lines(campaign)
    if supplement is not None:
        lines = [_supplemented(line, supplement[line.code]) for line in lines if line.code in supplement]
    first_day, last_day = visit_window(campaign, day)
    rules = {
        "protocol": PROTOCOL,
        "draw": draw_code,
        "title": campaign.title,
        "sources": [source.sheet_name for source in campaign.sources.all()],
        "lines": [line_rule(line) for line in lines],
        "quota": _quota(campaign) if supplement is None else None,
    }
    people = {person.identifier: person for person in Staffing(campaign, lines, first_day, last_day).people()}
    return OpenPlan(campaign, rules, lines, people, Population(campaign, lines, day))


def build_sheet(campaign: Campaign, *, draw_code: str, day: date) -> PlanSheet:
    """The sheet of this campaign's plan and of the pools as they stand on `day`, all of it in memory.

    Entries are in id order; nobody and nothing is left out silently: excluded institutions stand in it with the reason.
    """
    plan = open_plan(campaign, draw_code=draw_code, day=day)
    candidates = {candidate.identifier: candidate for candidate in plan.population.candidates()}
    pools = {
        "institutions": [institution_entry(each) for each in candidates.values()],
        "inspectors": plan.inspectors(candidates),
    }
    return PlanSheet(plan.rules | pools, plan.lines, candidates, plan.people)


def plan_lines(campaign: Campaign) -> list[PlanLine]:
    """The lines in order with all that the sheet needs of them."""
    return list(
        campaign.lines.select_related("domain", "lead_bureau").prefetch_related(
            "slots__bureau", "slots__county_department", "slots__line", "matters", "partners", "exclusions"
        )
    )


def _supplemented(line: PlanLine, count: int) -> PlanLine:
    """The line as a supplementary draw takes it: its own rule, but a fixed number; never saved."""
    line.size_kind, line.count, line.stated_count = SizeKind.COUNT, count, None
    return line


def visit_window(campaign: Campaign, day: date) -> tuple[date, date]:
    """First and last day of the on-site stages; `day` where the plan has none yet."""
    stages = [stage for stage in campaign.stages.all() if stage.kind == Stage.Kind.ON_SITE]
    first = min((stage.starts_on for stage in stages if stage.starts_on), default=day)
    return first, max((stage.ends_on for stage in stages), default=day)


def line_rule(line: PlanLine) -> JSON:
    """The plan line as the sheet states it."""
    rule: JSON = {"code": line.code, "title": line.title, "size": _size(line)}
    lots = _lots(line)
    if lots:
        rule["lots"] = lots
    return rule | {"reserve": line.reserve, "team": [_slot(slot) for slot in line.slots.all()]}


def _size(line: PlanLine) -> JSON:
    match line.size_kind:
        case SizeKind.COUNT:
            return {"count": line.count}
        case SizeKind.RATIO:
            return {"ratio": line.ratio, "rounding": line.rounding}
        case SizeKind.RATIO_BY_CLASS:
            return {"ratio": dict(sorted(line.ratio_by_class.items())), "rounding": line.rounding}
    return {"all": True}


def _lots(line: PlanLine) -> JSON:
    if line.key_target_rule == KeyTargetRule.LOTS:
        return {KEY_TARGET_CLASS: line.key_target_lots}
    return dict(sorted(line.lots_by_class.items()))


def _slot(slot: TeamSlot) -> JSON:
    return {"pool": pool_of(slot), "role": slot.role, "number": slot.number}


def _quota(campaign: Campaign) -> JSON | None:
    if campaign.quota_count is None:
        return None
    return {"flag": NATIONAL_CENTRE, "count": campaign.quota_count, "mode": campaign.quota_mode}


def institution_entry(candidate: Candidate) -> JSON:
    entry: JSON = {
        "id": candidate.identifier,
        "name": candidate.name,
        "line": candidate.line.code,
        "tier": candidate.tier,
        "risk": candidate.risk,
        "county": candidate.county,
        "flags": sorted(candidate.flags),
    }
    if candidate.excluded:
        entry["excluded"] = candidate.excluded
    if len(candidate.lines) > 1:
        entry["team"] = joint_team(candidate.lines)
    return entry


def joint_team(lines: Iterable[PlanLine]) -> list[JSON]:
    """The slots for one visit that serves several lines: of each source and role the larger number, in plan order."""
    numbers: Counter[tuple[str | None, str | None, str]] = Counter()
    first: dict[tuple[str | None, str | None, str], TeamSlot] = {}
    for line in lines:
        for slot in line.slots.all():
            source = (slot.bureau_id, slot.county_department_id, slot.role)
            first.setdefault(source, slot)
            numbers[source] = max(numbers[source], slot.number)
    return [_slot(slot) | {"number": numbers[source]} for source, slot in first.items()]


def _inspector_entries(people: dict[str, Person], considered: Container[str], limit: int) -> list[JSON]:
    return [
        {
            "id": key,
            "pools": list(people[key].pools),
            "limit": limit,
            "recused": list(_relevant(people[key].recused, considered)),
        }
        for key in sorted(people)
    ]


def _relevant(recused: Iterable[str], considered: Container[str]) -> Iterator[str]:
    for token in recused:
        if token.startswith("county:") or token in considered:
            yield token
