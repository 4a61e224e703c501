"""Substitution: whoever cannot be inspected or cannot come is replaced by rule, never by choice (protocol section 6).

One person proposes with a cause, another confirms, and the engine computes who enters from what was frozen and drawn.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.models import User
from campaigns import draw as engine
from campaigns import drawing, publiclog, transcripts, transitions
from campaigns.approvals import propose_act
from campaigns.errors import CampaignError, WrongState
from campaigns.evidence import check_evidence
from campaigns.models import (
    INSTITUTION_CAUSES,
    PERSON_CAUSES,
    Act,
    Approval,
    Cause,
    Draw,
    FormerMember,
    LogEvent,
    Substitution,
    SubstitutionKind,
    Task,
    TaskMode,
    TeamMember,
)
from campaigns.models.tasks import ENDED_STATES
from campaigns.states import DrawState, TaskState
from campaigns.tasking import Seats, TaskMaker
from inspectors.models import Expert, Inspector
from institutions.models import Institution

WORDS = {
    "not_in_draw": "该机构现在不在抽取名单中，可能已被替换。",
    "not_in_team": "该人员现在不在该机构的检查组中，可能已被替换。",
    "no_such_inspector": "该人员不在本次抽取冻结的检查人员名录中。",
    "already_withdrawn": "该人员已退出本次检查。",
    "no_reserve": "按规则没有可以递补的机构。需要增加检查对象的，请办理补充抽取。",
}
"""What the engine refuses, in words. None of them names a reserve."""
MOVED_ASIDE = 1000
"""More than any team has places."""


class Overtaken(Exception):
    """Another substitution of the draw was stored while this one was being computed."""


def propose_institution(
    task: Task, *, cause: Cause, reason: str, evidence: tuple[str, bytes] | None = None, by: User
) -> Approval:
    """Propose that another institution takes the place of the task's."""
    draw = draw_of(task)
    out = institution_id_in(draw, task)
    request = {"kind": "institution", "out": out}
    return _propose(draw, request, subject=out, cause=cause, reason=reason, evidence=evidence, by=by)


def propose_member(
    member: TeamMember, *, cause: Cause, reason: str, evidence: tuple[str, bytes] | None = None, by: User
) -> Approval:
    """Propose that somebody else takes this person's place in this one team."""
    draw = draw_of(member.task)
    person, institution = person_id_in(draw, member.person), institution_id_in(draw, member.task)
    request = {"kind": "inspector", "institution": institution, "out": person}
    subject = f"{person}:{institution}"
    return _propose(draw, request, subject=subject, cause=cause, reason=reason, evidence=evidence, by=by)


def propose_withdrawal(
    draw: Draw,
    person: Inspector | Expert,
    *,
    cause: Cause,
    reason: str,
    evidence: tuple[str, bytes] | None = None,
    by: User,
) -> Approval:
    """Propose that this person leaves all teams of the draw."""
    check_substitutable(draw)
    out = person_id_in(draw, person)
    request = {"kind": "withdrawal", "out": out}
    return _propose(draw, request, subject=out, cause=cause, reason=reason, evidence=evidence, by=by)


def _propose(
    draw: Draw,
    request: dict[str, str],
    *,
    subject: str,
    cause: Cause,
    reason: str,
    evidence: tuple[str, bytes] | None,
    by: User,
) -> Approval:
    causes = INSTITUTION_CAUSES if request["kind"] == SubstitutionKind.INSTITUTION else PERSON_CAUSES
    if cause not in causes:
        raise CampaignError("请选择替换原因。")
    if not reason.strip():
        raise CampaignError("请说明情况。")
    if evidence:
        check_evidence(*evidence)
    # Only the cause's own words become public with the transcript: the explanation may name people.
    parameters = {"request": request | {"reason": str(Cause(cause).label)}, "cause": str(cause)}
    return propose_act(
        draw.campaign,
        Act.SUBSTITUTE,
        draw=draw,
        subject=subject,
        parameters=parameters,
        reason=reason,
        evidence=evidence,
        by=by,
    )


def draw_of(task: Task) -> Draw:
    """The draw that brought the task in, if something can still be replaced in it."""
    if task.draw is None:
        raise CampaignError("上级分配的任务没有经过本级抽取，不能按抽取规则替换；请向分配任务的单位报告。")
    if task.state in ENDED_STATES:
        raise WrongState(f"任务{task.get_state_display()}，不能再替换。")
    check_substitutable(task.draw)
    return task.draw


def check_substitutable(draw: Draw) -> None:
    """Raises CampaignError unless the draw is drawn, counts, and is not disclosed."""
    if draw.state == DrawState.VOID:
        raise WrongState("抽取已作废，不能替换。")
    if draw.state != DrawState.DRAWN:
        raise WrongState("还没有抽取，不能替换。")
    if draw.disclosed_at:
        raise WrongState("抽取全文已公开，候补次序已为人所知，不能再替换。")


def institution_id_in(draw: Draw, task: Task) -> str:
    """The id that the institution had when it was frozen."""
    return str(draw.frozen_institutions.values_list("identifier", flat=True).get(institution=task.institution_id))


def person_id_in(draw: Draw, person: Inspector | Expert) -> str:
    found = draw.frozen_inspectors.filter(**{_column(person): person.pk}).values_list("identifier", flat=True).first()
    if found is None:
        raise CampaignError(WORDS["no_such_inspector"])
    return found


def _column(person: Inspector | Expert) -> str:
    return "inspector" if isinstance(person, Inspector) else "expert"


def substitute(approval: Approval) -> Substitution:
    """Carry out what two people have decided; a second call returns the first one's substitution.

    Who enters is computed before anything is locked, from rows that never change; should another substitution be
    stored meanwhile, it is computed again.
    """
    draw = approval.confirmed_draw(Act.SUBSTITUTE)
    while True:
        if done := Substitution.objects.filter(approval=approval).first():
            return done
        try:
            return _store(approval, draw, _continued(approval, draw))
        except Overtaken:
            continue


def _continued(approval: Approval, draw: Draw) -> dict[str, Any]:
    """The draw's transcript with this substitution at its end."""
    check_substitutable(draw)
    transcript = transcripts.stored(draw)
    facts = (transcript["commitment"], engine.result_digest(transcript["result"]))
    if facts != (draw.commitment, draw.result_digest):
        raise CampaignError("抽取全文与已公布的摘要不符，已停止替换。请通知系统管理员和监督人员。")
    try:
        return _with_one_more(draw, transcript, approval.parameters["request"])
    except engine.SubstitutionRefused as refused:
        raise CampaignError(WORDS.get(refused.code, f"不能按规则替换：{refused}")) from refused
    except (engine.TranscriptRefused, engine.PoolDisagrees) as refused:
        raise CampaignError("抽取全文没有通过验证，已停止替换。请通知系统管理员和监督人员。") from refused


def _with_one_more(draw: Draw, transcript: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """A large draw is recomputed from its frozen rows, with all substitutions; what is stored must come out again."""
    if transcripts.APART in transcript:
        return engine.substitute(transcript, request)
    earlier = [
        {key: record[key] for key in ("kind", "institution", "out", "reason") if key in record}
        for record in transcript["substitutions"]
    ]
    computed = drawing.compute(draw, substitutions=[*earlier, request])
    *before, last = computed["substitutions"]
    if computed | {"substitutions": before} != transcript:
        raise engine.TranscriptRefused((), "does_not_verify", expected="the stored transcript", found="another")
    return {**transcript, "substitutions": [*before, last]}


@transaction.atomic
def _store(approval: Approval, draw: Draw, transcript: dict[str, Any]) -> Substitution:
    campaign = transitions.locked(approval.campaign)
    draw = Draw.objects.select_for_update(of=("self",), no_key=True).get(pk=draw.pk)
    draw.campaign = campaign
    if done := Substitution.objects.filter(approval=approval).first():
        return done
    check_substitutable(draw)
    number = len(transcript["substitutions"])
    if draw.substitutions.count() != number - 1:
        raise Overtaken
    digest = transcripts.digest_of(draw, transcript)
    done = _carry_out(approval, draw, transcript["substitutions"][-1], number=number, digest=digest)
    facts = {"campaign": campaign.number, "draw": draw.code, "number": number, "transcript": digest}
    audit.record("campaigns.substitute", done, by=approval.confirmed_by, facts=facts)
    publiclog.append(draw, LogEvent.SUBSTITUTED, number=number, transcript=digest)
    return done


def _carry_out(approval: Approval, draw: Draw, record: dict[str, Any], *, number: int, digest: str) -> Substitution:
    """Bring tasks and teams to what the record says; the teams it does not list stay as they are."""
    teams = {team["institution"]: team for team in record["teams"]}
    tasks = _locked_tasks(draw, {record["out"], *teams} if record["kind"] == SubstitutionKind.INSTITUTION else teams)
    task_out = task_in = None
    if record["kind"] == SubstitutionKind.INSTITUTION:
        task_out = transitions.replace(tasks[record["out"]], by=approval.confirmed_by)
        task_in = tasks[record["in"]] = _enter(draw, record["in"], teams[record["in"]], task_out, approval)
    done = Substitution.objects.create(
        draw=draw,
        number=number,
        approval=approval,
        kind=record["kind"],
        cause=approval.parameters["cause"],
        record=record,
        transcript_digest=digest,
        task_out=task_out,
        task_in=task_in,
        done_by=approval.confirmed_by,
        done_at=timezone.now(),
    )
    if task_out:
        _retire(task_out.members.all(), done)
    seats = Seats(draw, teams)
    for identifier, team in teams.items():
        _seat(tasks[identifier], seats.rows(tasks[identifier], team), done)
        Task.objects.filter(pk=tasks[identifier].pk).update(unfilled=team["unfilled"])
    return done


def _locked_tasks(draw: Draw, identifiers: Iterable[str]) -> dict[str, Task]:
    """The draw's live tasks of these institutions, by their ids in the draw."""
    frozen = draw.frozen_institutions.filter(identifier__in=list(identifiers))
    names = dict(frozen.values_list("institution_id", "identifier"))
    tasks = Task.objects.live().filter(draw=draw, institution__in=names).order_by("pk")
    locked = tasks.select_for_update(of=("self",), no_key=True).select_related("line")
    return {names[task.institution_id]: task for task in locked}


def _enter(draw: Draw, identifier: str, team: Mapping[str, Any], task_out: Task, approval: Approval) -> Task:
    """The entering institution's task: as far on its way as the one that left, and assisted by its own county."""
    institution = Institution.objects.get(pk=_institution_pk(draw, identifier))
    _end_county_task(draw, institution, approval.confirmed_by)
    maker = TaskMaker(draw.campaign)
    task = maker.drawn(draw, task_out.line, institution.pk, institution.county_id, unfilled=team["unfilled"])
    if task_out.dispatched_at:
        task.state, task.dispatched_at = TaskState.DISPATCHED, timezone.now()
    task.save(force_insert=True)
    return task


def _institution_pk(draw: Draw, identifier: str) -> int:
    return int(draw.frozen_institutions.values_list("institution_id", flat=True).get(identifier=identifier))


def _end_county_task(draw: Draw, institution: Institution, by: User) -> None:
    """What was left to the county because it was not drawn is now the draw's own."""
    tasks = Task.objects.live().filter(campaign=draw.campaign, institution=institution)
    for task in tasks.select_for_update(no_key=True):
        if task.mode == TaskMode.DRAWN:
            raise CampaignError("按规则应递补的机构已列入本次活动的另一次抽取，不能重复列入。请办理补充抽取。")
        transitions.replace(task, by=by)


def _retire(members: Iterable[TeamMember], substitution: Substitution) -> None:
    """Their places become history, with what they declared."""
    gone = list(members)
    kept = (
        "task_id", "role", "slot", "pool", "inspector_id", "expert_id", "declaration", "declaration_words",
        "declared_at", "decision", "decision_words", "decided_at",
    )  # fmt: skip
    FormerMember.objects.bulk_create(
        FormerMember(substitution=substitution, **{name: getattr(member, name) for name in kept}) for member in gone
    )
    TeamMember.objects.filter(pk__in=[member.pk for member in gone]).delete()


def _seat(task: Task, wanted: list[TeamMember], substitution: Substitution) -> None:
    """Who stays keeps the row and with it the declaration; who left becomes history; who is new gets a row."""
    present = {_person(member): member for member in task.members.all()}
    entering = []
    staying = []
    for row in wanted:
        member = present.pop(_person(row), None)
        if member is None:
            entering.append(row)
        else:
            staying.append(_moved(member, to=row))
    _retire(present.values(), substitution)
    task.members.update(position=F("position") + MOVED_ASIDE)  # two people may change places
    TeamMember.objects.bulk_update(staying, ["position", "role", "slot", "pool"])
    TeamMember.objects.bulk_create(entering)


def _person(member: TeamMember) -> tuple[int | None, int | None]:
    return member.inspector_id, member.expert_id


def _moved(member: TeamMember, *, to: TeamMember) -> TeamMember:
    member.position, member.role, member.slot, member.pool = to.position, to.role, to.slot, to.pool
    return member
