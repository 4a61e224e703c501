"""全面检查: a campaign without a draw takes every institution of its plan lines (ADR 0011, requirement JC-3).

In one transaction: what was considered is kept with the reasons of those left out, and each of the others becomes a task
of its own county's bureau (属地管辖), which names who goes when it plans the visit.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import transaction
from django.utils import timezone

from campaigns import transitions
from campaigns.errors import CampaignError, PlanNotReady
from campaigns.models import Act, Approval, Campaign, ListedInstitution, PlanLine, Task
from campaigns.planning import preview_sheet
from campaigns.population import Candidate
from campaigns.sheets import build_sheet
from campaigns.states import CAMPAIGN_STEPS, CampaignState, TaskState
from campaigns.tasking import TaskMaker

ROWS_PER_INSERT = 1000


def check_without_draw(campaign: Campaign) -> None:
    if campaign.draws_lots:
        raise CampaignError("本活动按计划随机抽取，不能把全部机构列入；如需全面检查，请撤回修改，不勾选“随机抽取”。")


@transaction.atomic
def list_all(approval: Approval) -> Campaign:
    """Make the tasks, once: a second call returns the campaign as the first left it.

    Raises NotConfirmed, PlanNotReady with every error of the preview, and WrongState from any state but 协商.
    """
    campaign = transitions.locked(approval.campaign)
    approval = Approval.objects.select_related("decided_by").get(pk=approval.pk)
    approval.check_confirmed(Act.LIST)
    if campaign.state == CampaignState.DISPATCHED:
        return campaign
    transitions.check_source(CAMPAIGN_STEPS["list"], campaign.state)
    check_without_draw(campaign)
    candidates = _candidates(campaign)
    tasks = list(_tasks(campaign, candidates))
    if not tasks:
        raise CampaignError("各条目都没有可以列入的机构，请核对领域、级别和排除情形。")
    _insert(ListedInstitution, _listed(campaign, candidates))
    _insert(Task, iter(tasks))
    facts = {"tasks": len(tasks), "excluded": len(candidates) - len(tasks)}
    return transitions.move(
        campaign, "list", by=approval.confirmed_by, facts=facts, dispatched_at=tasks[0].dispatched_at
    )


def _candidates(campaign: Campaign) -> list[Candidate]:
    """By line, county and name, so that the tasks of a county are numbered on."""
    plan = build_sheet(campaign, draw_code="listing", day=timezone.localdate())
    if problems := preview_sheet(campaign, plan).errors:
        raise PlanNotReady([problem.text for problem in problems], step="列入")
    found = plan.candidates.values()
    return sorted(found, key=lambda each: (each.line.position, each.line.pk, each.county, each.name, each.pk))


def _tasks(campaign: Campaign, candidates: list[Candidate]) -> Iterator[Task]:
    maker, now = TaskMaker(campaign), timezone.now()
    for each in candidates:
        if not each.excluded:
            task = maker.listed(each.line, each.pk, each.county)
            task.state, task.dispatched_at = TaskState.DISPATCHED, now
            yield task


def _listed(campaign: Campaign, candidates: list[Candidate]) -> Iterator[ListedInstitution]:
    for each in candidates:
        yield ListedInstitution(campaign=campaign, line=each.line, institution_id=each.pk, excluded=each.excluded)


def _insert(model: type[ListedInstitution] | type[Task], rows: Iterator[ListedInstitution] | Iterator[Task]) -> None:
    while batch := list(islice(rows, ROWS_PER_INSERT)):
        model._default_manager.bulk_create(batch)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class ListedLine:
    """One line's figures: how many were considered, listed, and left out by reason, most first."""

    line: PlanLine
    considered: int
    listed: int
    excluded: tuple[tuple[str, int], ...]


def listed_lines(campaign: Campaign) -> list[ListedLine]:
    """Every line in order, also one in which nobody was found."""
    counted: dict[int, Counter[str]] = {}
    for line, reason in campaign.listed.order_by().values_list("line_id", "excluded"):
        counted.setdefault(line, Counter())[reason] += 1
    return [_figures(line, counted.get(line.pk, Counter())) for line in campaign.lines.order_by("position", "pk")]


def _figures(line: PlanLine, reasons: Counter[str]) -> ListedLine:
    excluded = tuple((reason, count) for reason, count in reasons.most_common() if reason)
    return ListedLine(line, reasons.total(), reasons[""], excluded)
