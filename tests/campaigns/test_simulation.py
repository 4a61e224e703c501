import hashlib
import json
from fractions import Fraction
from math import comb, isclose, sqrt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Region, Role
from campaigns import services, simulation, transitions
from campaigns.draw.sheet import read_sheet
from campaigns.draw.sizes import plan_lines
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Draw, KeyTargetRule, LineAgreement, SizeKind, SlotRole, Source, TeamSlot
from campaigns.simulation import counting, running
from campaigns.simulation.chances import chances_by_position
from campaigns.simulation.counting import Pace, Tally, fresh_seeds, pace_for
from campaigns.simulation.figures import Row, none_in_words, percent
from campaigns.simulation.groups import CLASS, COUNTY, FLAG, LINE, Group
from institutions.models import Institution, RiskFlag, RiskKind
from jobs.models import Job, JobState
from jobs.running import run_job
from tests.campaigns import datong
from tests.factories import accounts, inspectors

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_sqlite]

DRAWS = 1_000
PINGCHENG, YUNGANG = datong.COUNTIES


def seeds(number=DRAWS):
    return [hashlib.sha256(f"seed {n}".encode()).hexdigest() for n in range(number)]


def frame_of(campaign):
    return running.frame_of(running.read_basis(campaign), datong.COUNTIES)


def ready(**fields):
    """Datong's three lines, 2 of 8, 1 of 4 and 1 of 5, with enough officers."""
    datong.pool(**fields)
    datong.officers()
    return datong.planned()


def nobody_of(members, population, places):
    return Fraction(comb(population - members, places), comb(population, places))


# Aggregates against exact probabilities


def test_counties_are_drawn_and_left_out_as_often_as_exact_probabilities_say():
    counts = counting.simulate(frame_of(ready()), seeds())

    never = {
        PINGCHENG: nobody_of(4, 8, 2) * nobody_of(2, 4, 1) * nobody_of(3, 5, 1),
        YUNGANG: nobody_of(4, 8, 2) * nobody_of(2, 4, 1) * nobody_of(2, 5, 1),
    }
    expected = {PINGCHENG: 2 * 0.5 + 0.5 + 0.6, YUNGANG: 2 * 0.5 + 0.5 + 0.4}
    for county in datong.COUNTIES:
        tally = counts.drawn[Group(COUNTY, county)]
        error = sqrt(never[county] * (1 - never[county]) / DRAWS)
        assert isclose(tally.share_of_zeros, never[county], abs_tol=3 * error)
        assert isclose(tally.mean, expected[county], abs_tol=1.5 * tally.margin)
        assert 0.5 * error * 1.96 < tally.margin_of_zeros < 2 * error * 1.96


def test_numbers_sum_up():
    campaign = ready(credit_class="A")
    frame = frame_of(campaign)

    counts = counting.simulate(frame, seeds(200), team_every=2)

    totals = dict.fromkeys((LINE, CLASS, COUNTY, FLAG), 0)
    for group, tally in counts.drawn.items():
        totals[group.kind] += tally.total if not group.line else 0
    assert totals == dict.fromkeys(totals, 4 * 200)
    assert (counts.draws, counts.team_draws, counts.gaps.total()) == (200, 100, 100)
    people = len(frame.sheet.inspectors)
    assert sum(loads.total() for loads in counts.loads.values()) == people * 100
    carried = sum(tally.total for tally in counts.carried.values())
    assert carried == sum(tasks * times for loads in counts.loads.values() for tasks, times in loads.items())
    places = 2 * (2 + 1 + 1 + 1) + (2 + 1 + 1) + (2 + 1)
    assert carried + sum(gaps * times for gaps, times in counts.gaps.items()) == places * 100


def test_same_seeds_give_the_same_counts_and_teams_now_and_then_the_same_institutions():
    frame = frame_of(ready())

    whole = counting.simulate(frame, seeds(60))

    assert counting.simulate(frame, seeds(60)) == whole
    assert counting.simulate(frame, seeds(60), team_every=7).drawn == whole.drawn


def test_places_nobody_can_fill_are_counted_by_pool():
    campaign = ready()
    line = campaign.lines.get(code="eco")
    slots = [
        TeamSlot(role=SlotRole.OFFICER, bureau=accounts.bureau(datong.CITY), number=2),
        TeamSlot(role=SlotRole.COOPERATING, bureau=accounts.bureau("sthj:140213"), number=2),
    ]
    services.save_line(line, partners=[], matters=[], exclusions=[], slots=slots, by=datong.officer())
    inspectors.inspector("sthj:140213")

    result = simulation.simulate_campaign(campaign, draws=50)

    assert result["gaps"] == [(1, 50)]
    assert result["short"] == [{"pool": "sthj:140213:eco", "places": 50, "draws": 50}]
    figure = simulation.figures_of(stored(result), with_risk=True)[-1]
    assert figure.rows[0] == ("全部席位", "100.00%", "1.00")
    assert [row[1:] for row in figure.rows[1:]] == [("100.00%", "1.00")]
    assert figure.data["series"] == [{"name": "占推演次数", "values": [0.0, 100.0]}]


def stored(result):
    """As the job gives it back."""
    return json.loads(json.dumps(result))


# Chances by theory


def key_target(institution):
    return RiskFlag.objects.create(
        institution=institution, kind=RiskKind.COMPLAINT, evidence="投诉登记", noted_on="2025-05-01"
    )


def chances_of(campaign):
    """{chance: how many have it}, and how many have none by theory."""
    sheet = running.read_basis(campaign).plan.sheet
    checked = read_sheet(sheet)
    chances = chances_by_position(checked, plan_lines(checked))
    counted = {chance: list(chances.values()).count(chance) for chance in chances.values()}
    return counted, len(checked.institutions) - len(chances)


def one_line(**fields):
    campaign = datong.campaign()
    datong.line(campaign, "vehicle", **fields)
    return campaign


def test_chance_is_places_by_members():
    datong.pool(vehicle=8, eco=0, food=0)

    assert chances_of(one_line(count=3)) == ({Fraction(3, 8): 8}, 0)


def test_key_targets_that_go_first_are_certain_and_the_others_share_what_is_left():
    found = datong.pool(vehicle=8, eco=0, food=0)
    key_target(found["vehicle"][0])

    campaign = one_line(count=3, key_target_rule=KeyTargetRule.CERTAIN)

    assert chances_of(campaign) == ({Fraction(1): 1, Fraction(2, 7): 7}, 0)


def test_chance_is_left_to_the_simulation_where_lots_differ():
    found = datong.pool(vehicle=8, eco=0, food=0)
    key_target(found["vehicle"][0])
    datong.officers()
    campaign = one_line(count=1, key_target_rule=KeyTargetRule.LOTS, key_target_lots=3)

    counts = counting.simulate(frame_of(campaign), seeds())

    assert chances_of(campaign) == ({}, 8)
    tally = counts.drawn[Group(FLAG, "key_target")]
    assert isclose(tally.mean, 3 / 10, abs_tol=1.5 * tally.margin)


def test_class_that_the_rule_does_not_name_has_no_chance():
    datong.pool(vehicle=4, eco=0, food=0, credit_class="A")
    datong.pool(vehicle=6, eco=0, food=0, credit_class="D")

    campaign = one_line(count=None, size_kind=SizeKind.RATIO_BY_CLASS, ratio_by_class={"D": "50%"})

    assert chances_of(campaign) == ({Fraction(0): 4, Fraction(1, 2): 6}, 0)


def test_quota_for_national_centres_parts_the_chances():
    found = datong.pool(vehicle=8, eco=0, food=0)
    for each in found["vehicle"][:2]:
        each.certificates.update(is_national_centre=True)
    campaign = one_line(count=3)

    exactly = services.edit_campaign(campaign, by=datong.officer(), quota_count=1, quota_mode="exactly")
    assert chances_of(exactly) == ({Fraction(1, 2): 2, Fraction(2, 6): 6}, 0)
    at_least = services.edit_campaign(campaign, by=datong.officer(), quota_mode="at_least")
    assert chances_of(at_least) == ({}, 8)


# Words and pace


@pytest.mark.parametrize(
    ("members", "tally", "words"),
    [
        (0, Tally(1000, 0, 0, 1000), "无可抽机构"),
        (4, Tally(1000, 0, 0, 1000), "每次都是"),
        (4, Tally(1000, 2000, 4000, 0), "没有出现（至多 0.30%）"),
        (4, Tally(1000, 500, 500, 500), "50.00% ± 3.10%"),
    ],
)
def test_how_often_a_county_gets_none_is_said_with_its_margin(members, tally, words):
    assert none_in_words(Row("平城区", members, None, tally)) == words


def test_percent_names_no_margin_where_there_is_none():
    assert [percent(None), percent(0.5), percent(0.0949, 0.0003)] == ["—", "50.00%", "9.49% ± 0.03%"]


@pytest.mark.parametrize(
    ("line_seconds", "whole_seconds", "pace"),
    [
        (0.0001, 0.0005, Pace(10_000)),
        (0.002, 0.016, Pace(10_000)),
        (0.007, 0.050, Pace(10_000, 4)),
        (0.02, 0.12, Pace(10_000, 34)),
        (0.2, 0.5, Pace(4_500, 45)),
        (5, 9, Pace(1_000, 134)),
    ],
)
def test_pace_keeps_all_draws_as_long_as_that_is_quick_enough(line_seconds, whole_seconds, pace):
    assert pace_for(10_000, line_seconds=line_seconds, whole_seconds=whole_seconds) == pace


def test_seeds_are_never_the_same():
    found = [*fresh_seeds(500), *fresh_seeds(500)]

    assert len(set(found)) == 1_000
    assert {len(bytes.fromhex(seed)) for seed in found} == {32}


# The simulation of a campaign, and its job


def test_simulation_writes_nothing_and_reads_no_secret():
    campaign = ready()

    with CaptureQueriesContext(connection) as queries:
        simulation.simulate_campaign(campaign, draws=20)

    asked = " ".join(query["sql"].lower() for query in queries)
    forbidden = ("insert ", "update ", "delete ", "secret", "contribution", "transcript", "drawninstitution")
    assert [word for word in forbidden if word in asked] == []


def test_result_holds_no_institution_and_no_person():
    campaign = ready()

    text = json.dumps(simulation.simulate_campaign(campaign, draws=20), ensure_ascii=False)

    sheet = running.read_basis(campaign).plan.sheet
    names = [entry[key] for entry in sheet["institutions"] for key in ("id", "name")]
    names += [entry["id"] for entry in sheet["inspectors"]]
    assert [name for name in names if name in text] == []


def test_county_without_an_institution_and_one_without_a_chance_are_listed():
    datong.pool(vehicle=4, eco=0, food=0)
    datong.officers()
    city = accounts.region("140200")
    Region.objects.create(code="140215", name="云州区", level=Region.Level.COUNTY, parent=city)
    for each in Institution.objects.filter(county=PINGCHENG):
        key_target(each)
    campaign = one_line(count=1, key_target_rule=KeyTargetRule.CERTAIN)

    result = stored(simulation.simulate_campaign(campaign, draws=100))

    figures = {figure.chart_id: figure for figure in simulation.figures_of(result, with_risk=True)}
    assert figures["none-by-county"].rows == [
        ("平城区", "没有出现（至多 3.00%）", "2"), ("云冈区", "每次都是", "2"), ("云州区", "无可抽机构", "0"),
    ]  # fmt: skip
    assert [(*row[:2], *row[3:]) for row in figures["expected-by-county"].rows] == [
        ("平城区", "1.00", "50.00%", "2"), ("云冈区", "0.00", "0.00%", "2"), ("云州区", "0.00", "—", "0"),
    ]  # fmt: skip


def test_simulation_is_run_as_a_job_and_its_result_found_again():
    campaign = ready()
    job = Job.objects.create(
        kind=simulation.KIND, title="模拟推演", owner=datong.officer(), key=f"{simulation.KIND}:{campaign.pk}",
        parameters={"campaign": campaign.pk, "draws": 300},
    )  # fmt: skip

    done = run_job(job.pk)

    assert (done.state, done.done, done.total, done.next_url) == (
        JobState.DONE, 300, 300, reverse("campaigns:simulation", args=[campaign.pk]),
    )  # fmt: skip
    assert simulation.latest_result(campaign) == done
    assert (done.result["draws"], done.result["team_draws"], done.result["size"]) == (300, 300, 4)
    assert run_job(job.pk) is None
    assert Job.objects.get(pk=job.pk).result == done.result
    assert (Draw.objects.count(), AuditEvent.objects.filter(action__contains="simul").count()) == (0, 0)


def test_progress_is_told_every_percent():
    told = []

    counting.simulate(frame_of(ready()), seeds(200), progress=lambda *what: told.append(what))

    assert told == [("正在模拟抽取机构、组成检查组", number, 200) for number in range(0, 200, 2)]


def test_pressing_twice_starts_one_job():
    campaign = ready()

    jobs = [simulation.start_simulation(campaign, by=datong.officer()) for _ in range(2)]

    assert [job.pk for job in jobs] == [Job.objects.get().pk] * 2


def test_incomplete_plan_is_refused_with_its_own_problems():
    datong.pool()
    campaign = datong.campaign()

    with pytest.raises(CampaignError) as refusal:
        simulation.start_simulation(campaign, by=datong.officer())

    assert str(refusal.value) == "计划还不能推演：计划还没有条目，请先添加抽查领域。"
    assert Job.objects.count() == 0


def test_plan_that_lost_its_sources_while_the_job_waited_fails_it_politely():
    campaign = ready()
    job = simulation.start_simulation(campaign, by=datong.officer())
    services.replace_sources(campaign, [Source(kind=Source.Kind.WITNESS, bureau_id=datong.CITY)], by=datong.officer())

    failed = run_job(job.pk)

    assert failed.state == JobState.FAILED
    assert failed.error == "计划还不能推演：随机数来源不足：至少需要一个公开数值，或两个参与单位（见证人）。"


def test_plan_under_negotiation_can_be_simulated_before_everybody_has_answered():
    campaign = transitions.propose(ready(), by=datong.officer())
    agreement = LineAgreement.objects.filter(line__campaign=campaign).first()
    transitions.answer(agreement, agrees=False, words="名额太多", by=datong.liaison(agreement.bureau_id))

    assert simulation.simulate_campaign(campaign, draws=10)["draws"] == 10


def test_frozen_campaign_is_not_simulated():
    datong.pool()
    datong.officers()
    campaign = datong.frozen().campaign
    campaign.refresh_from_db()

    with pytest.raises(WrongState) as refusal:
        simulation.start_simulation(campaign, by=datong.officer())

    assert str(refusal.value) == "两库已经冻结，模拟推演只在冻结前进行。"


def test_change_of_plan_or_pools_is_noticed_and_a_new_name_is_not():
    campaign = ready()
    result = simulation.simulate_campaign(campaign, draws=10)
    first = Institution.objects.first()

    def said():
        return simulation.changes_since(result, running.read_basis(campaign))[:17]

    Institution.objects.filter(pk=first.pk).update(name="新名称")
    assert said() == ""
    inspectors.inspector()
    assert said() == "推演之后，检查对象或检查人员名录库"
    line = campaign.lines.get(code="eco")
    line.count = 2
    line.save()
    assert said() == "推演之后，计划条目或人员上限已修改"


# The page


def page(client, user, campaign, **headers):
    client.force_login(user)
    return client.get(reverse("campaigns:simulation", args=[campaign.pk]), headers=headers)


def simulated(*, draws=20, **fields):
    """A proposed campaign with a simulation."""
    campaign = transitions.propose(ready(**fields), by=datong.officer())
    job = simulation.start_simulation(campaign, by=datong.officer())
    Job.objects.filter(pk=job.pk).update(parameters={"campaign": campaign.pk, "draws": draws})
    run_job(job.pk)
    return campaign


def chart_ids(response):
    return [figure.chart_id for figure in response.context["figures"]]


OPEN_FIGURES = [
    "chance-by-line", "expected-by-county", "none-by-county", "load-by-bureau", "load-spread", "gaps",
]  # fmt: skip


@pytest.mark.parametrize("who", [datong.officer, datong.supervisor])
def test_market_regulators_see_classes_and_key_targets(client, who):
    campaign = simulated(credit_class="B")

    response = page(client, who(), campaign)

    assert chart_ids(response) == ["chance-by-line", "chance-by-class", *OPEN_FIGURES[1:]]
    assert "信用风险分类" in response.content.decode()


def test_partner_bureau_sees_neither_classes_nor_key_targets(client):
    campaign = simulated(credit_class="B")

    response = page(client, datong.liaison(datong.POLICE), campaign)

    assert chart_ids(response) == OPEN_FIGURES
    assert "信用风险" not in response.content.decode()


def test_flags_are_hidden_from_partners_with_the_rest_they_would_give_away():
    found = datong.pool()
    for each in found["vehicle"][:2]:
        key_target(each)
    found["eco"][0].certificates.update(is_national_centre=True)
    datong.officers()
    result = stored(simulation.simulate_campaign(datong.planned(), draws=20))

    def flags(*, with_risk):
        figures = simulation.figures_of(result, with_risk=with_risk)
        return [(row[0], row[-1]) for figure in figures if figure.chart_id == "chance-by-flag" for row in figure.rows]

    assert flags(with_risk=True) == [("重点抽查对象", "2"), ("国家质检中心", "1"), ("其他机构", "14")]
    assert flags(with_risk=False) == [("国家质检中心", "1")]


def test_page_without_javascript_has_every_figure_as_a_table(client):
    campaign = simulated()

    text = page(client, datong.officer(), campaign).content.decode()

    assert text.count('<figure class="chart card">') == text.count("<tbody>") == 7
    assert "开始推演" not in text
    assert "重新推演" in text


def test_those_who_do_not_see_the_preview_may_not_simulate(client):
    campaign = ready()
    for role in (Role.COUNTY_OFFICER, Role.INSPECTOR):
        client.force_login(accounts.user(role.value, role, at=f"scjg:{PINGCHENG}"))
        answers = [
            client.get(reverse("campaigns:simulation", args=[campaign.pk])).status_code,
            client.post(reverse("campaigns:run_simulation", args=[campaign.pk])).status_code,
        ]
        assert answers == [403, 403]


def test_button_starts_the_job_and_the_page_asks_how_far_it_is(client):
    campaign = ready()
    client.force_login(datong.officer())

    response = client.post(reverse("campaigns:run_simulation", args=[campaign.pk]), follow=True)

    job = Job.objects.get()
    assert (response.context["job"], job.kind, job.title) == (job, simulation.KIND, f"模拟推演：{campaign.title}")
    waiting = page(client, datong.officer(), campaign, **{"HX-Request": "true"})
    assert (waiting.content.decode().strip()[:26], waiting.headers.get("HX-Refresh")) == (
        '<div class="progress-box" ', None,
    )  # fmt: skip
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, result={})
    over = page(client, datong.officer(), campaign, **{"HX-Request": "true"})
    assert over.headers["HX-Refresh"] == "true"


def test_button_says_what_is_wrong_with_an_incomplete_plan(client):
    campaign = datong.campaign()
    client.force_login(datong.officer())

    response = client.post(reverse("campaigns:run_simulation", args=[campaign.pk]), follow=True)

    assert [str(message) for message in response.context["messages"]] == [
        "计划还不能推演：计划还没有条目，请先添加抽查领域。"
    ]
    assert (response.context["may_run"], [problem.text for problem in response.context["faults"]]) == (
        False, ["计划还没有条目，请先添加抽查领域。"],
    )  # fmt: skip


def test_page_warns_when_the_plan_was_changed(client):
    campaign = simulated()
    inspectors.inspector()

    text = page(client, datong.officer(), campaign).content.decode()

    assert "推演之后，检查对象或检查人员名录库已有变化" in text


def test_plan_page_leads_to_the_simulation(client):
    campaign = ready()
    client.force_login(datong.officer())

    text = client.get(campaign.get_absolute_url()).content.decode()

    assert f'href="{reverse("campaigns:simulation", args=[campaign.pk])}"' in text
