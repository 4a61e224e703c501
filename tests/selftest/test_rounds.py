from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import AuditEvent
from campaigns import declaring, notices
from campaigns.models import CampaignKind
from institutions.models import InstitutionState
from selftest import filling, publishing, rounds
from selftest.carrying import Likeness, pairs
from selftest.content import FormContent, parse
from selftest.errors import SelfCheckError, WrongState
from selftest.models import Population, Round
from selftest.states import RoundState
from tests.campaigns import datong
from tests.factories import accounts
from tests.selftest import world

pytestmark = pytest.mark.django_db


def with_first_item(**changes: object) -> FormContent:
    content = parse(world.CONTENT)
    return replace(content, items=(replace(content.items[0], **changes), *content.items[1:]))


def test_region_round_asks_those_in_operation_in_the_region():
    asked = {world.institution(county="140213"), world.institution(county="140214")}
    world.institution(state=InstitutionState.SUSPENDED)
    world.institution(county="140902")

    round = world.opened()

    assert {each.institution for each in round.self_checks.all()} == asked
    assert {(each.institution.county_id, each.county_id) for each in round.self_checks.all()} == {
        ("140213", "140213"),
        ("140214", "140214"),
    }
    assert AuditEvent.objects.get(action="selftest.open_round").facts["asked"] == 2


def test_notified_round_asks_only_whom_the_notice_has_reached_already():
    datong.pool()
    datong.officers()
    campaign = datong.dispatched().campaign
    declaring.declare_team(campaign.tasks.live(), by=datong.officer())
    told = campaign.tasks.live().order_by("pk").first()
    notices.issue_notice(told, by=datong.officer())

    round = world.opened(campaign=campaign, population=Population.NOTIFIED)

    assert campaign.tasks.live().count() == 4
    assert [each.institution for each in round.self_checks.all()] == [told.institution]


def test_opening_again_asks_only_those_who_have_joined():
    world.institution()
    round = world.opened()
    opened_at = round.opened_at
    joined = world.institution()

    asked = rounds.open_round(round, by=datong.officer())

    round.refresh_from_db()
    assert (asked, round.opened_at) == (1, opened_at)
    assert round.self_checks.filter(institution=joined).exists()
    assert rounds.open_round(round, by=datong.officer()) == 0


def test_practice_opens_no_round():
    world.institution()
    campaign = datong.campaign()
    round = world.round_of(campaign=campaign)
    type(campaign).objects.filter(pk=campaign.pk).update(kind=CampaignKind.PRACTICE)
    campaign.refresh_from_db()

    with pytest.raises(SelfCheckError, match="演练"):
        rounds.open_round(round, by=datong.officer())
    with pytest.raises(SelfCheckError, match="演练"):
        world.round_of(campaign=campaign, form=round.form)


def test_round_is_refused_after_its_deadline_without_anybody_and_without_a_published_form():
    round = world.round_of()
    with pytest.raises(SelfCheckError, match="没有需要自查的机构"):
        rounds.open_round(round, by=datong.officer())

    world.institution()
    Round.objects.filter(pk=round.pk).update(deadline=timezone.localdate() - timedelta(days=1))
    with pytest.raises(SelfCheckError, match="截止日期已经过去"):
        rounds.open_round(round, by=datong.officer())

    draft = publishing.copy_form(round.form, by=datong.officer())
    with pytest.raises(SelfCheckError, match="还没有发布"):
        world.round_of(campaign=round.campaign, form=draft)


def test_open_round_is_not_changed_and_closed_once():
    world.institution()
    round = world.opened()
    with pytest.raises(PermissionDenied):
        rounds.edit_round(round, title="改名", by=datong.officer())

    closed = rounds.close_round(round, by=datong.officer())

    assert (closed.state, closed.closed_at is not None) == (RoundState.CLOSED, True)
    with pytest.raises(WrongState):
        rounds.close_round(round, by=datong.officer())
    with pytest.raises(WrongState):
        rounds.open_round(round, by=datong.officer())


def test_another_bureau_plans_and_opens_nothing_here():
    round, stranger = world.round_of(), accounts.lead_officer("xinzhou-officer", at="scjg:140900")

    with pytest.raises(PermissionDenied):
        rounds.open_round(round, by=stranger)
    with pytest.raises(PermissionDenied):
        rounds.edit_round(round, title="改名", by=stranger)


def test_accepted_answers_are_carried_over_and_not_asked_again():
    first = world.accepted()
    world.institution()
    second = world.round_of(
        campaign=first.round.campaign, form=first.round.form, carries_from=first.round, carried_items=[1, 2]
    )
    rounds.open_round(second, by=datong.officer())

    again, new = second.self_checks.order_by("institution_id")
    again = filling.begin(again, by=world.clerk(again))
    new = filling.begin(new, by=world.clerk(new))

    kept = {answer.item: (answer.choice, answer.description, answer.reason) for answer in again.answers.all()}
    assert kept == {1: ("yes", world.YES["description"], ""), 2: ("na", "", "没有异地分支机构"), 3: ("", "", "")}
    assert [answer.carried_from_id is not None for answer in again.answers.order_by("item")] == [True, True, False]
    assert [answer.choice for answer in new.answers.all()] == ["", "", ""]


def test_item_is_carried_only_when_it_asks_the_same():
    content = parse(world.CONTENT)
    reworded, different = with_first_item(method="查看营业执照："), with_first_item(title="另一个问题。")
    fewer = with_first_item(options=content.items[0].options[:2])

    found = [pairs(new, content)[0].likeness for new in (content, reworded, different, fewer)]

    assert found == [Likeness.SAME, Likeness.REWORDED, Likeness.DIFFERENT, Likeness.DIFFERENT]
    assert pairs(content, replace(content, items=content.items[:2]))[2].likeness == Likeness.NEW


def test_carrying_over_another_question_is_refused():
    first = world.accepted()
    other = world.form(code="other", content=with_first_item(title="另一个问题。").as_json())
    choices = {"campaign": first.round.campaign, "form": other, "carries_from": first.round}

    with pytest.raises(SelfCheckError, match="第 1 项题目不同"):
        world.round_of(**choices, carried_items=[1, 2])
    assert world.round_of(**choices, carried_items=[2, 3]).carried_items == [2, 3]


def test_carrying_over_needs_an_earlier_round_that_was_opened():
    draft = world.round_of()
    choices = {"campaign": draft.campaign, "form": draft.form}

    with pytest.raises(SelfCheckError, match="请选择沿用哪一轮"):
        world.round_of(**choices, carried_items=[1])
    with pytest.raises(SelfCheckError, match="已经启动"):
        world.round_of(**choices, carries_from=draft, carried_items=[1])
