"""Substitutions against the engine: who enters is what the protocol computes, and rows follow the transcript."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from campaigns import allotment, approvals, declaring, disclosing, substituting
from campaigns import draw as engine
from campaigns.errors import CampaignError, NotConfirmed, WrongState
from campaigns.freezing import freeze_supplement
from campaigns.models import (
    Act,
    Approval,
    Cause,
    Declaration,
    Draw,
    FormerMember,
    LogEntry,
    LogEvent,
    RecusalDecision,
    Substitution,
    Task,
    TaskMode,
    TeamMember,
)
from campaigns.notices import issue_notice
from campaigns.states import TaskState
from campaigns.transcripts import current_digest, current_transcript
from jobs.models import Job, JobState
from jobs.running import run_job
from tests.campaigns import datong
from tests.factories import inspectors

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_postgres]


@pytest.fixture(scope="module")
def dispatched(module_world) -> int:
    datong.pool()
    datong.officers()
    return datong.dispatched().pk


@pytest.fixture
def draw(dispatched) -> Draw:
    return Draw.objects.get(pk=dispatched)


def vehicle_task(draw: Draw) -> Task:
    return Task.objects.live().filter(draw=draw, line__code="vehicle").order_by("number")[0]


def confirmed(proposed: Approval) -> Approval:
    return approvals.mark_confirmed(proposed, by=datong.approver())


def propose_institution(task: Task) -> Approval:
    return substituting.propose_institution(
        task, cause=Cause.CLOSED, reason="大门上锁，邻居称已停业", by=datong.officer()
    )


def propose_member(member: TeamMember, cause: Cause = Cause.ILLNESS) -> Approval:
    return substituting.propose_member(member, cause=cause, reason="住院", by=datong.officer())


def propose_withdrawal(draw: Draw, person) -> Approval:
    return substituting.propose_withdrawal(draw, person, cause=Cause.LEAVE, reason="挂职", by=datong.officer())


def replace_institution(task: Task) -> Substitution:
    return substituting.substitute(confirmed(propose_institution(task)))


def seats(task: Task) -> list[tuple[int, int, str, str]]:
    """(position, slot, pool, person's number)."""
    return [(each.position, each.slot, each.pool, each.person.number) for each in task.members.order_by("position")]


def teams(draw: Draw) -> dict[str, tuple[list, list]]:
    """Institution's code → members and gaps of its live task."""
    tasks = Task.objects.live().filter(draw=draw).select_related("institution")
    return {task.institution.identifier: (seats(task), task.unfilled) for task in tasks}


def teams_as_transcribed(draw: Draw) -> dict[str, tuple[list, list]]:
    """What the result and the substitutions since say, team by team."""
    transcript = current_transcript(draw)
    found = {team["institution"]: team for team in transcript["result"]["teams"]}
    for record in transcript["substitutions"]:
        if record["kind"] == "institution":
            del found[record["out"]]
        found |= {team["institution"]: team for team in record["teams"]}
    return {
        key: (
            [(n, each["slot"], each["pool"], each["inspector"]) for n, each in enumerate(team["members"])],
            team["unfilled"],
        )
        for key, team in found.items()
    }


def test_institution_is_replaced_by_the_first_reserve_of_its_cell(draw):
    task = vehicle_task(draw)
    line = current_transcript(draw)["result"]["lines"][0]
    reserve = line["cells"][0]["reserve"][0]["id"]

    done = replace_institution(task)

    task.refresh_from_db()
    entered = done.task_in
    assert (task.state, done.task_out, entered.institution.identifier) == (TaskState.REPLACED, task, reserve)
    assert (entered.state, entered.number, entered.line) == (TaskState.DISPATCHED, "140200-2025-92-T005", task.line)
    assert (entered.mode, entered.draw, entered.bureau_id) == (TaskMode.DRAWN, draw, datong.CITY)
    assert entered.assisting_bureau_id == f"scjg:{entered.institution.county_id}"
    assert (done.number, done.kind, done.cause, done.record["reason"]) == (1, "institution", "closed", "已停业关闭")
    assert engine.verify(current_transcript(draw)) is None
    assert teams(draw) == teams_as_transcribed(draw)


def test_old_team_of_a_replaced_institution_stays_in_its_history(draw):
    datong.declared(draw.campaign)
    task = vehicle_task(draw)
    sat = [number for *_, number in seats(task)]

    done = replace_institution(task)

    former = FormerMember.objects.filter(task=task)
    assert [each.person.number for each in former] == sat
    assert {(each.declaration, each.substitution_id) for each in former} == {(Declaration.NONE, done.pk)}
    assert task.members.count() == 0
    assert set(done.task_in.members.values_list("declaration", flat=True)) == {""}


def test_notified_institution_is_replaced_and_keeps_its_notice(draw):
    datong.declared(draw.campaign)
    task = vehicle_task(draw)
    notice = issue_notice(task, by=datong.officer())

    done = replace_institution(task)

    notice.refresh_from_db()
    assert (notice.task, done.task_out.state) == (task, TaskState.REPLACED)
    assert (done.task_in.state, hasattr(done.task_in, "notice")) == (TaskState.DISPATCHED, False)


def test_member_is_replaced_in_this_team_alone(draw):
    datong.declared(draw.campaign)
    task = vehicle_task(draw)
    before = teams(draw)
    member = task.members.get(position=0)
    others = set(task.members.exclude(pk=member.pk).values_list("pk", "declaration"))

    done = substituting.substitute(confirmed(propose_member(member)))

    assert (done.kind, done.record["out"], done.record["unfilled"]) == ("inspector", member.person.number, 0)
    assert (done.task_out, done.task_in) == (None, None)
    assert engine.verify(current_transcript(draw)) is None
    assert teams(draw) == teams_as_transcribed(draw)
    changed = {key for key, team in teams(draw).items() if team != before[key]}
    assert changed == {team["institution"] for team in done.record["teams"]}
    assert others <= set(task.members.values_list("pk", "declaration"))
    assert [each.person for each in FormerMember.objects.filter(task=task)] == [member.person]


def test_person_who_withdraws_leaves_every_team_of_the_draw(draw):
    person = TeamMember.objects.filter(task__draw=draw).order_by("pk")[0].person
    tasks = set(Task.objects.filter(members__inspector=person).values_list("pk", flat=True))

    done = substituting.substitute(confirmed(propose_withdrawal(draw, person)))

    assert done.kind == "withdrawal"
    assert not TeamMember.objects.filter(inspector=person).exists()
    assert set(FormerMember.objects.filter(inspector=person).values_list("task", flat=True)) == tasks
    assert engine.verify(current_transcript(draw)) is None
    assert teams(draw) == teams_as_transcribed(draw)


def test_many_substitutions_after_one_another_still_verify(draw):
    for number in range(1, 4):
        member = vehicle_task(draw).members.order_by("position")[0]
        substituting.substitute(confirmed(propose_member(member)))
        if number == 2:
            replace_institution(vehicle_task(draw))

    assert list(draw.substitutions.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert engine.verify(current_transcript(draw)) is None
    assert teams(draw) == teams_as_transcribed(draw)
    assert draw.substitutions.last().transcript_digest == current_digest(draw)


def test_second_run_of_the_same_approval_gives_the_first_ones_substitution(draw):
    approval = confirmed(propose_institution(vehicle_task(draw)))
    first = substituting.substitute(approval)
    events, tasks = AuditEvent.objects.count(), Task.objects.count()

    assert substituting.substitute(approval) == first
    assert (draw.substitutions.count(), AuditEvent.objects.count(), Task.objects.count()) == (1, events, tasks)


def test_substitution_overtaken_by_another_is_computed_again(draw, monkeypatch):
    slow = confirmed(propose_institution(vehicle_task(draw)))
    fast = confirmed(propose_member(Task.objects.get(draw=draw, line__code="eco").members.order_by("position")[0]))
    compute, runs = substituting._continued, []

    def overtaken(approval: Approval, of: Draw) -> dict:
        transcript = compute(approval, of)
        runs.append(approval)
        if runs == [slow]:
            substituting.substitute(fast)
        return transcript

    monkeypatch.setattr(substituting, "_continued", overtaken)

    done = substituting.substitute(slow)

    assert (runs, done.number) == ([slow, fast, slow], 2)
    assert engine.verify(current_transcript(draw)) is None
    assert teams(draw) == teams_as_transcribed(draw)


def test_only_what_two_people_decided_is_carried_out(draw):
    waiting = propose_institution(vehicle_task(draw))
    other = datong.approved(draw.campaign, Act.SUPPLEMENT, parameters={"lines": {"eco": 1}}, reason="补充")

    for approval in (waiting, other):
        with pytest.raises(NotConfirmed):
            substituting.substitute(approval)
    with pytest.raises(CampaignError, match="提请人不能审批"):
        approvals.mark_confirmed(waiting, by=datong.officer())
    assert Substitution.objects.count() == 0


def test_the_same_is_proposed_once_at_a_time(draw):
    task = vehicle_task(draw)
    propose_institution(task)

    with pytest.raises(WrongState, match="正等待审批"):
        propose_institution(task)


def test_log_tells_number_and_digest_and_nothing_else(draw):
    done = replace_institution(vehicle_task(draw))

    entry = LogEntry.objects.get(event=LogEvent.SUBSTITUTED)
    assert entry.facts == {"number": 1, "transcript": done.transcript_digest}
    assert entry.facts["transcript"] == current_digest(draw)


def test_audit_names_nobody(draw):
    done = replace_institution(vehicle_task(draw))

    event = AuditEvent.objects.get(action="campaigns.substitute")
    assert event.facts == {
        "campaign": draw.campaign.number, "draw": draw.code, "number": 1, "transcript": done.transcript_digest,
    }  # fmt: skip


def test_substitution_and_former_members_are_never_changed(draw):
    done = replace_institution(vehicle_task(draw))

    for rows in (Substitution.objects.filter(pk=done.pk), FormerMember.objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(draw=draw) if rows.model is Substitution else rows.update(pool="x")
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)


def refuse(draw: Draw, approval: Approval, words: str) -> None:
    before = (teams(draw), Task.objects.count(), LogEntry.objects.count(), AuditEvent.objects.count())
    with pytest.raises(CampaignError, match=words):
        substituting.substitute(approval)
    assert (teams(draw), Task.objects.count(), LogEntry.objects.count(), AuditEvent.objects.count()) == before
    assert not Substitution.objects.filter(approval=approval).exists()


def test_member_who_left_meanwhile_is_not_replaced_twice(draw):
    task = vehicle_task(draw)
    member = task.members.order_by("position")[0]
    waiting = confirmed(propose_member(member))
    substituting.substitute(confirmed(propose_withdrawal(draw, member.person)))

    refuse(draw, waiting, "现在不在该机构的检查组中")


def test_person_withdraws_once(draw):
    person = TeamMember.objects.filter(task__draw=draw).order_by("pk")[0].person
    first, second = confirmed(propose_withdrawal(draw, person)), confirmed(propose_withdrawal(draw, person))
    substituting.substitute(first)

    refuse(draw, second, "已退出本次检查")


def test_person_who_was_not_frozen_cannot_withdraw(draw):
    with pytest.raises(CampaignError, match="不在本次抽取冻结的检查人员名录中"):
        propose_withdrawal(draw, inspectors.inspector())


def test_nothing_is_replaced_once_the_draw_is_disclosed(draw):
    task = vehicle_task(draw)
    waiting = confirmed(propose_institution(task))
    disclosing.disclose_draw(draw, by=datong.approver(), today=disclosing.first_day(draw))

    refuse(draw, waiting, "抽取全文已公开")
    task = Task.objects.select_related("draw").get(pk=task.pk)
    with pytest.raises(WrongState, match="抽取全文已公开"):
        propose_institution(task)


def test_nothing_is_replaced_in_a_void_draw(draw):
    task = vehicle_task(draw)
    waiting = confirmed(propose_institution(task))
    datong.void(draw)

    refuse(draw, Approval.objects.get(pk=waiting.pk), "抽取已作废")
    with pytest.raises(WrongState, match="任务已撤销"):
        propose_institution(Task.objects.get(pk=task.pk))


def received(count: int):
    """So many food laboratories from above, of which one is drawn and the others are their counties'; dispatched."""
    pool = datong.pool(food=count)
    datong.officers()
    campaign = datong.planned()
    allotment.receive(campaign, {each.pk: True for each in pool["food"]}, origin="省局", by=datong.officer())
    return datong.dispatched(campaign).campaign


@pytest.mark.parametrize(
    ("cause", "reason", "words"),
    [(Cause.ILLNESS, "关门", "请选择替换原因"), (Cause.CLOSED, "  ", "请说明情况")],
)
def test_proposal_needs_a_fitting_cause_and_words(draw, cause, reason, words):
    with pytest.raises(CampaignError, match=words):
        substituting.propose_institution(vehicle_task(draw), cause=cause, reason=reason, by=datong.officer())
    assert not Approval.objects.filter(act=Act.SUBSTITUTE).exists()


def test_explanation_stays_out_of_the_transcript(draw):
    replace_institution(vehicle_task(draw))

    assert "邻居" not in str(current_transcript(draw)["substitutions"])


def test_worker_carries_it_out_and_tells_a_refusal(draw):
    task = vehicle_task(draw)
    good = confirmed(propose_institution(task))
    late = confirmed(propose_member(task.members.order_by("position")[0]))
    ended = [
        run_job(
            Job.objects.create(kind="campaigns.substitute", owner=datong.approver(), parameters={"approval": pk}).pk
        )
        for pk in (good.pk, late.pk)
    ]

    assert [(job.state, job.error) for job in ended] == [
        (JobState.DONE, ""),
        (JobState.FAILED, "该机构现在不在抽取名单中，可能已被替换。"),
    ]
    assert ended[0].result == {"number": 1}


def test_accepted_recusal_is_kept_with_the_place_that_was_left(draw):
    member = vehicle_task(draw).members.order_by("position")[0]
    declaring.declare(member, Declaration.RECUSAL, words="配偶在该机构任职", by=datong.officer())
    declaring.accept_recusal(member, by=datong.approver())

    substituting.substitute(confirmed(propose_member(member, Cause.CONFLICT)))

    former = FormerMember.objects.get()
    assert (former.declaration, former.declaration_words) == (Declaration.RECUSAL, "配偶在该机构任职")
    assert (former.decision, former.decided_at is not None) == (RecusalDecision.ACCEPTED, True)


def test_institution_that_left_is_not_drawn_again_in_a_supplement(draw):
    gone = replace_institution(vehicle_task(draw)).task_out.institution
    more = datong.approved(draw.campaign, Act.SUPPLEMENT, parameters={"lines": {"vehicle": 1}}, reason="补充")
    supplement = freeze_supplement(more)

    assert supplement.frozen_institutions.get(institution=gone).excluded == "本次活动已列入"


def test_draw_of_which_somebody_was_notified_cannot_be_voided_after_the_replacement(draw):
    datong.declared(draw.campaign)
    task = vehicle_task(draw)
    issue_notice(task, by=datong.officer())
    replace_institution(task)

    with pytest.raises(CampaignError, match="已有机构收到检查通知书"):
        datong.void(draw)
