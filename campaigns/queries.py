"""Reads that span models: where a campaign stands, what is next, who carries how much."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from campaigns.contributing import phase_of, what_is_missing
from campaigns.models import Campaign, Draw, LineAgreement, Stage, Task, TeamMember
from campaigns.remarks import open_objections
from campaigns.states import RAIL, CampaignState
from jobs.models import Job

CURRENT_STAGE = {
    CampaignState.DRAFT: 0,
    CampaignState.NEGOTIATING: 1,
    CampaignState.FROZEN: 3,
    CampaignState.DRAWN: 4,
    CampaignState.DISPATCHED: 5,
}
STAGE_KINDS = {5: Stage.Kind.ON_SITE, 6: Stage.Kind.FOLLOW_UP}


@dataclass(frozen=True, slots=True)
class RailStage:
    """One mark of the rail. `blocker` says what holds the campaign up there and who can help."""

    name: str
    state: Literal["done", "current", "todo", "blocked"]
    dates: str = ""
    blocker: str = ""
    url: str = ""


def rail(campaign: Campaign) -> list[RailStage]:
    waiting = waiting_for(campaign)
    current = CURRENT_STAGE[CampaignState(campaign.state)]
    if campaign.state == CampaignState.NEGOTIATING and not waiting:
        current = 2
    return [_rail_stage(campaign, index, current, waiting) for index in range(len(RAIL))]


def _rail_stage(campaign: Campaign, index: int, current: int, waiting: str) -> RailStage:
    is_blocked = index == current and bool(waiting)
    state: Literal["done", "current", "todo", "blocked"] = "todo"
    if index <= current:
        state = "done" if index < current else "blocked" if is_blocked else "current"
    return RailStage(RAIL[index], state, _dates(campaign, index), waiting if is_blocked else "", _url(campaign, index))


def _url(campaign: Campaign, index: int) -> str:
    if RAIL[index] in {"冻结", "抽取"} and campaign.frozen_at:
        return reverse("campaigns:draw", args=[campaign.pk])
    return ""


def _dates(campaign: Campaign, index: int) -> str:
    moments = {2: campaign.frozen_at, 3: campaign.drawn_at, 4: campaign.dispatched_at}
    if moment := moments.get(index):
        return f"{moment:%m-%d}"
    stages = [stage for stage in campaign.stages.all() if stage.kind == STAGE_KINDS.get(index)]
    if not stages:
        return ""
    return f"{'原则上 ' if stages[-1].is_soft else ''}{stages[-1].ends_on:%m-%d} 前"


def waiting_for(campaign: Campaign) -> str:
    """What the campaign waits for and from whom; empty when the lead can go on."""
    if campaign.state == CampaignState.NEGOTIATING:
        return _open_agreements(campaign)
    if campaign.state == CampaignState.FROZEN:
        return _open_draw(campaign)
    return ""


def _open_draw(campaign: Campaign) -> str:
    draw = campaign.draws.counting().get(kind="main")
    words = []
    if missing := what_is_missing(draw):
        words.append(f"等待{phase_of(draw).value}：{'、'.join(str(each) for each in missing)}")
    if draw.objections_until and timezone.now() < draw.objections_until:
        words.append(f"异议期到 {timezone.localtime(draw.objections_until - timedelta(seconds=1)):%m-%d} 结束")
    if count := open_objections(draw):
        words.append(f"{count} 件异议等待牵头单位答复")
    return "；".join(words)


def _open_agreements(campaign: Campaign) -> str:
    rows = LineAgreement.objects.filter(line__campaign=campaign).exclude(state=LineAgreement.State.AGREED)
    found = [(row.state, row.bureau.name, row.line.title) for row in rows.select_related("bureau", "line")]
    objections = [f"{bureau}（{line}）" for state, bureau, line in found if state == LineAgreement.State.OBJECTED]
    pending = sorted({bureau for state, bureau, _ in found if state == LineAgreement.State.PENDING})
    words = []
    if objections:
        words.append(f"有异议：{'、'.join(objections)}，请牵头单位撤回修改或与其商定")
    if pending:
        words.append(f"等待回复：{'、'.join(pending)}")
    return "；".join(words)


def open_job(campaign: Campaign, kind: str) -> Job | None:
    """The campaign's freeze or draw that is still under way."""
    return Job.objects.open().filter(key=job_key(campaign, kind)).first()


def latest_job(campaign: Campaign, kind: str) -> Job | None:
    return Job.objects.filter(key=job_key(campaign, kind)).order_by("-pk").first()


def job_key(campaign: Campaign, kind: str) -> str:
    return f"{kind}:{campaign.pk}"


@dataclass(frozen=True, slots=True)
class LineProgress:
    """One line's figures once it is drawn."""

    title: str
    drawn: int
    allotted: int
    notified: int


def progress_by_line(campaign: Campaign) -> list[LineProgress]:
    rows = campaign.lines.annotate(
        drawn=Count("tasks", filter=Q(tasks__mode="drawn"), distinct=True),
        allotted=Count("tasks", filter=Q(tasks__mode="allotted"), distinct=True),
        notified=Count("tasks", filter=Q(tasks__state="notified"), distinct=True),
    )
    return [LineProgress(line.title, line.drawn, line.allotted, line.notified) for line in rows.order_by("position")]


@dataclass(frozen=True, slots=True)
class CountyShare:
    code: str
    name: str
    tasks: int


def tasks_by_county(campaign: Campaign, user: User) -> list[CountyShare]:
    """How many of the tasks this user sees lie in each county, counties with none left out."""
    tasks = Task.objects.visible_to(user).filter(campaign=campaign).order_by()
    rows = tasks.values_list("institution__county_id", "institution__county__name")
    counted = Counter(rows)
    return [CountyShare(code, name, count) for (code, name), count in sorted(counted.items())]


@dataclass(frozen=True, slots=True)
class Load:
    """How many tasks one person carries in a campaign."""

    name: str
    bureau: str
    role: str
    tasks: int


def load_by_person(campaign: Campaign) -> list[Load]:
    """Most tasks first; people without a task are left out."""
    members = TeamMember.objects.filter(task__campaign=campaign).select_related("inspector__bureau", "expert")
    counted = Counter((member.person, member.get_role_display()) for member in members)
    loads = [
        Load(person.name, getattr(getattr(person, "bureau", None), "short_name", "专家库"), role, count)
        for (person, role), count in counted.items()
    ]
    return sorted(loads, key=lambda load: (-load.tasks, load.bureau, load.name))


def excluded_by_reason(draw: Draw) -> list[tuple[str, str, int]]:
    """(line code, reason, how many) of the frozen entries that take no part."""
    rows = draw.frozen_institutions.exclude(excluded="").values_list("line_code", "excluded")
    counted = rows.annotate(number=Count("pk")).order_by("line_code", "-number", "excluded")
    return list(counted)


def manifest_text(draw: Draw) -> str:
    return json.dumps({"manifest": draw.manifest, "commitment": draw.commitment}, ensure_ascii=False, indent=1)
