from pathlib import Path

import pytest

from campaigns import transitions
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Campaign, LineAgreement
from campaigns.states import CAMPAIGN_STEPS, DRAW_STEPS, TASK_STEPS, CampaignState, DrawState, TaskState
from tests.campaigns import datong

pytestmark = pytest.mark.django_db


def negotiating() -> Campaign:
    datong.pool(vehicle=3, eco=2, food=2)
    datong.officers()
    return datong.agreed(datong.planned())


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
    campaign = negotiating()

    transitions.withdraw(campaign, by=datong.officer())

    assert LineAgreement.objects.count() == 0


def test_objection_needs_words():
    campaign = transitions.propose(datong.planned(), by=datong.officer())
    agreement = LineAgreement.objects.filter(line__campaign=campaign).first()

    with pytest.raises(CampaignError, match="提出异议须写明理由"):
        transitions.answer(agreement, agrees=False, words=" ", by=datong.liaison(agreement.bureau_id))


def test_answers_are_closed_after_the_freeze():
    campaign = datong.freeze(negotiating()).campaign
    agreement = LineAgreement.objects.filter(line__campaign=campaign).first()

    with pytest.raises(WrongState):
        transitions.answer(agreement, agrees=False, words="不同意", by=datong.liaison(agreement.bureau_id))


def test_architecture_draws_the_same_states():
    text = (Path(__file__).resolve().parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")

    words = [f"{state.label} {state.value}" for state in (*CampaignState, *DrawState, *TaskState)]
    arrows = [f"──{step}──" for step in (*CAMPAIGN_STEPS, *DRAW_STEPS, *TASK_STEPS)]
    assert [word for word in words + arrows if word not in text] == []
