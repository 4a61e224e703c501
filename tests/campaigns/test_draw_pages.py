"""The draw's pages: what each person is asked for, what a second person reads, what the projector shows."""


import pytest
from django.urls import reverse

from campaigns import approvals
from campaigns.models import Act, Approval, Draw
from tests.campaigns import datong

pytestmark = pytest.mark.django_db


@pytest.fixture
def draw() -> Draw:
    datong.pool()
    datong.officers()
    return datong.frozen()


@pytest.fixture
def read(client):
    """`read(user, "campaigns:draw", pk)`: the text of what this user gets."""

    def fetch(user, name, *args, query=""):
        client.force_login(user)
        response = client.get(reverse(name, args=args) + query)
        assert response.status_code == 200
        return response.content.decode()

    return fetch


def test_pages_of_every_phase_render(draw, read):
    for step in (None, datong.commit, datong.enter_public, datong.reveal, datong.run):
        if step:
            step(draw)
        for user in (datong.officer(), datong.supervisor(), datong.liaison(datong.POLICE)):
            read(user, "campaigns:draw", draw.campaign_id)
        read(datong.officer(), "campaigns:ceremony", draw.pk)
        read(datong.supervisor(), "campaigns:ceremony_state", draw.pk)


def test_every_proposal_renders_for_both_and_the_supervisor(draw, read):
    datong.contribute(draw)
    first = approvals.propose_act(draw.campaign, Act.DRAW, draw=draw, by=datong.officer())
    second = approvals.propose_act(draw.campaign, Act.VOID, draw=draw, by=datong.officer(), reason="名录有误")
    freeze = Approval.objects.get(act=Act.FREEZE)
    for approval in (first, second, freeze):
        for user in (datong.officer(), datong.approver(), datong.supervisor()):
            read(user, "campaigns:approval", approval.pk)
    read(datong.officer(), "campaigns:void", draw.pk)
