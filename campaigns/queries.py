"""Reads that span models: where a campaign stands, what is next, who carries how much."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from campaigns.models import (
    ADDED_MODES,
    Act,
    Approval,
    Campaign,
    Cause,
    Draw,
    FrozenInspector,
    LineAgreement,
    Stage,
    Substitution,
    SubstitutionKind,
    Task,
    TaskMode,
    TeamMember,
)
from campaigns.models.tasks import ENDED_STATES
from campaigns.phases import open_objections, phase_of, what_is_missing
from campaigns.states import RAIL, RAIL_WITHOUT_DRAW, CampaignState
from inspectors.models import Expert, Inspector
from jobs.models import Job

CURRENT_STAGE = {
    CampaignState.DRAFT: "计划",
    CampaignState.NEGOTIATING: "协商",
    CampaignState.FROZEN: "抽取",
    CampaignState.DRAWN: "派发",
    CampaignState.DISPATCHED: "检查",
}
STAGE_KINDS = {"检查": Stage.Kind.ON_SITE, "处置": Stage.Kind.FOLLOW_UP}


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
    names = RAIL if campaign.draws_lots else RAIL_WITHOUT_DRAW
    current = names.index(CURRENT_STAGE[CampaignState(campaign.state)])
    if campaign.state == CampaignState.NEGOTIATING and not waiting:
        current += 1
    return [_rail_stage(campaign, name, index - current, waiting) for index, name in enumerate(names)]


def _rail_stage(campaign: Campaign, name: str, ahead: int, waiting: str) -> RailStage:
    """`ahead`: how many stages after the current one, negative for those that are over."""
    is_blocked = ahead == 0 and bool(waiting)
    state: Literal["done", "current", "todo", "blocked"] = "todo"
    if ahead <= 0:
        state = "done" if ahead < 0 else "blocked" if is_blocked else "current"
    return RailStage(name, state, _dates(campaign, name), waiting if is_blocked else "", _url(campaign, name))


def _url(campaign: Campaign, name: str) -> str:
    if name in {"冻结", "抽取"} and campaign.frozen_at:
        return reverse("campaigns:draw", args=[campaign.pk])
    if name == "列入" and campaign.has_tasks:
        return reverse("campaigns:listing", args=[campaign.pk])
    return ""


def _dates(campaign: Campaign, name: str) -> str:
    at = campaign.dispatched_at
    moments = {"冻结": campaign.frozen_at, "抽取": campaign.drawn_at, "派发": at, "列入": at}
    if moment := moments.get(name):
        return f"{moment:%m-%d}"
    stages = [stage for stage in campaign.stages.all() if stage.kind == STAGE_KINDS.get(name)]
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
        words.append(f"异议期到 {draw.last_day_of_objections:%m-%d} 结束")
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
    """One line's figures once it is drawn, or listed."""

    pk: int
    title: str
    drawn: int
    allotted: int
    whole: int
    added: int
    notified: int


def progress_by_line(campaign: Campaign) -> list[LineProgress]:
    stands = ~Q(tasks__state__in=ENDED_STATES)
    rows = campaign.lines.annotate(
        drawn=Count("tasks", filter=stands & Q(tasks__mode="drawn"), distinct=True),
        allotted=Count("tasks", filter=stands & Q(tasks__mode="allotted"), distinct=True),
        whole=Count("tasks", filter=stands & Q(tasks__mode__in=ADDED_MODES, tasks__addition=None), distinct=True),
        added=Count("tasks", filter=stands & Q(tasks__addition__isnull=False), distinct=True),
        notified=Count("tasks", filter=Q(tasks__state="notified"), distinct=True),
    )
    return [
        LineProgress(line.pk, line.title, line.drawn, line.allotted, line.whole, line.added, line.notified)
        for line in rows.order_by("position")
    ]


@dataclass(frozen=True, slots=True)
class CountyShare:
    code: str
    name: str
    tasks: int


def tasks_by_county(campaign: Campaign, user: User) -> list[CountyShare]:
    """How many of the tasks this user sees lie in each county, counties with none left out."""
    tasks = Task.objects.visible_to(user).live().filter(campaign=campaign).order_by()
    rows = tasks.values_list("institution__county_id", "institution__county__name")
    counted = Counter(rows)
    return [CountyShare(code, name, count) for (code, name), count in sorted(counted.items())]


@dataclass(frozen=True, slots=True)
class Load:
    """How many tasks one person carries in a campaign; `places`: the pk of one place held, by the code of each draw
    in which somebody else can still take it."""

    name: str
    bureau: str
    role: str
    tasks: int
    places: dict[str, int]


def load_by_person(campaign: Campaign) -> list[Load]:
    """Most tasks first; people without a task are left out."""
    members = TeamMember.objects.filter(task__in=campaign.tasks.live())
    seats: defaultdict[tuple[Inspector | Expert, str], list[TeamMember]] = defaultdict(list)
    for member in members.select_related("task__draw", "inspector__bureau", "expert"):
        seats[member.person, member.get_role_display()].append(member)
    loads = [
        Load(
            name=person.name,
            bureau=getattr(getattr(person, "bureau", None), "short_name", "专家库"),
            role=role,
            tasks=len(held),
            places={draw.code: member.pk for member in held if (draw := member.task.draw) and not draw.disclosed_at},
        )
        for (person, role), held in seats.items()
    ]
    return sorted(loads, key=lambda load: (-load.tasks, load.bureau, load.name))


def manifest_text(draw: Draw) -> str:
    return json.dumps({"manifest": draw.manifest, "commitment": draw.commitment}, ensure_ascii=False, indent=1)


@dataclass(frozen=True, slots=True)
class ReplacedShare:
    """Of the drawn targets that one bureau is to see to, how many were replaced, and how often it asked for it."""

    bureau: str
    targets: int
    replaced: int
    proposed: int

    @property
    def share(self) -> float:
        """In per cent."""
        return 100 * self.replaced / self.targets if self.targets else 0.0


def replaced_by_bureau(campaign: Campaign) -> list[ReplacedShare]:
    """Largest share first; targets are those first drawn, by the bureau of their county. Void draws do not count."""
    counting = Q(draw__in=campaign.draws.counting())
    tasks = campaign.tasks.filter(counting, mode=TaskMode.DRAWN, entered_through__isnull=True).order_by()
    targets = Counter(_seen_to_by(tasks))
    replaced = Counter(_seen_to_by(campaign.tasks.filter(counting, replaced_through__isnull=False).order_by()))
    asked = Approval.objects.filter(counting, campaign=campaign, act=Act.SUBSTITUTE).order_by()
    institutions = asked.filter(parameters__request__kind="institution")
    proposed = Counter(institutions.values_list("proposed_by__bureau__short_name", flat=True))
    names = sorted({*targets, *replaced, *proposed})
    rows = [ReplacedShare(name, targets[name], replaced[name], proposed[name]) for name in names]
    return sorted(rows, key=lambda row: (-row.share, row.bureau))


def _seen_to_by(tasks: QuerySet[Task]) -> list[str]:
    """The short name of the county's bureau of each task, or of who organises it."""
    names = Coalesce("assisting_bureau__short_name", "bureau__short_name")
    return list(tasks.values_list(names, flat=True))


def substitutions_of(draw: Draw) -> QuerySet[Substitution]:
    """In order, with all that a list of them names."""
    found = draw.substitutions.select_related("done_by", "task_out__institution", "task_in__institution")
    return found.prefetch_related("former_members__inspector", "former_members__expert")


def substitutions_of_task(task: Task) -> QuerySet[Substitution]:
    """Through which the task's institution entered or left."""
    found = Substitution.objects.filter(Q(task_out=task) | Q(task_in=task))
    return found.select_related("done_by", "task_out__institution", "task_in__institution")


def proposals_for_task(task: Task, members: Iterable[TeamMember]) -> list[tuple[str, Approval]]:
    """(in words, approval) of what waits: another institution, another member, a member's withdrawal."""
    code = task.institution.identifier
    waiting = task.campaign.approvals.waiting().filter(act=Act.SUBSTITUTE, draw=task.draw)
    people = {member.person.number: member.person.name for member in members}
    words = {code: "替换被检查机构"}
    words |= {f"{number}:{code}": f"替换检查组成员{name}" for number, name in people.items()}
    words |= {number: f"{name}退出本次检查" for number, name in people.items()}
    return [(words[each.subject], each) for each in waiting.select_related("proposed_by") if each.subject in words]


@dataclass(frozen=True, slots=True)
class AskedSubstitution:
    """What a proposal asks for, in words, and what came of it. Who would enter is known to nobody before."""

    kind: str
    cause: str
    person: str
    institution: str
    places: int
    task: Task | None
    done: Substitution | None
    refusal: str


def asked_substitution(approval: Approval) -> AskedSubstitution:
    request, draw = approval.parameters["request"], cast("Draw", approval.draw)
    kind = SubstitutionKind(request["kind"])
    code = request["out"] if kind == SubstitutionKind.INSTITUTION else request.get("institution", "")
    institution = draw.frozen_institutions.filter(identifier=code).select_related("institution").first()
    people = draw.frozen_inspectors.select_related("inspector", "expert")
    person = None if kind == SubstitutionKind.INSTITUTION else people.get(identifier=request["out"])
    job = Job.objects.filter(kind="campaigns.substitute", parameters__approval=approval.pk).order_by("-pk").first()
    done = Substitution.objects.filter(approval=approval).select_related("task_in__institution").first()
    return AskedSubstitution(
        kind=kind.label,
        cause=Cause(approval.parameters["cause"]).label,
        person=str(person.inspector or person.expert) if person else "",
        institution=institution.institution.name if institution else "",
        places=_places(draw, person) if person else 0,
        task=draw.tasks.filter(institution=institution.institution).last() if institution else None,
        done=done,
        refusal=job.error if job and not done else "",
    )


def _places(draw: Draw, person: FrozenInspector) -> int:
    """How many teams of the draw the person sits in now."""
    seats = TeamMember.objects.filter(task__in=draw.tasks.live())
    return seats.filter(inspector=person.inspector, expert=person.expert).count()
