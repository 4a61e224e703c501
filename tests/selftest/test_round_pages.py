from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from jobs.models import Job
from jobs.running import run_job
from selftest import rounds
from selftest.models import Round, SelfCheck
from selftest.states import RoundState
from tests.campaigns import datong
from tests.factories import accounts
from tests.selftest import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    client.force_login(datong.officer())
    return client


def page(client, name, *arguments, **data):
    return client.get(reverse(f"selftest:{name}", args=arguments), data)


def press(client, name, *arguments, **data):
    return client.post(reverse(f"selftest:{name}", args=arguments), data, follow=True)


def words(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def values(form, **changes) -> dict[str, object]:
    deadline = timezone.localdate() + timedelta(days=5)
    return {
        "title": "2025年度机构自查", "form": form.pk, "population": "region", "deadline": deadline.isoformat(),
        "needs_letter": "on", "materials": "kept", **changes,
    }  # fmt: skip


def test_round_is_planned_looked_at_and_opened_by_a_worker(officer):
    campaign, form = datong.campaign(), world.form()
    world.institution(county="140213"), world.institution(county="140214"), world.institution(county="140214")

    made = press(officer, "round_create", campaign.pk, **values(form)).context["round"]
    shown = page(officer, "round", made.pk)
    asked = page(officer, "round_open", made.pk)
    press(officer, "round_open", made.pk)
    press(officer, "round_open", made.pk)

    assert [(row.county, row.city, row.institutions) for row in shown.context["counties"]] == [
        ("平城区", "大同市", 1),
        ("云冈区", "大同市", 2),
    ]
    assert "3 家" in asked.content.decode()
    job = run_job(Job.objects.get(kind="selftest.open_round").pk)
    made.refresh_from_db()
    assert (job.state, job.result, job.next_url) == ("done", {"asked": 3}, made.get_absolute_url())
    assert (made.state, made.self_checks.count()) == (RoundState.OPEN, 3)


def test_page_asked_for_while_the_worker_ends_shows_its_job_and_no_stale_round(officer):
    campaign, form = datong.campaign(), world.form()
    world.institution(county="140213")
    planned = press(officer, "round_create", campaign.pk, **values(form)).context["round"]
    press(officer, "round_open", planned.pk)

    def worker_ends_after_the_round_was_read(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if 'FROM "selftest_round"' in sql and Job.objects.get().is_open:
            run_job(Job.objects.get().pk)
        return answer

    with connection.execute_wrapper(worker_ends_after_the_round_was_read):
        shown = page(officer, "round", planned.pk)

    assert Round.objects.get().state == RoundState.OPEN
    assert shown.context["job"].is_open, "the page goes on asking, and comes anew"


def test_round_with_a_day_gone_by_is_refused_at_the_field(officer):
    response = press(officer, "round_create", datong.campaign().pk, **values(world.form(), deadline="2025-01-01"))

    assert response.context["form"].errors == {"deadline": ["截止日期已经过去。"]}
    assert not Round.objects.exists()


def test_opening_that_nobody_is_there_for_is_refused_on_the_page(officer):
    round = world.round_of()

    response = press(officer, "round_open", round.pk)

    assert "范围内没有需要自查的机构" in response.content.decode()
    assert not Job.objects.exists()


def test_opening_refused_in_the_worker_says_why(officer):
    world.institution()
    round = world.round_of()
    press(officer, "round_open", round.pk)
    Round.objects.filter(pk=round.pk).update(deadline=timezone.localdate() - timedelta(days=1))

    job = run_job(Job.objects.get().pk)

    assert (job.state, job.error) == ("failed", "截止日期已经过去，请先修改截止日期。")
    assert not SelfCheck.objects.exists()


def test_late_comers_are_offered_and_asked_by_opening_again(officer):
    world.institution()
    round = world.opened()
    world.institution()

    shown = page(officer, "round", round.pk)
    press(officer, "round_open", round.pk)
    run_job(Job.objects.get().pk)

    assert shown.context["newcomers"] == 1
    assert round.self_checks.count() == 2


def test_items_of_an_earlier_round_are_chosen_side_by_side(officer):
    first = world.accepted()
    round = world.round_of(campaign=first.round.campaign, form=first.round.form)

    shown = officer.get(reverse("selftest:round_carry", args=[round.pk]), {"earlier": first.round_id})
    officer.post(f"{reverse('selftest:round_carry', args=[round.pk])}?earlier={first.round_id}", {"items": ["1", "3"]})

    round.refresh_from_db()
    assert [pair.likeness.name for pair, _ in shown.context["form"].rows] == ["SAME", "SAME", "SAME"]
    assert shown.context["accepted"] == 1
    assert (round.carries_from_id, round.carried_items) == (first.round_id, [1, 3])
    assert "第 1、3 项" in page(officer, "round", round.pk).content.decode()


def test_another_form_asks_all_items_again(officer):
    first = world.accepted()
    round = world.round_of(
        campaign=first.round.campaign, form=first.round.form, carries_from=first.round, carried_items=[1]
    )
    other = world.form(code="other")

    press(officer, "round_edit", round.pk, **values(other))

    round.refresh_from_db()
    assert (round.form, round.carries_from, round.carried_items) == (other, None, [])


def test_round_is_closed_after_being_told_who_is_missing(officer):
    round = world.invited().round

    asked = page(officer, "round_close", round.pk)
    press(officer, "round_close", round.pk)

    round.refresh_from_db()
    assert asked.context["unfinished"] == 1
    assert round.state == RoundState.CLOSED
    assert words(press(officer, "round_close", round.pk)) == ["本轮自查当前为“已结束”，不能办理。"]


def test_campaign_has_a_tab_for_its_rounds(officer):
    round = world.round_of()

    tabs = page(officer, "campaign_rounds", round.campaign_id).context["tabs"]

    assert [tab["label"] for tab in tabs if tab["active"]] == ["机构自查"]
    listed = officer.get(reverse("campaigns:detail", args=[round.campaign_id])).context["tabs"]
    assert "机构自查" in [tab["label"] for tab in listed]


def test_county_sees_an_open_round_and_only_its_own_figures(client):
    world.institution(county="140213"), world.institution(county="140214")
    round = world.opened()
    client.force_login(world.county_officer("140213"))

    shown = page(client, "round", round.pk)

    assert [row.county for row in shown.context["counties"]] == ["平城区"]
    assert "结束本轮" not in shown.content.decode()
    assert [row.record.asked for row in page(client, "rounds").context["table"].page] == [1]


@pytest.mark.parametrize("name", ["rounds", "campaign_rounds"])
def test_lists_of_rounds_ask_the_same_few_queries(officer, name, django_assert_max_num_queries):
    round = world.round_of()
    for number in range(5):
        rounds.create_round(
            round.campaign, form=round.form, title=f"第{number}轮", deadline=round.deadline, by=datong.officer()
        )
    arguments = [round.campaign_id] if name == "campaign_rounds" else []

    with django_assert_max_num_queries(14):
        response = page(officer, name, *arguments)

    assert len(response.context["table"].page) == 6


def test_other_city_does_not_find_a_round(client):
    round = world.invited().round
    client.force_login(accounts.lead_officer("xinzhou-officer", at="scjg:140900"))

    assert page(client, "round", round.pk).status_code == 404
