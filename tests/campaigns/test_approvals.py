"""Two people for what cannot be taken back."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from campaigns import approvals, drawing, freezing, voiding
from campaigns.errors import CampaignError, NotConfirmed, WrongState
from campaigns.models import Act, Approval, ApprovalState, Campaign, Draw
from campaigns.states import CampaignState, DrawState
from jobs.models import Job
from jobs.running import run_job
from tests.campaigns import datong

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_postgres]
PASSWORD = "correct-horse-7"


@pytest.fixture
def campaign():
    datong.pool()
    datong.officers()
    return datong.agreed(datong.planned())


@pytest.fixture
def approver():
    found = datong.approver()
    found.set_password(PASSWORD)
    found.save()
    return found


def test_confirming_with_the_password_starts_the_act_for_a_worker(campaign, approver):
    proposal = approvals.propose_act(campaign, Act.FREEZE, by=datong.officer())

    approvals.confirm(proposal, password=PASSWORD, by=approver)
    run_job(Job.objects.get(kind="campaigns.freeze").pk)

    draw = Draw.objects.get()
    assert (draw.frozen_by, Approval.objects.get().draw) == (approver, draw)
    assert Campaign.objects.get().state == CampaignState.FROZEN


def test_a_wrong_password_confirms_nothing(campaign, approver):
    proposal = approvals.propose_act(campaign, Act.FREEZE, by=datong.officer())

    with pytest.raises(CampaignError, match="密码不正确"):
        approvals.confirm(proposal, password="wrong", by=approver)

    assert (Approval.objects.get().state, Job.objects.count()) == (ApprovalState.WAITING, 0)
    assert AuditEvent.objects.filter(action="accounts.sign_in_refused").count() == 1


def test_five_wrong_passwords_lock_even_the_right_one(campaign, approver):
    proposal = approvals.propose_act(campaign, Act.FREEZE, by=datong.officer())
    for _ in range(5):
        with pytest.raises(CampaignError):
            approvals.confirm(proposal, password="wrong", by=approver)

    with pytest.raises(CampaignError, match="10 分钟后再试"):
        approvals.confirm(proposal, password=PASSWORD, by=approver)


def test_nobody_confirms_the_own_proposal_not_even_in_the_database(campaign, approver):
    proposal = approvals.propose_act(campaign, Act.FREEZE, by=approver)

    with pytest.raises(CampaignError, match="须由另一人审批"):
        approvals.confirm(proposal, password=PASSWORD, by=approver)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.update(state="confirmed", decided_by=approver, decided_at=proposal.proposed_at)


def test_an_act_is_proposed_once_at_a_time(campaign):
    approvals.propose_act(campaign, Act.FREEZE, by=datong.officer())

    with pytest.raises(WrongState, match="正等待审批"):
        approvals.propose_act(campaign, Act.FREEZE, by=datong.approver())


def test_who_comes_second_is_told_who_was_faster(campaign, approver):
    proposal = approvals.propose_act(campaign, Act.FREEZE, by=datong.officer())
    approvals.decline(proposal, words="再核对名录", by=approver)

    with pytest.raises(WrongState, match=f"已退回，由{approver.name}处理"):
        approvals.confirm(proposal, password=PASSWORD, by=approver)


def test_declining_needs_words(campaign, approver):
    proposal = approvals.propose_act(campaign, Act.FREEZE, by=datong.officer())

    with pytest.raises(CampaignError, match="退回须写明理由"):
        approvals.decline(proposal, words=" ", by=approver)


@pytest.mark.parametrize(
    "act", [freezing.freeze_campaign, freezing.freeze_supplement, drawing.run_draw, voiding.void_draw]
)
def test_the_heart_takes_nothing_but_a_confirmed_approval_of_that_very_act(campaign, act):
    draw = datong.freeze(campaign)
    datong.contribute(draw)
    proposals = [
        approvals.propose_act(campaign, Act.DRAW, draw=draw, by=datong.officer()),
        Approval.objects.get(act=Act.FREEZE),
    ]
    before = (Draw.objects.count(), Draw.objects.get().state)

    for proposal in proposals:
        if not (act is freezing.freeze_campaign and proposal.act == Act.FREEZE):
            with pytest.raises(NotConfirmed):
                act(proposal)

    assert (Draw.objects.count(), Draw.objects.get().state) == before


def test_void_keeps_the_result_digest_and_cancels_the_tasks(campaign):
    draw = datong.freeze(campaign)
    datong.contribute(draw)
    done = datong.run(draw)

    voided = datong.void(done, reason="名录漏列机构")

    assert (voided.state, voided.result_digest, voided.void_reason) == (
        DrawState.VOID, done.result_digest, "名录漏列机构",
    )  # fmt: skip
    assert set(voided.tasks.values_list("state", flat=True)) == {"cancelled"}
    assert Campaign.objects.get().state == CampaignState.NEGOTIATING
