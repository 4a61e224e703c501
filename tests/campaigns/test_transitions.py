from itertools import product
from pathlib import Path

import pytest

from accounts.models import AuditEvent
from campaigns import transitions
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Campaign, Draw, LineAgreement
from campaigns.states import CAMPAIGN_STEPS, DRAW_STEPS, TASK_STEPS, CampaignState, DrawState, TaskState
from tests.campaigns import datong

pytestmark = pytest.mark.django_db


def main_draw(campaign: Campaign) -> Draw:
    found = campaign.draws.counting().first()
    if found is None:
        raise WrongState("还没有冻结")
    return found


ACTS = {
    "propose": lambda campaign: transitions.propose(campaign, by=datong.officer()),
    "withdraw": lambda campaign: transitions.withdraw(campaign, by=datong.officer()),
    "list": datong.list_all,
    "freeze": datong.freeze,
    "draw": lambda campaign: datong.run(main_draw(campaign)),
    "dispatch": lambda campaign: transitions.dispatch(campaign, by=datong.officer()),
    "void": lambda campaign: datong.void(main_draw(campaign)),
}
AGAIN = {("dispatch", CampaignState.DISPATCHED)}
"""Legal only when a supplementary draw has brought new tasks."""


OF_A_DRAW, WITHOUT_A_DRAW = frozenset({"freeze", "draw", "void"}), frozenset({"list"})
STATES_WITHOUT_A_DRAW = (CampaignState.DRAFT, CampaignState.NEGOTIATING, CampaignState.DISPATCHED)


def campaign_in(state: CampaignState, *, draws_lots: bool = True) -> Campaign:
    datong.pool(vehicle=3, eco=2, food=2)
    datong.officers()
    campaign = datong.planned() if draws_lots else datong.everybody()
    if state == CampaignState.DRAFT:
        return campaign
    campaign = datong.agreed(campaign)
    if state == CampaignState.NEGOTIATING:
        return campaign
    if not draws_lots:
        return datong.list_all(campaign)
    draw = datong.freeze(campaign)
    datong.contribute(draw)
    if state in {CampaignState.DRAWN, CampaignState.DISPATCHED}:
        datong.run(draw)
    if state == CampaignState.DISPATCHED:
        transitions.dispatch(campaign, by=datong.officer())
    return Campaign.objects.get(pk=campaign.pk)


def moves() -> int:
    return AuditEvent.objects.filter(action__in=[f"campaigns.{step}" for step in CAMPAIGN_STEPS]).count()


@pytest.mark.parametrize(("step", "state"), list(product(CAMPAIGN_STEPS, CampaignState)))
def test_every_step_from_every_state_moves_and_is_recorded_once_or_changes_nothing(step, state):
    moves_or_changes_nothing(step, campaign_in(state), impossible=WITHOUT_A_DRAW)


@pytest.mark.parametrize(("step", "state"), list(product(CAMPAIGN_STEPS, STATES_WITHOUT_A_DRAW)))
def test_every_step_of_a_campaign_without_a_draw(step, state):
    moves_or_changes_nothing(step, campaign_in(state, draws_lots=False), impossible=OF_A_DRAW)


def moves_or_changes_nothing(step: str, campaign: Campaign, *, impossible: frozenset[str]) -> None:
    """`impossible`: steps that no state of such a campaign allows."""
    before, state = moves(), CampaignState(campaign.state)

    try:
        ACTS[step](campaign)
    except CampaignError:
        moved = False
    else:
        moved = True

    legal = state in CAMPAIGN_STEPS[step].sources and (step, state) not in AGAIN and step not in impossible
    assert moved == legal
    assert Campaign.objects.get(pk=campaign.pk).state == (CAMPAIGN_STEPS[step].target if legal else state)
    assert moves() - before == int(legal)


def test_task_is_notified_only_once_it_is_dispatched():
    datong.pool(vehicle=3, eco=2, food=2)
    datong.officers()
    draw = datong.drawn()
    task = draw.tasks.first()

    with pytest.raises(WrongState, match="当前状态为“待派发”，不能通知"):
        transitions.notify(task, by=datong.officer())

    assert TASK_STEPS["notify"].sources == (TaskState.DISPATCHED,)
    assert draw.tasks.first().state == TaskState.PENDING


def test_withdrawing_lets_all_answers_lapse():
    campaign = campaign_in(CampaignState.NEGOTIATING)

    transitions.withdraw(campaign, by=datong.officer())

    assert LineAgreement.objects.count() == 0


def test_objection_needs_words():
    campaign = transitions.propose(datong.planned(), by=datong.officer())
    agreement = LineAgreement.objects.filter(line__campaign=campaign).first()

    with pytest.raises(CampaignError, match="提出异议须写明理由"):
        transitions.answer(agreement, agrees=False, words=" ", by=datong.liaison(agreement.bureau_id))


def test_answers_are_closed_after_the_freeze():
    campaign = campaign_in(CampaignState.FROZEN)
    agreement = LineAgreement.objects.filter(line__campaign=campaign).first()

    with pytest.raises(WrongState):
        transitions.answer(agreement, agrees=False, words="不同意", by=datong.liaison(agreement.bureau_id))


def test_architecture_draws_the_same_states():
    text = (Path(__file__).resolve().parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")

    words = [f"{state.label} {state.value}" for state in (*CampaignState, *DrawState, *TaskState)]
    arrows = [f"──{step}──" for step in (*CAMPAIGN_STEPS, *DRAW_STEPS, *TASK_STEPS)]
    assert [word for word in words + arrows if word not in text] == []
