"""Substitutions in campaigns of another make than test_substituting.py's."""

import pytest

from campaigns import substituting
from campaigns.errors import CampaignError
from campaigns.models import (
    SlotRole,
    Task,
    TaskMode,
    TeamMember,
    TeamSlot,
)
from campaigns.states import TaskState
from tests.campaigns import datong
from tests.campaigns.test_substituting import (
    confirmed,
    propose_institution,
    propose_member,
    propose_withdrawal,
    received,
    refuse,
    replace_institution,
    teams,
    teams_as_transcribed,
    vehicle_task,
)
from tests.factories import inspectors

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_postgres]


def test_institution_replaced_before_dispatch_leaves_a_task_that_waits_for_it():
    datong.pool()
    datong.officers()
    draw = datong.drawn()

    done = replace_institution(vehicle_task(draw))

    assert (done.task_in.state, done.task_in.dispatched_at) == (TaskState.PENDING, None)


def test_member_whom_nobody_can_replace_leaves_a_gap():
    datong.pool()
    datong.officers(police=1)
    draw = datong.dispatched()
    task = vehicle_task(draw)
    member = task.members.get(inspector__bureau=datong.POLICE)

    done = substituting.substitute(confirmed(propose_member(member)))

    task.refresh_from_db()
    assert done.record["unfilled"] == 1
    assert task.unfilled == [{"slot": 1, "pool": f"{datong.POLICE}:vehicle", "number": 1}]
    assert task.members.filter(inspector__bureau=datong.POLICE).count() == 0
    assert teams(draw) == teams_as_transcribed(draw)


def test_expert_withdraws_like_an_officer():
    datong.pool()
    datong.officers()
    experts = [inspectors.expert() for _ in range(3)]
    campaign = datong.campaign()
    line = datong.line(campaign, "other", 1)
    TeamSlot.objects.create(line=line, role=SlotRole.EXPERT, number=1, position=9)
    draw = datong.dispatched(campaign)
    expert = TeamMember.objects.get(task__draw=draw, expert__isnull=False).expert

    done = substituting.substitute(confirmed(propose_withdrawal(draw, expert)))

    entered = TeamMember.objects.get(task__draw=draw, expert__isnull=False)
    assert (entered.role, entered.expert in experts, entered.expert != expert) == (SlotRole.EXPERT, True, True)
    assert done.record["out"] == expert.number
    assert teams(draw) == teams_as_transcribed(draw)


def test_institution_without_a_reserve_stays():
    datong.pool(food=1)
    datong.officers()
    draw = datong.dispatched()
    task = Task.objects.get(draw=draw, line__code="other")

    refuse(draw, confirmed(propose_institution(task)), "没有可以递补的机构")


def test_allotted_task_has_no_draw_to_replace_from():
    campaign = received(2)
    task = Task.objects.get(campaign=campaign, mode=TaskMode.ALLOTTED)

    with pytest.raises(CampaignError, match="没有经过本级抽取"):
        propose_institution(task)


def test_reserve_that_was_left_to_its_county_becomes_the_draws_own():
    campaign = received(2)
    county_task = Task.objects.get(campaign=campaign, mode=TaskMode.ALLOTTED)
    task = Task.objects.get(campaign=campaign, line__code="other", mode=TaskMode.DRAWN)

    done = replace_institution(task)

    county_task.refresh_from_db()
    assert done.task_in.institution == county_task.institution
    assert (county_task.state, done.task_in.mode) == (TaskState.REPLACED, TaskMode.DRAWN)
