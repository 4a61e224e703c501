import pytest

from accounts.models import AuditEvent, Role
from campaigns import approvals, declaring, notices, substituting
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Cause, Declaration, Draw, RecusalDecision, Task, TeamMember
from campaigns.states import TaskState
from inspectors.models import ConflictOfInterest
from institutions.models import Institution
from tests.campaigns import datong
from tests.factories import accounts, inspectors

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_postgres]


@pytest.fixture(scope="module")
def dispatched(module_world) -> int:
    datong.pool()
    datong.officers()
    return datong.dispatched().pk


@pytest.fixture
def draw(dispatched) -> Draw:
    return Draw.objects.get(pk=dispatched)


def task_of(draw: Draw) -> Task:
    return Task.objects.filter(draw=draw, line__code="vehicle").order_by("number")[0]


def first_member(draw: Draw) -> TeamMember:
    return task_of(draw).members.order_by("position")[0]


def ask_recusal(member: TeamMember) -> TeamMember:
    return declaring.declare(member, Declaration.RECUSAL, words="配偶在该机构任职", by=datong.officer())


def test_member_declares_no_conflict_dated_and_audited(draw):
    member = first_member(draw)
    member.inspector.user = accounts.user("inspector-1", Role.INSPECTOR, at=datong.CITY)
    member.inspector.save()

    declared = declaring.declare(member, Declaration.NONE, by=member.inspector.user)

    member.refresh_from_db()
    assert (member.declaration, member.declared_by) == (Declaration.NONE, member.inspector.user)
    assert (member.declared_at is not None, declared.is_declared_by_another) == (True, False)
    event = AuditEvent.objects.get(action="campaigns.declare")
    assert (event.actor, event.facts) == (member.inspector.user, {"task": member.task.number})


def test_declaration_entered_for_somebody_says_so(draw):
    assert declaring.declare(first_member(draw), Declaration.NONE, by=datong.officer()).is_declared_by_another


def test_recusal_needs_words(draw):
    with pytest.raises(CampaignError, match="须说明"):
        declaring.declare(first_member(draw), Declaration.RECUSAL, words=" ", by=datong.officer())
    assert first_member(draw).declaration == ""


def test_who_declared_no_conflict_may_still_ask_for_recusal(draw):
    member = first_member(draw)
    declaring.declare(member, Declaration.NONE, by=datong.officer())

    assert ask_recusal(member).is_open_recusal


def test_open_recusal_is_not_taken_back_or_asked_twice(draw):
    member = ask_recusal(first_member(draw))

    for declaration in Declaration:
        with pytest.raises(WrongState, match="请等牵头单位决定"):
            declaring.declare(member, declaration, words="再说明", by=datong.officer())
    member.refresh_from_db()
    assert member.declaration_words == "配偶在该机构任职"


def test_rejected_recusal_stays_with_its_dated_answer(draw):
    member = declaring.reject_recusal(ask_recusal(first_member(draw)), words="已于三年前离职", by=datong.approver())

    assert (member.declaration, member.decision) == (Declaration.RECUSAL, RecusalDecision.REJECTED)
    assert (member.decision_words, member.decided_by, member.decided_at is not None) == (
        "已于三年前离职",
        datong.approver(),
        True,
    )
    with pytest.raises(WrongState, match="不必再声明"):
        declaring.declare(member, Declaration.NONE, by=datong.officer())


def test_rejected_recusal_is_asked_for_again_with_new_words(draw):
    member = declaring.reject_recusal(ask_recusal(first_member(draw)), words="理由不足", by=datong.approver())

    again = declaring.declare(member, Declaration.RECUSAL, words="本人持有该机构股份", by=datong.officer())

    assert (again.is_open_recusal, again.decision, again.decided_at) == (True, "", None)


def test_recusal_is_rejected_with_words_and_only_when_it_is_open(draw):
    member = first_member(draw)
    with pytest.raises(WrongState, match="没有待决定的回避申请"):
        declaring.accept_recusal(member, by=datong.approver())
    ask_recusal(member)

    with pytest.raises(CampaignError, match="须写明理由"):
        declaring.reject_recusal(member, words="", by=datong.approver())


def test_nobody_decides_on_the_own_recusal(draw):
    member = first_member(draw)
    member.inspector.user = datong.approver()
    member.inspector.save()
    ask_recusal(member)

    with pytest.raises(CampaignError, match="须由另一人决定"):
        declaring.reject_recusal(member, words="不必", by=datong.approver())


def test_conflict_recorded_since_the_freeze_forbids_to_declare_none(draw):
    member = first_member(draw)
    inspectors.conflict(member.inspector, member.task.institution)

    with pytest.raises(CampaignError, match="近亲属关系"):
        declaring.declare(member, Declaration.NONE, by=datong.officer())
    with pytest.raises(CampaignError, match="近亲属关系"):
        datong.declared(draw.campaign)
    assert not TeamMember.objects.exclude(declaration="").exists()


def test_conflicts_of_a_team_are_those_with_its_institution_or_county(draw):
    member, other, third = task_of(draw).members.order_by("position")[:3]
    elsewhere = Institution.objects.exclude(county=member.task.institution.county)[0]
    county = inspectors.conflict(member.inspector, None, county=member.task.institution.county)
    inspectors.conflict(other.inspector, elsewhere)
    inspectors.conflict(
        third.inspector, member.task.institution, decision=ConflictOfInterest.Decision.REJECTED,
        decided_at="2025-09-02T00:00Z",
    )  # fmt: skip

    members = task_of(draw).members.select_related("task__institution")
    assert declaring.conflicts_of(members) == {member.pk: county}


def test_whole_campaign_is_declared_at_once_but_for_recusals(draw):
    member = ask_recusal(first_member(draw))
    members = TeamMember.objects.count()

    assert datong.declared(draw.campaign) == members - 1
    assert datong.declared(draw.campaign) == 0

    assert set(TeamMember.objects.exclude(pk=member.pk).values_list("declaration", flat=True)) == {Declaration.NONE}
    member.refresh_from_db()
    assert member.is_open_recusal
    assert AuditEvent.objects.filter(action="campaigns.declare_team").count() == Task.objects.count()


def test_notice_waits_for_every_declaration_and_names_who_is_missing(draw):
    task = task_of(draw)
    first, *others = task.members.order_by("position")
    for member in others[1:]:
        declaring.declare(member, Declaration.NONE, by=datong.officer())
    ask_recusal(first)

    with pytest.raises(CampaignError) as refused:
        notices.issue_notice(task, by=datong.officer())

    task.refresh_from_db()
    assert str(refused.value) == (
        f"任务 {task.number} 还不能通知：{others[0]}尚未作回避声明；{first}申请回避，还没有办结。"
    )
    assert task.state == TaskState.DISPATCHED


def test_notice_is_issued_once_a_recusal_is_rejected(draw):
    member = ask_recusal(first_member(draw))
    datong.declared(draw.campaign)
    declaring.reject_recusal(member, words="理由不足", by=datong.approver())

    assert notices.issue_notice(member.task, by=datong.officer()).task == member.task


def test_notice_waits_for_the_substitution_of_an_accepted_recusal(draw):
    member = ask_recusal(first_member(draw))
    datong.declared(draw.campaign)
    declaring.accept_recusal(member, by=datong.approver())
    with pytest.raises(CampaignError, match="还没有办结"):
        notices.issue_notice(member.task, by=datong.officer())

    proposed = substituting.propose_member(member, cause=Cause.CONFLICT, reason="准予回避", by=datong.officer())
    substituting.substitute(approvals.mark_confirmed(proposed, by=datong.approver()))
    with pytest.raises(CampaignError, match="尚未作回避声明"):
        notices.issue_notice(member.task, by=datong.officer())
    datong.declared(draw.campaign)

    assert notices.issue_notice(member.task, by=datong.officer()).task == member.task
