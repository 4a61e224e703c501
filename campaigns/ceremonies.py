"""The draw as it is told while it happens: what is asked now, how far the work is, what came out.

Everything is read from stored rows, so whoever looks later, or again, sees the same.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass

from django.utils import timezone

from campaigns import large
from campaigns.models import Act, ApprovalState, Contribution, Draw, Task
from campaigns.phases import Phase, open_objections, phase_from
from campaigns.queries import job_key
from campaigns.states import DrawState
from campaigns.tasks import PHASES
from jobs.models import Job, JobState

MOST_IN_A_COLUMN = 12

WAITING = {
    Phase.COMMIT: "等待各方承诺",
    Phase.PUBLIC: "各方已承诺，等待公开数值产生",
    Phase.REVEAL: "公开数值已产生，等待各方揭示",
}


@dataclass(frozen=True, slots=True)
class Seal:
    """One source. `state`: open (nothing given yet), sealed, shown, refused."""

    label: str
    is_public: bool
    state: str
    value: str
    origin: str
    commitment: str


@dataclass(frozen=True, slots=True)
class WorkPhase:
    """One phase of the computation; `done` and `total` are the engine's own figures."""

    words: str
    state: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class DrawnRow:
    rank: int
    name: str
    county: str
    team: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """`reserves` is how many stand by; their names are shown to nobody before they are needed."""

    title: str
    rows: tuple[DrawnRow, ...]
    reserves: int


@dataclass(frozen=True, slots=True)
class Ceremony:
    """All that changes on the screen while a draw goes on.

    `step`: commit, public, reveal, objections (the period runs, or one is open), ready, proposed, running, failed,
    drawn, void.
    """

    step: str
    words: str
    note: str
    seals: tuple[Seal, ...]
    work: tuple[WorkPhase, ...] = ()
    lines: tuple[DrawnLine, ...] = ()
    result_digest: str = ""

    @property
    def is_over(self) -> bool:
        return self.step in {"drawn", "void"}

    @property
    def is_many(self) -> bool:
        """Too many rows for one column of large type."""
        return sum(len(line.rows) for line in self.lines) > MOST_IN_A_COLUMN

    @property
    def seconds(self) -> int:
        """How soon to look again."""
        return 1 if self.step in {"running", "proposed"} else 3

    @property
    def version(self) -> str:
        """Changes with anything that is shown."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def ceremony_of(draw: Draw) -> Ceremony:
    rows = list(draw.contributions.select_related("bureau"))
    seals = tuple(_seal(row) for row in rows)
    if draw.state == DrawState.VOID:
        return Ceremony("void", "本次抽取已作废", draw.void_reason, seals, result_digest=draw.result_digest)
    if draw.state == DrawState.DRAWN:
        at = f"{timezone.localtime(draw.drawn_at):%Y-%m-%d %H:%M:%S}"
        return Ceremony("drawn", "抽取完成", at, seals, lines=_drawn_lines(draw), result_digest=draw.result_digest)
    if (job := job_of(draw)) and job.is_open:
        return Ceremony("running", "正在抽取", "", seals, work=_work(job, draw))
    return Ceremony(*_step(draw, rows, job), seals)


def _step(draw: Draw, rows: list[Contribution], job: Job | None) -> tuple[str, str, str]:
    """The step, its words, and a smaller line below them."""
    phase = phase_from(rows)
    if phase != Phase.COMPLETE:
        return phase.name.lower(), WAITING[phase], _until(draw) if phase == Phase.REVEAL else ""
    if draw.objections_until and timezone.now() < draw.objections_until:
        return "objections", "随机数已齐，等待异议期结束", f"异议期到 {draw.last_day_of_objections} 结束，之后抽取"
    if count := open_objections(draw):
        return "objections", f"还有 {count} 件异议没有答复", "答复以后才能抽取"
    if draw.approvals.waiting().filter(act=Act.DRAW).exists():
        return "proposed", "已提请抽取", "等待负责人审批"
    if job and job.state == JobState.FAILED:
        return "failed", "抽取没有完成", job.error
    return "ready", "随机数已齐，可以抽取", ""


def _until(draw: Draw) -> str:
    moment = timezone.localtime(draw.reveal_until) if draw.reveal_until else None
    return f"截止 {moment:%m月%d日 %H:%M}，到时仍未揭示的，本次抽取作废并公开其名称" if moment else ""


def _seal(row: Contribution) -> Seal:
    state = "sealed" if row.commitment else "open"
    if row.value:
        state = "shown"
    elif row.refused_at:
        state = "refused"
    return Seal(row.label, row.is_public, state, row.value, row.origin, row.commitment)


def _work(job: Job, draw: Draw) -> tuple[WorkPhase, ...]:
    """The phases before the job's present one are done, those after it are still to come."""
    phases = [words for phase, words in PHASES.items() if phase != "front" or large.is_large(draw)]
    current = phases.index(job.message) if job.message in phases else -1
    named = [words.removeprefix("正在") for words in phases]
    return tuple(
        WorkPhase(words, "current", job.done, job.total)
        if index == current
        else WorkPhase(words, "done" if index < current else "todo")
        for index, words in enumerate(named)
    )


def _drawn_lines(draw: Draw) -> tuple[DrawnLine, ...]:
    drawn = list(draw.drawn_institutions.select_related("institution__county"))
    reserves = Counter(row.line_code for row in drawn if row.is_reserve)
    teams = _teams(draw)
    return tuple(
        DrawnLine(
            line["title"],
            tuple(
                DrawnRow(row.rank, row.institution.name, row.institution.county.name, teams.get(row.institution_id, ()))
                for row in drawn
                if row.line_code == line["code"] and not row.is_reserve
            ),
            reserves[line["code"]],
        )
        for line in draw.manifest["lines"]
    )


def _teams(draw: Draw) -> dict[int, tuple[str, ...]]:
    """Names by institution, in the order of the places."""
    tasks = Task.objects.filter(draw=draw).prefetch_related("members__inspector", "members__expert")
    return {task.institution_id: tuple(member.person.name for member in task.members.all()) for task in tasks}


def job_of(draw: Draw) -> Job | None:
    """The latest work on this very draw (one key serves all draws of a campaign)."""
    approvals = draw.approvals.filter(act=Act.DRAW, state=ApprovalState.CONFIRMED).values_list("pk", flat=True)
    jobs = Job.objects.filter(key=job_key(draw.campaign, "campaigns.draw"))
    return jobs.filter(parameters__approval__in=list(approvals)).order_by("-pk").first()
