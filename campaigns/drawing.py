"""Running the draw: transcript, tasks and teams in one transaction, exactly once."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from campaigns import draw as engine
from campaigns import publiclog, transitions
from campaigns.errors import CampaignError
from campaigns.freezing import ROWS_PER_INSERT, frozen_rules, frozen_sheet
from campaigns.large import is_large
from campaigns.large.pool import DatabasePool
from campaigns.models import (
    Act,
    AllottedInstitution,
    Approval,
    Draw,
    DrawnInstitution,
    DrawTranscript,
    LogEvent,
    PlanLine,
    Task,
    TeamMember,
)
from campaigns.phases import open_objections, phase_of, what_is_missing
from campaigns.sheets import plan_lines
from campaigns.states import DRAW_STEPS, DrawState
from campaigns.tasking import Seats, TaskMaker
from institutions.bulk import refresh_statistics
from institutions.models import Institution

Progress = Callable[[str, int, int], None]


def run_draw(approval: Approval, *, progress: Progress | None = None) -> Draw:
    """Draw from what was frozen and contributed, and create the tasks; a second call returns the first one's draw.

    First the seed is stored, in a transaction of its own. From then on the result depends on stored rows alone, so a
    run that dies half-way and is run again gives the same result.
    """
    draw = _seal(approval)
    if draw.state == DrawState.DRAWN:
        return draw
    return _store(draw, compute(draw, progress=progress), by=approval.confirmed_by)


def compute(draw: Draw, *, substitutions: Sequence[object] = (), progress: Progress | None = None) -> dict[str, Any]:
    """The transcript from what is stored; of a large draw without its institutions (campaigns/transcripts.py)."""
    options: dict[str, Any] = {
        "secret": bytes.fromhex(draw.secret.value),
        "frozen_at": draw.manifest["frozen_at"],
        "contributions": _values(draw),
        "substitutions": substitutions,
        "progress": progress,
    }
    if is_large(draw):
        return engine.run_over(DatabasePool(draw), frozen_rules(draw), **options)
    return engine.run(frozen_sheet(draw), **options)


@transaction.atomic
def _seal(approval: Approval) -> Draw:
    """The seed, from the stored contributions and secret, written once; the draw as it is then."""
    agreed = approval.confirmed_draw(Act.DRAW)
    draw = (
        Draw.objects.select_for_update(of=("self",), no_key=True).select_related("campaign", "secret").get(pk=agreed.pk)
    )
    if draw.state == DrawState.DRAWN or draw.is_sealed:
        return draw
    transitions.check_source(DRAW_STEPS["draw"], draw.state)
    check_drawable(draw)
    draw.seed = engine.make_seed(draw.commitment, _values(draw), bytes.fromhex(draw.secret.value))
    Draw.objects.filter(pk=draw.pk, seed="").update(seed=draw.seed)
    return draw


def check_drawable(draw: Draw) -> None:
    """Raises CampaignError with what the draw still waits for."""
    publiclog.check_trusted()
    if missing := what_is_missing(draw):
        reached = phase_of(draw).value
        raise CampaignError(f"还不能抽取，正在{reached}，等待：{'、'.join(str(each) for each in missing)}。")
    if draw.objections_until and timezone.now() < draw.objections_until:
        raise CampaignError(f"异议期到 {draw.last_day_of_objections} 结束，之后才能抽取。")
    if count := open_objections(draw):
        raise CampaignError(f"还有 {count} 件异议没有答复，请先处理。")


def _values(draw: Draw) -> dict[str, str]:
    return dict(draw.contributions.values_list("source", "value"))


@transaction.atomic
def _store(draw: Draw, transcript: dict[str, Any], *, by: User) -> Draw:
    campaign = transitions.locked(draw.campaign)
    draw = Draw.objects.select_for_update(of=("self",), no_key=True).get(pk=draw.pk)
    draw.campaign = campaign
    if draw.state == DrawState.DRAWN:
        return draw
    transitions.check_source(DRAW_STEPS["draw"], draw.state)
    if (transcript["commitment"], transcript["seed"]) != (draw.commitment, draw.seed):
        raise CampaignError("冻结内容与承诺摘要不符，已停止抽取。请通知系统管理员和监督人员。")
    DrawTranscript.objects.create(draw=draw, text=engine.dump(transcript))
    institutions = _institutions_of(draw, transcript["result"])
    _store_result(draw, transcript["result"], institutions)
    digest = hashlib.sha256(engine.canonical(transcript["result"])).hexdigest()
    transitions.mark_drawn(draw, result_digest=digest, by=by)
    tasks = create_tasks(draw, transcript["result"], institutions)
    facts = {"draw": draw.code, "result": digest, "tasks": tasks}
    if draw.is_supplement:
        audit.record("campaigns.draw_supplement", campaign, by=by, facts=facts)
    else:
        transitions.move(campaign, "draw", by=by, facts=facts, drawn_at=draw.drawn_at)
    publiclog.append(draw, LogEvent.DRAWN, result=digest)
    return draw


def _institutions_of(draw: Draw, result: dict[str, Any]) -> dict[str, int]:
    """The rows behind the ids of a result, drawn or in reserve."""
    cells = [cell for line in result["lines"] for cell in line["cells"]]
    ids = iter({row["id"] for cell in cells for row in (*cell["drawn"], *cell["reserve"])})
    found: dict[str, int] = {}
    while some := list(islice(ids, ROWS_PER_INSERT)):
        rows = draw.frozen_institutions.filter(identifier__in=some)
        found.update(rows.order_by().values_list("identifier", "institution_id"))
    return found


def _store_result(draw: Draw, result: dict[str, Any], institutions: dict[str, int]) -> None:
    rows = iter(_result_rows(draw, result, institutions))
    while batch := list(islice(rows, ROWS_PER_INSERT)):
        DrawnInstitution.objects.bulk_create(batch)


def _result_rows(draw: Draw, result: dict[str, Any], institutions: dict[str, int]) -> Iterator[DrawnInstitution]:
    for line in result["lines"]:
        for cell in line["cells"]:
            for is_reserve, rows in ((False, cell["drawn"]), (True, cell["reserve"])):
                for rank, row in enumerate(rows, start=1):
                    yield DrawnInstitution(
                        draw=draw,
                        institution_id=institutions[row["id"]],
                        line_code=line["code"],
                        cell=cell["cell"],
                        rank=rank,
                        tier=row["tier"],
                        ticket=row["ticket"],
                        is_reserve=is_reserve,
                    )


def create_tasks(draw: Draw, result: dict[str, Any], institutions: dict[str, int]) -> int:
    """A task with its team for every drawn institution, and one for its county for every received one that was
    not drawn (同市监认证〔2025〕92号: 其余按照属地分配给各县区). Returns how many."""
    lines = {line.code: line for line in plan_lines(draw.campaign)}
    maker = TaskMaker(draw.campaign)
    homes = dict(_homes(institutions.values()))
    tasks: dict[str, Task] = {}
    for team in result["teams"]:
        pk = institutions[team["institution"]]
        line = lines[team["line"]]
        tasks[team["institution"]] = maker.drawn(draw, line, pk, homes[pk], unfilled=team["unfilled"])
    drawn = {institutions[identifier] for identifier in tasks}
    left = [] if draw.is_supplement else list(_left_to_counties(draw, drawn, lines, maker))
    Task.objects.bulk_create([*tasks.values(), *left], batch_size=ROWS_PER_INSERT)
    seats = Seats(draw, tasks)
    members = [row for team in result["teams"] for row in seats.rows(tasks[team["institution"]], team)]
    TeamMember.objects.bulk_create(members, batch_size=ROWS_PER_INSERT)
    refresh_statistics(DrawnInstitution, Task, TeamMember, rows=len(tasks) + len(left))
    return len(tasks) + len(left)


def _homes(pks: Iterable[int]) -> Iterator[tuple[int, str]]:
    """The county of each institution."""
    remaining = iter(pks)
    while some := list(islice(remaining, ROWS_PER_INSERT)):
        yield from Institution.objects.filter(pk__in=some).order_by().values_list("pk", "county_id")


def _left_to_counties(draw: Draw, drawn: set[int], lines: dict[str, PlanLine], maker: TaskMaker) -> Iterator[Task]:
    """Received but not drawn."""
    received = AllottedInstitution.objects.filter(campaign=draw.campaign, is_received=True)
    rows = draw.frozen_institutions.filter(institution__in=received.values("institution"))
    frozen = dict(rows.order_by().values_list("institution_id", "line_code"))
    for allotted in received.exclude(institution__in=drawn).select_related("institution"):
        code = frozen.get(allotted.institution_id)
        yield maker.allotted(lines[code] if code else next(iter(lines.values())), allotted.institution)
