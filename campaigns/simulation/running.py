"""One simulation of a campaign's plan: what it is made from, when it may be made, its job and its result."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Bureau, Region, User
from accounts.templatetags.wording import cn_moment
from campaigns.draw.canonical import digest_of
from campaigns.draw.sheet import Sheet, read_sheet
from campaigns.draw.sizes import plan_lines
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Campaign
from campaigns.planning import PlanPreview, preview_sheet
from campaigns.queries import job_key
from campaigns.sheets import JSON, PlanSheet, build_sheet
from campaigns.simulation.chances import chances_of_groups
from campaigns.simulation.counting import (
    DRAWS,
    Counts,
    Frame,
    Pace,
    Progress,
    choose_pace,
    fresh_seeds,
    simulate,
)
from campaigns.simulation.groups import flags_of, group_institutions
from campaigns.states import CampaignState
from inspectors.models import Inspector
from institutions.models import Institution
from jobs.models import Job, JobState
from jobs.services import start_job

KIND = "campaigns.simulate"
EXPERTS = "专家库"


@dataclass(frozen=True, slots=True)
class Basis:
    """The plan and the pools as they stand. `classes`: credit class by the institution's pk."""

    plan: PlanSheet = field(repr=False)
    preview: PlanPreview = field(repr=False)
    classes: Mapping[int, str] = field(repr=False)
    limit: int

    @property
    def plan_digest(self) -> str:
        """Changes with the lines, the quota and the limit per person."""
        return digest_of({key: self.plan.sheet[key] for key in ("lines", "quota")} | {"limit": self.limit})

    @property
    def pools_digest(self) -> str:
        """Changes with whatever decides about an institution or a person, not with a name."""
        return digest_of({"institutions": list(self._institutions()), "inspectors": list(self._inspectors())})

    def _institutions(self) -> Iterable[JSON]:
        for entry in self.plan.sheet["institutions"]:
            candidate = self.plan.candidates[entry["id"]]
            marks = [self.classes.get(candidate.pk, ""), *flags_of(candidate)]
            yield {key: value for key, value in entry.items() if key != "name"} | {"marks": marks}

    def _inspectors(self) -> Iterable[JSON]:
        for entry in self.plan.sheet["inspectors"]:
            yield {key: value for key, value in entry.items() if key != "limit"}


def read_basis(campaign: Campaign) -> Basis:
    """Reads the pools as they stand, with the code that freezes them."""
    plan = build_sheet(campaign, draw_code="simulation", day=timezone.localdate())
    rows = Institution.objects.in_scope(campaign.scope).exclude(credit_class="")
    classes = dict(rows.values_list("pk", "credit_class"))
    return Basis(plan, preview_sheet(campaign, plan), classes, campaign.tasks_per_inspector)


def can_simulate(campaign: Campaign) -> bool:
    """Only before the freeze: afterwards what is drawn is no longer what the pools hold."""
    return campaign.state in {CampaignState.DRAFT, CampaignState.NEGOTIATING}


def check_ready(campaign: Campaign, basis: Basis) -> None:
    """Raises WrongState after the freeze, else CampaignError with every fault of the plan."""
    if not can_simulate(campaign):
        raise WrongState("两库已经冻结，模拟推演只在冻结前进行。")
    if basis.preview.faults:
        raise CampaignError("计划还不能推演：" + "；".join(problem.text for problem in basis.preview.faults))


@transaction.atomic
def start_simulation(campaign: Campaign, *, by: User) -> Job:
    """Ask for a simulation; while one of the campaign is open, that one is returned."""
    check_ready(campaign, read_basis(campaign))
    title = f"模拟推演：{campaign.title}"
    return start_job(KIND, title, by=by, parameters={"campaign": campaign.pk}, key=job_key(campaign, KIND))


def simulate_campaign(campaign: Campaign, *, draws: int = DRAWS, progress: Progress | None = None) -> JSON:
    """The aggregates of `draws` simulated draws; writes nothing. Raises what check_ready raises."""
    started = time.monotonic()
    if progress is not None:
        progress("正在整理检查对象和检查人员名录库", 0, 0)
    basis = read_basis(campaign)
    check_ready(campaign, basis)
    counties = counties_of(campaign, basis.plan)
    frame = frame_of(basis, counties)
    pace = choose_pace(frame, draws=draws)
    counts = simulate(frame, fresh_seeds(pace.draws), team_every=pace.team_every, progress=progress)
    return {
        **_head(basis, pace),
        **_figures(frame, counts),
        "names": _names(basis.plan, counties, counts),
        "seconds": round(time.monotonic() - started),
    }


def frame_of(basis: Basis, counties: Iterable[str]) -> Frame:
    """What is drawn and who is counted; counties: codes of those to be listed even without an institution."""
    sheet = read_sheet(basis.plan.sheet)
    groups = group_institutions(sheet, basis.plan.candidates, classes=basis.classes, counties=counties)
    return Frame(sheet, plan_lines(sheet), groups, _bureaus(basis.plan, sheet))


def counties_of(campaign: Campaign, plan: PlanSheet) -> dict[str, str]:
    """Names of the region's counties by code, those without an institution included."""
    used = {candidate.county for candidate in plan.candidates.values()}
    existing = Q(level=Region.Level.COUNTY, code__startswith=campaign.scope, valid_to__isnull=True)
    return dict(Region.objects.filter(existing | Q(code__in=used)).order_by("code").values_list("code", "name"))


def _bureaus(plan: PlanSheet, sheet: Sheet) -> list[str]:
    """The short name of each inspector's bureau, in the order of the sheet."""
    pks = [person.inspector for person in plan.people.values() if person.inspector]
    names = dict(Inspector.objects.filter(pk__in=pks).values_list("pk", "bureau__short_name"))
    return [names.get(plan.people[entry["id"]].inspector or 0, EXPERTS) for entry in sheet.inspectors]


def _head(basis: Basis, pace: Pace) -> JSON:
    return {
        "plan_digest": basis.plan_digest,
        "pools_digest": basis.pools_digest,
        "taken_at": cn_moment(timezone.now()),
        "draws": pace.draws,
        "team_every": pace.team_every,
        "limit": basis.limit,
        "population": basis.preview.population,
        "size": basis.preview.size,
        "people": len(basis.plan.people),
    }


def _figures(frame: Frame, counts: Counts) -> JSON:
    chances = chances_of_groups(frame.sheet, frame.plans, frame.groups)
    return {
        "team_draws": counts.team_draws,
        "groups": [
            asdict(group)
            | {"members": len(frame.groups[group]), "chance": _number(chances[group]), "tally": asdict(tally)}
            for group, tally in counts.drawn.items()
        ],
        "bureaus": [
            {"name": name, "people": frame.bureaus.count(name), "loads": sorted(loads.items())}
            | {"tally": asdict(counts.carried[name])}
            for name, loads in counts.loads.items()
        ],
        "gaps": sorted(counts.gaps.items()),
        "short": [
            {"pool": pool, "places": places, "draws": counts.draws_short[pool]}
            for pool, places in counts.places_short.most_common()
        ],
    }


def _number(chance: Fraction | None) -> float | None:
    return None if chance is None else float(chance)


def _names(plan: PlanSheet, counties: Mapping[str, str], counts: Counts) -> JSON:
    """What the codes of lines, counties and pools are called now."""
    lines = {line.code: line.title for line in plan.lines}
    codes = {pool.rpartition(":")[0] for pool in counts.places_short}
    bureaus = dict(Bureau.objects.filter(pk__in=codes).values_list("code", "short_name"))
    pools = {}
    for pool in counts.places_short:
        bureau, _, line = pool.rpartition(":")
        pools[pool] = f"{lines.get(line, line)}：{EXPERTS if bureau == 'expert' else bureaus.get(bureau, bureau)}"
    return {"lines": lines, "counties": dict(counties), "pools": pools}


def latest_result(campaign: Campaign) -> Job | None:
    """The job of the last simulation that came to its end."""
    done = Job.objects.filter(key=job_key(campaign, KIND), state=JobState.DONE)
    return done.select_related("owner__bureau").order_by("-pk").first()


def changes_since(result: JSON, basis: Basis) -> str:
    """What has changed since the simulation, in words; empty when it still holds."""
    if result["plan_digest"] != basis.plan_digest:
        return "推演之后，计划条目或人员上限已修改，下面的数字不再反映现在的计划，请重新推演。"
    if result["pools_digest"] != basis.pools_digest:
        return "推演之后，检查对象或检查人员名录库已有变化，下面的数字可能不再准确，请重新推演。"
    return ""
