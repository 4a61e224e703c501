"""Commit, public value, reveal: in this order, once, and nothing but what was committed to."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from campaigns import contributing, drawing
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Campaign, Contribution, Draw, LogEntry
from campaigns.phases import Phase, phase_of
from campaigns.states import CampaignState, DrawState
from tests.campaigns import datong

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_postgres]


@pytest.fixture(scope="module")
def frozen(module_world) -> int:
    datong.pool()
    datong.officers()
    return datong.frozen().pk


@pytest.fixture
def draw(frozen) -> Draw:
    return Draw.objects.get(pk=frozen)


def sources(draw) -> list[Contribution]:
    return list(draw.contributions.all())


def test_draw_asks_for_commitments_then_the_public_value_then_reveals(draw):
    phases = [phase_of(draw)]
    for step in (datong.commit, datong.enter_public, datong.reveal):
        step(draw)
        phases.append(phase_of(draw))

    assert phases == [Phase.COMMIT, Phase.PUBLIC, Phase.REVEAL, Phase.COMPLETE]


@pytest.mark.parametrize("done", [0, 1, 2])
def test_a_step_out_of_turn_is_refused_and_changes_nothing(draw, done):
    for step in (datong.commit, datong.enter_public)[:done]:
        step(draw)
    first, public = sources(draw)[0], draw.contributions.get(kind="public")
    steps = {
        0: lambda: contributing.commit_value(first, commitment="0" * 64, by=datong.officer()),
        1: lambda: contributing.enter_public_value(
            public, value="1", origin="公告", occurred_at=timezone.now(), by=datong.officer()
        ),
        2: lambda: contributing.reveal_value(first, value=datong.value_of(first.source), by=datong.officer()),
    }
    before = list(draw.contributions.values())

    for number, step in steps.items():
        if number != done:
            with pytest.raises(WrongState):
                step()

    assert list(draw.contributions.values()) == before


def test_the_server_learns_no_value_before_it_is_revealed(draw):
    datong.commit(draw)

    assert [each.value for each in sources(draw)] == ["", "", ""]
    assert all(len(each.commitment) == 64 for each in sources(draw) if not each.is_public)


def test_a_value_other_than_the_committed_one_is_refused(draw):
    datong.commit(draw)
    datong.enter_public(draw)

    with pytest.raises(CampaignError, match="与此前公布的承诺摘要不符"):
        contributing.reveal_value(sources(draw)[0], value="另一个数", by=datong.officer())

    assert (sources(draw)[0].value, phase_of(draw)) == ("", Phase.REVEAL)


def test_a_public_value_that_existed_before_the_last_commitment_is_refused(draw):
    datong.commit(draw)
    public = draw.contributions.get(kind="public")

    for occurred_at, words in (
        (draw.frozen_at - timedelta(hours=1), "之后产生"),
        (timezone.now() + timedelta(hours=1), "还没有到"),
    ):
        with pytest.raises(CampaignError, match=words):
            contributing.enter_public_value(
                public, value="08 09 17", origin="开奖公告", occurred_at=occurred_at, by=datong.officer()
            )

    assert phase_of(draw) == Phase.PUBLIC


def test_a_late_reveal_voids_the_draw_with_the_names_on_the_record(draw):
    datong.commit(draw)
    datong.enter_public(draw)
    first, second, _ = sources(draw)
    contributing.reveal_value(first, value=datong.value_of(first.source), by=datong.officer())

    with time_machine.travel(timezone.now() + timedelta(hours=25)), pytest.raises(WrongState, match="已过揭示截止时间"):
        contributing.reveal_value(second, value=datong.value_of(second.source), by=datong.officer())

    draw.refresh_from_db()
    assert (draw.state, draw.void_reason) == (DrawState.VOID, "未揭示随机数：大同市公安局")
    assert LogEntry.objects.last().facts == {"reason": draw.void_reason, "result": ""}
    assert Campaign.objects.get().state == CampaignState.NEGOTIATING


def test_a_refusal_to_reveal_voids_the_draw_at_once(draw):
    datong.commit(draw)
    datong.enter_public(draw)

    contributing.refuse_to_reveal(sources(draw)[1], by=datong.liaison(datong.POLICE))

    draw.refresh_from_db()
    assert (draw.state, draw.void_reason) == (DrawState.VOID, "未揭示随机数：大同市公安局")
    assert [entry.event for entry in LogEntry.objects.order_by("-number")[:2]] == ["voided", "refused"]


def test_the_next_draw_has_its_own_number_secret_and_contributions(draw):
    datong.commit(draw)
    datong.void(draw)

    again = datong.freeze(Campaign.objects.get())

    assert (again.number, again.code) == (2, "140200-2025-92-2")
    assert again.secret.value != draw.secret.value
    assert [each.commitment for each in sources(again)] == ["", "", ""]


def test_nothing_given_is_ever_changed_even_in_the_database(draw):
    datong.contribute(draw)
    first = sources(draw)[0]

    for change in ({"commitment": "0" * 64}, {"value": "另一个数"}, {"given_at": timezone.now()}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Contribution.objects.filter(pk=first.pk).update(**change)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ((), "正在承诺随机数，等待：大同市市场监督管理局、大同市公安局"),
        ((datong.commit,), "正在录入公开数值，等待：公开数值 双色球2025105期"),
        ((datong.commit, datong.enter_public), "正在揭示随机数，等待：大同市市场监督管理局、大同市公安局"),
    ],
)
def test_draw_waits_for_every_contribution_and_says_for_whose(draw, steps, words):
    for step in steps:
        step(draw)

    with pytest.raises(CampaignError, match=words):
        drawing.check_drawable(draw)
