"""Who sees which campaign, draw and task, with data that could leak."""

import pytest

from accounts.models import Role
from campaigns import notices, transitions
from campaigns.models import Campaign, Draw, Task, TeamMember, tasks
from campaigns.states import CampaignState
from tests.campaigns import datong
from tests.factories import accounts, campaigns, institutions

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn():
    datong.pool()
    datong.officers()
    return datong.drawn()


def seen_by(user) -> tuple[int, int, int]:
    return tuple(model.objects.visible_to(user).count() for model in (Campaign, Draw, Task))


def other_city():
    return accounts.user("xinzhou", Role.LEAD_OFFICER, Role.SUPERVISOR, Role.COUNTY_OFFICER, at="scjg:140900")


def test_draft_is_seen_by_its_bureau_alone():
    datong.planned()

    seen = {
        user.username: seen_by(user)[0]
        for user in (datong.officer(), datong.liaison(datong.POLICE), datong.supervisor(), other_city())
    }

    assert seen == {"datong-officer": 1, "ga-140200": 0, "witness": 0, "xinzhou": 0}


def test_proposed_campaign_is_seen_by_partners_supervisors_and_the_province_but_not_by_neighbours():
    datong.agreed(datong.planned())
    province = accounts.user("shanxi", Role.LEAD_OFFICER, at="scjg:140000")
    stranger = accounts.user("housing", Role.PARTNER_LIAISON, at="ga:140900")

    people = (datong.liaison(datong.POLICE), datong.supervisor(), province, other_city(), stranger)

    assert [seen_by(user)[0] for user in people] == [1, 1, 1, 0, 0]


def test_tasks_stay_with_the_lead_and_the_supervisor_until_they_are_dispatched(drawn):
    county = accounts.user("county", Role.COUNTY_OFFICER, at="scjg:140213")
    inspector_user = accounts.user("inspector", Role.INSPECTOR, at=datong.CITY)
    member = drawn.tasks.first().members.first()
    member.inspector.user = inspector_user
    member.inspector.save()
    before = [seen_by(user)[2] for user in (datong.officer(), county, inspector_user, datong.supervisor())]

    transitions.dispatch(drawn.campaign, by=datong.officer())

    here = Task.objects.filter(institution__county="140213").count()
    own = Task.objects.filter(members__inspector=member.inspector).count()
    assert before == [4, 0, 0, 4]
    assert [seen_by(user)[2] for user in (county, inspector_user, datong.supervisor(), other_city())] == [
        here,
        own,
        4,
        0,
    ]


def test_task_is_seen_by_itself_as_from_the_rows_that_lead_to_it(drawn):
    """A county's tasks are found by each ground apart; rows of other tables ask all grounds at once."""
    many = accounts.user("many", Role.COUNTY_OFFICER, Role.SUPERVISOR, Role.INSPECTOR, at="scjg:140213")
    people = (datong.officer(), datong.supervisor(), other_city(), many)
    transitions.dispatch(drawn.campaign, by=datong.officer())

    for user in people:
        alone = Task.objects.visible_to(user).order_by("pk")
        from_members = TeamMember.objects.filter(tasks.seen_by(user, "task__"))
        assert list(alone) == list(Task.objects.filter(tasks.seen_by(user)).order_by("pk"))
        assert set(from_members.values_list("task", flat=True)) == set(alone.values_list("pk", flat=True))
    in_county = Task.objects.filter(institution__county="140213")
    helped = Task.objects.filter(members__inspector__bureau="scjg:140213")
    assert set(Task.objects.visible_to(many)) == {*in_county, *helped}
    assert Task.objects.visible_to(people[0]).count() == 4


def test_institution_sees_its_task_only_once_it_is_notified(drawn):
    task = drawn.tasks.first()
    clerk = accounts.user("clerk", Role.INSTITUTION_CLERK)
    institutions.represents(clerk, task.institution)
    transitions.dispatch(drawn.campaign, by=datong.officer())
    before = seen_by(clerk)

    datong.declared(drawn.campaign)
    notices.issue_notice(task, by=datong.officer())

    assert (before, seen_by(clerk)) == ((0, 0, 0), (0, 0, 1))


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR])
def test_administrators_see_no_business_data(drawn, role):
    transitions.dispatch(drawn.campaign, by=datong.officer())

    assert seen_by(accounts.user("admin", role)) == (0, 0, 0)


def test_city_that_got_tasks_of_a_campaign_from_above_sees_it():
    province = accounts.user("shanxi", Role.LEAD_OFFICER, at="scjg:140000")
    of = campaigns.campaign("140000-2025-001", by=province, state=CampaignState.DISPATCHED)
    campaigns.task(campaigns.line(of), institutions.institution(county="140213"))
    officers = [datong.officer(), other_city(), accounts.user("police", Role.LEAD_OFFICER, at=datong.POLICE)]

    assert [seen_by(user)[0] for user in officers] == [1, 0, 0]
