"""What an institution that is drawn, enters or is handed down becomes: a numbered task, and the seats of its team."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

from accounts.models import Bureau, Department
from campaigns.models import Campaign, Draw, FrozenInspector, PlanLine, Stage, Task, TaskMode, TeamMember
from institutions.models import Institution

IDS_AT_ONCE = 1000


class TaskMaker:
    """Makes tasks of one campaign, numbered on from those it has; saves none."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._stage = campaign.stages.filter(kind=Stage.Kind.ON_SITE).order_by("-ends_on").first()
        self._counties = _county_bureaus(campaign)
        self._numbers = _task_numbers(campaign)

    def drawn(self, draw: Draw, line: PlanLine, institution: int, county: str, *, unfilled: list[Any]) -> Task:
        """The lead bureau organises; the bureau of the institution's own county assists."""
        task = self._task(line, draw=draw, mode=TaskMode.DRAWN, bureau=self._campaign.lead_bureau, unfilled=unfilled)
        task.institution_id = institution
        task.assisting_bureau = self._counties.get(county)
        return task

    def allotted(self, line: PlanLine, institution: Institution) -> Task:
        """To the market regulation bureau of the county it lies in."""
        bureau = self._counties.get(institution.county_id, self._campaign.lead_bureau)
        return self._task(line, mode=TaskMode.ALLOTTED, institution=institution, bureau=bureau)

    def listed(self, line: PlanLine, institution: int, county: str) -> Task:
        """Of a campaign without a draw: to the market regulation bureau of the county, or the lead's own."""
        bureau = self._counties.get(county, self._campaign.lead_bureau)
        return self._task(line, mode=TaskMode.FULL, institution_id=institution, bureau=bureau)

    def added(self, line: PlanLine, institution: Institution, mode: TaskMode, bureau: Bureau) -> Task:
        """Organised by the bureau that added it; the institution's own county assists where that is another."""
        county = self._counties.get(institution.county_id)
        assisting = county if county and county.pk != bureau.pk else None
        return self._task(line, mode=mode, institution=institution, bureau=bureau, assisting_bureau=assisting)

    def _task(self, line: PlanLine, **fields: Any) -> Task:
        stage = self._stage
        return Task(
            campaign=self._campaign,
            number=next(self._numbers),
            line=line,
            due_on=stage.ends_on if stage else None,
            is_due_softly=bool(stage and stage.is_soft),
            **fields,
        )


class Seats:
    """Turns the members of teams, as a transcript lists them, into rows; `institutions` are ids in the sheet."""

    def __init__(self, draw: Draw, institutions: Collection[str]) -> None:
        people = FrozenInspector.objects.filter(draw=draw).only("identifier", "inspector_id", "expert_id")
        self._people = {person.identifier: person for person in people}
        self._slots = _slots(draw, institutions)

    def rows(self, task: Task, team: dict[str, Any]) -> list[TeamMember]:
        """The team in place order, unsaved."""
        return [
            TeamMember(
                task=task,
                position=position,
                role=self._slots[team["institution"]][member["slot"]]["role"],
                slot=member["slot"],
                pool=member["pool"],
                inspector_id=self._people[member["inspector"]].inspector_id,
                expert_id=self._people[member["inspector"]].expert_id,
            )
            for position, member in enumerate(team["members"])
        ]


def _slots(draw: Draw, institutions: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """The team slots of every institution: its own where it has one, else its line's."""
    of_line = {line["code"]: line["team"] for line in draw.manifest["lines"]}
    return {key: entry.get("team", of_line[entry["line"]]) for key, entry in _entries(draw, institutions)}


def _entries(draw: Draw, institutions: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    ids = iter(institutions)
    while some := list(islice(ids, IDS_AT_ONCE)):
        yield from draw.frozen_institutions.filter(identifier__in=some).order_by().values_list("identifier", "entry")


def _county_bureaus(campaign: Campaign) -> dict[str, Bureau]:
    bureaus = Bureau.objects.filter(
        department=Department.MARKET_REGULATION, region__code__startswith=campaign.scope, region__level="county"
    )
    return {bureau.region_id: bureau for bureau in bureaus}


def _task_numbers(campaign: Campaign) -> Iterator[str]:
    count = campaign.tasks.count()
    while True:
        count += 1
        yield f"{campaign.number}-T{count:03d}"
