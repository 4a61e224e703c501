"""What may become public at all: never a practice; of other campaigns what they say themselves, special ones nothing unless
they say so (专项整治检查结果不对外公示); penalties as the law has it (双公示); of a task only what was concluded."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import Bureau
from campaigns.models import Campaign, CampaignKind, Draw, Task
from campaigns.states import DrawState, TaskState
from publications.errors import PublicationError
from publications.models import CreditRepair, PublishedPenalty, PublishedResult
from publications.states import OPEN_VERSIONS, RepairState, VersionState
from visits.codes import MeasureKind
from visits.models import Adoption, DepartmentResult, Measure, ResultVersion
from visits.states import MeasureState, ResultState

FINAL = (TaskState.CONCLUDED, TaskState.CLOSED)
PENALTIES = (
    MeasureKind.FINE, MeasureKind.CONFISCATION, MeasureKind.DISQUALIFICATION, MeasureKind.LICENCE_REVOCATION,
    MeasureKind.REVOCATION, MeasureKind.DEREGISTRATION, MeasureKind.DISHONEST_LIST, MeasureKind.INDUSTRY_BAN,
)  # fmt: skip
"""What is published as a penalty (双公示); the others stand with the result alone."""
DECIDED = (MeasureState.DECIDED, MeasureState.DONE)


def check_track(campaign: Campaign) -> None:
    if campaign.kind == CampaignKind.PRACTICE:
        raise PublicationError("演练的计划、名单和结果都不公示。")


def tells_results(campaign: Campaign) -> bool:
    return campaign.publishes_results and not campaign.is_practice


def check_plan(campaign: Campaign) -> None:
    check_track(campaign)
    if not campaign.publishes_plan:
        raise PublicationError("该活动的计划设置为不公示（见活动设置“公示抽查计划”）。")
    if not campaign.lines.all():
        raise PublicationError("该活动还没有计划条目，没有可以公示的内容。")


def check_results(campaign: Campaign) -> None:
    check_track(campaign)
    if not campaign.publishes_results:
        raise PublicationError("该活动的检查结果设置为不公示（见活动设置“公示检查结果”）。")


def check_drawn_list(draw: Draw) -> None:
    """The list follows the transcript: never before its time (campaigns/disclosure.py)."""
    check_track(draw.campaign)
    if not draw.campaign.publishes_drawn_list:
        raise PublicationError("该活动的抽取名单设置为不公示（见活动设置“公示抽取名单”）。")
    if draw.state == DrawState.VOID:
        raise PublicationError("该次抽取已作废，名单不公示。")
    if draw.disclosed_at is None:
        raise PublicationError("抽取全文还没有公开，名单不能先行公示，以免走漏。请在全文公开以后再办理。")


def publishable_tasks(campaign: Campaign) -> QuerySet[Task]:
    """Concluded as a whole, and on no result that is public or in the making."""
    return concluded(campaign.tasks.all()).exclude(Exists(_standing_results()))


def count_publishable(campaigns: Iterable[Campaign]) -> dict[int, int]:
    """Campaign → how many tasks `publishable_tasks` gives; those without any are left out."""
    tasks = concluded(Task.objects.filter(campaign__in=campaigns)).exclude(Exists(_standing_results()))
    return dict(tasks.order_by().values_list("campaign").annotate(Count("pk")))


def concluded(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Every department's result is final; or an adopted one is, where it comes from."""
    return tasks.filter(
        own_result() | Q(state=TaskState.ADOPTED, adoption__source__in=Task.objects.filter(own_result()))
    )


def own_result() -> Q:
    """Of tasks: those that have a result of their own, every department's final."""
    final = DepartmentResult.objects.filter(task=OuterRef("pk"))
    return Q(Exists(final), ~Exists(final.exclude(state=ResultState.FINAL)), state__in=FINAL)


def _standing_results() -> QuerySet[PublishedResult]:
    making = Q(version__state__in=OPEN_VERSIONS) | Q(version__state=VersionState.PUBLISHED)
    return PublishedResult.objects.filter(making, task=OuterRef("pk"))


def publishable_penalties(bureau: Bureau) -> QuerySet[Measure]:
    """Decided by this bureau, or in a campaign that it leads; not yet public, in the making, or repaired."""
    making = Q(version__state__in=OPEN_VERSIONS) | Q(version__state=VersionState.PUBLISHED)
    standing = PublishedPenalty.objects.filter(making, measure=OuterRef("pk"))
    own = Q(bureau=bureau) | Q(task__campaign__lead_bureau=bureau)
    found = Measure.objects.filter(own, kind__in=PENALTIES, state__in=DECIDED)
    found = found.exclude(task__campaign__kind=CampaignKind.PRACTICE).exclude(Exists(standing))
    return found.exclude(Exists(repairs()))


def repairs() -> QuerySet[CreditRepair]:
    """Granted ones of the measure in the query around."""
    return CreditRepair.objects.filter(measure=OuterRef("pk"), state=RepairState.GRANTED)


def amended_since(results: QuerySet[PublishedResult]) -> QuerySet[PublishedResult]:
    """Those whose task is being amended, or was concluded anew since the row was taken from it.

    Asked from the side of what changed: row by row it would take minutes for the 500,000 results of a province. A row is
    taken from what is concluded, no department joins later and nothing is removed: what is concluded anew is a second
    version, and a task without results of its own has adopted some."""
    rows = results.order_by()
    again = ("task__results__versions", "task__adoption__source__results__versions")
    parts = [rows.filter(**_concluded_after(path)) for path in again] + list(_unfinished(rows))
    return results.filter(pk__in=parts[0].values("pk").union(*(part.values("pk") for part in parts[1:])))


def _concluded_after(versions: str) -> dict[str, Any]:
    concluded = ResultVersion.Decision.CONCLUDED
    again = {f"{versions}__number__gt": 1, f"{versions}__decision": concluded}
    return again | {f"{versions}__decided_at__gt": F("taken_at")}


def _unfinished(rows: QuerySet[PublishedResult]) -> Iterator[QuerySet[PublishedResult]]:
    """Those whose tasks `concluded` would leave out."""
    yield rows.exclude(task__state__in=(*FINAL, TaskState.ADOPTED))
    own, ended = DepartmentResult.objects.filter(task=OuterRef("task")), rows.filter(task__state__in=FINAL)
    yield ended.filter(Exists(own.exclude(state=ResultState.FINAL)))
    yield ended.filter(task__adoption__isnull=False).exclude(Exists(own))
    source = Adoption.objects.filter(task=OuterRef("task"), source__in=Task.objects.filter(own_result()))
    yield rows.filter(task__state=TaskState.ADOPTED).exclude(Exists(source))
