"""Every step of a campaign from every state: it moves and is recorded once, or is refused and changes nothing."""

from collections.abc import Iterator

import pytest

from accounts.models import AuditEvent
from campaigns import transitions
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Campaign, Draw
from campaigns.states import CAMPAIGN_STEPS, CampaignState
from tests.campaigns import datong
from tests.worlds import kept_for_a_module

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


@pytest.fixture(scope="module")
def campaign(request, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Campaign]:
    """In the state, with or without a draw, of the parameter; made once for all steps from there."""
    state, draws_lots = request.param
    with kept_for_a_module(django_db_blocker, tmp_path_factory.mktemp("media")):
        yield campaign_in(state, draws_lots=draws_lots)


def moves() -> int:
    return AuditEvent.objects.filter(action__in=[f"campaigns.{step}" for step in CAMPAIGN_STEPS]).count()


@pytest.mark.parametrize("campaign", [(state, True) for state in CampaignState], indirect=True, ids=str)
@pytest.mark.parametrize("step", CAMPAIGN_STEPS)
def test_every_step_from_every_state_moves_and_is_recorded_once_or_changes_nothing(step, campaign):
    moves_or_changes_nothing(step, Campaign.objects.get(pk=campaign.pk), impossible=WITHOUT_A_DRAW)


@pytest.mark.parametrize("campaign", [(state, False) for state in STATES_WITHOUT_A_DRAW], indirect=True, ids=str)
@pytest.mark.parametrize("step", CAMPAIGN_STEPS)
def test_every_step_of_a_campaign_without_a_draw(step, campaign):
    moves_or_changes_nothing(step, Campaign.objects.get(pk=campaign.pk), impossible=OF_A_DRAW)


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
