"""Why (not) me: what an institution and an inspector read of their own draws, before and after it is disclosed."""

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from campaigns import disclosing, explaining, inclusion, notices, transitions, voiding
from campaigns import draw as engine
from campaigns.errors import CampaignError, WrongState
from campaigns.models import (
    Act,
    CampaignKind,
    FrozenInspector,
    FrozenInstitution,
    InspectionNotice,
    KeyTargetRule,
    Remark,
    SizeKind,
    Task,
)
from campaigns.states import CampaignState, TaskState
from institutions.models import RiskFlag, RiskKind
from tests.campaigns import datong
from tests.factories import accounts, campaigns, institutions

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_sqlite]
AFTER = date(2025, 12, 1)
RESULT_TABLES = ("drawninstitution", "drawtranscript", "campaigns_task", "teammember", "substitution", "formermember")


@pytest.fixture
def pool():
    found = datong.pool()
    datong.officers()
    return found


def clerk_of(institution) -> User:
    user = accounts.user(f"clerk-{institution.pk}", Role.INSTITUTION_CLERK)
    institutions.represents(user, institution)
    return user


def entry_of(draw, institution) -> FrozenInstitution:
    return FrozenInstitution.objects.select_related("draw__campaign__lead_bureau__region", "institution").get(
        draw=draw, institution=institution
    )


def drawn_and_not(draw, line="vehicle"):
    """(an institution that was drawn, one that was not) of one line."""
    drawn = draw.drawn_institutions.filter(line_code=line, is_reserve=False).order_by("rank").first().institution
    others = draw.frozen_institutions.filter(line_code=line).exclude(
        institution__in=draw.drawn_institutions.values("institution")
    )
    return drawn, others.first().institution


def disclosed(draw):
    return disclosing.disclose_draw(draw, by=datong.approver(), today=AFTER)


def page(entry) -> str:
    return reverse("campaigns:own_draw", args=[entry.pk])


def test_own_draws_are_those_of_the_institutions_one_represents(client, pool):
    draw = datong.frozen()
    client.force_login(clerk_of(pool["eco"][0]))

    rows = client.get(reverse("campaigns:own_draws")).context["rows"]

    assert [(entry.institution, entry.draw) for entry, _ in rows] == [(pool["eco"][0], draw)]


def test_practice_and_campaigns_that_do_not_explain_are_left_out(pool):
    datong.frozen(datong.planned(kind=CampaignKind.PRACTICE))
    datong.frozen(datong.planned(number="140200-2025-93", explains_draw=False))

    assert list(explaining.own_entries(clerk_of(pool["eco"][0]))) == []


def test_foreign_entry_is_not_found_like_a_missing_one(client, pool):
    draw = datong.frozen()
    foreign = entry_of(draw, pool["eco"][1])
    client.force_login(clerk_of(pool["eco"][0]))

    codes = [
        [client.get(reverse(f"campaigns:{name}", args=[pk])).status_code for name in ("own_draw", "own_proof")]
        + [client.post(reverse("campaigns:raise_objection", args=[pk]), {"words": "无"}).status_code]
        for pk in (foreign.pk, 987654)
    ]

    assert codes == [[404] * 3] * 2


def test_place_says_line_rule_and_chance(pool):
    place = explaining.place_of(entry_of(datong.frozen(), pool["vehicle"][0]))

    assert (place.title, place.rule, place.population, place.tier, place.lots) == ("机动车检验", "抽 2 家", 8, "", 1)
    assert (explaining.percent(place.chance), explaining.chance_in_words(place)) == (
        "25%", "本条目参加抽取的机构 8 家中抽 2 家，每家机会相等。",
    )  # fmt: skip


def test_excluded_institution_reads_its_reason_and_no_chance(client, pool):
    owned = institutions.institution(owner_department=accounts.department("sthj"))
    institutions.certificate(owned)
    campaign = datong.campaign()
    datong.line(campaign, "vehicle", 2, exclusions=[datong.owned_by("sthj")])
    entry = entry_of(datong.frozen(campaign), owned)
    client.force_login(clerk_of(owned))

    text = client.get(page(entry)).content.decode()

    assert (explaining.place_of(entry).chance, "不参加：生态环境部门所属机构" in text, "0%" in text) == (
        None,
        True,
        True,
    )


def test_key_targets_go_first_and_the_others_read_what_is_left(pool):
    for each in pool["vehicle"][:1]:
        RiskFlag.objects.create(institution=each, kind=RiskKind.COMPLAINT, evidence="投诉", noted_on=date(2025, 1, 1))
    campaign = datong.campaign()
    datong.line(campaign, "vehicle", 2, key_target_rule=KeyTargetRule.CERTAIN)
    draw = datong.frozen(campaign)

    key, other = (explaining.place_of(entry_of(draw, pool["vehicle"][n])) for n in (0, 1))

    assert [(place.tier, explaining.percent(place.chance)) for place in (key, other)] == [
        ("列为重点抽查对象", "100%"), ("其他", "约 14.3%"),
    ]  # fmt: skip
    assert explaining.chance_in_words(other) == (
        "本条目参加抽取的机构 8 家中抽 2 家，排在前面层次的 1 家先占名额，其余 1 个名额在同一层次的 7 家中抽，每家机会相等。"
    )


def test_lots_are_told_with_their_figure(pool):
    RiskFlag.objects.create(
        institution=pool["vehicle"][0], kind=RiskKind.COMPLAINT, evidence="投诉", noted_on=date(2025, 1, 1)
    )
    campaign = datong.campaign()
    datong.line(campaign, "vehicle", 1, key_target_rule=KeyTargetRule.LOTS, key_target_lots=3)
    place = explaining.place_of(entry_of(datong.frozen(campaign), pool["vehicle"][0]))

    assert (place.lots, explaining.percent(place.chance)) == (3, "约 30.0%")
    assert explaining.chance_in_words(place).endswith("按签数逐个抽取，您有 3 签，签多的机会大。")


def test_everybody_drawn_is_certain(pool):
    campaign = datong.campaign()
    datong.line(campaign, "eco", size_kind=SizeKind.ALL, count=None)
    place = explaining.place_of(entry_of(datong.frozen(campaign), pool["eco"][0]))

    assert (explaining.percent(place.chance), explaining.chance_in_words(place)) == (
        "100%", "本条目参加抽取的机构 4 家全部检查。",
    )  # fmt: skip


def test_proof_holds_against_the_published_manifest(client, pool):
    draw = datong.frozen()
    entry = entry_of(draw, pool["food"][2])
    client.force_login(clerk_of(pool["food"][2]))

    answer = client.get(reverse("campaigns:own_proof", args=[entry.pk]))

    proof = json.loads(answer.content)
    assert engine.proof_problem(proof, draw.manifest) is None
    assert (proof["entry"]["id"], answer["Cache-Control"]) == (entry.identifier, "no-store, private")


def test_proof_is_that_of_the_engine(pool):
    draw = disclosed(datong.drawn())
    transcript = json.loads(draw.transcript.text)

    entry = entry_of(draw, pool["vehicle"][3])
    person = FrozenInspector.objects.select_related("draw").filter(draw=draw).last()

    assert inclusion.prove(entry) == engine.prove(transcript, entry.identifier)
    assert inclusion.prove(person) == engine.prove(transcript, person.identifier, "inspector")


def test_proof_that_does_not_hold_is_not_given(pool):
    entry = entry_of(datong.frozen(), pool["food"][2])
    entry.entry |= {"county": "140214" if entry.entry["county"] == "140213" else "140213"}

    with pytest.raises(CampaignError, match="与公布的承诺不符"):
        inclusion.prove(entry)


def test_pages_of_drawn_and_not_drawn_are_equal_before_disclosure(client, pool):
    draw = datong.drawn()
    texts = []
    for institution in drawn_and_not(draw):
        entry = entry_of(draw, institution)
        client.force_login(user := clerk_of(institution))
        text = "".join(client.get(path).content.decode() for path in (page(entry), reverse("campaigns:own_draws")))
        for own in (institution.name, institution.identifier, user.name, user.username):
            text = text.replace(own, "…")
        text = re.sub(r"/my/draws/\d+|%2Fmy%2Fdraws%2F\d+|第 \d+ 条|csrf[^>]*>|X-CSRFToken[^>]*>|\d\d:\d\d", "", text)
        texts.append(text)

    assert texts[0] == texts[1]
    assert "本页对所有机构都一样" in texts[0]


def test_nothing_of_the_result_is_read_before_disclosure(pool):
    draw = datong.drawn()
    entry = entry_of(draw, drawn_and_not(draw)[0])

    with CaptureQueriesContext(connection) as captured:
        explaining.place_of(entry)
        inclusion.prove(entry)
        found = explaining.outcome_of(entry)
        list(explaining.own_objections(entry))

    queries = " ".join(query["sql"] for query in captured)
    assert (found, [table for table in RESULT_TABLES if table in queries]) == (None, [])


def test_disclosed_draw_tells_ticket_rank_and_limit(client, pool):
    draw = disclosed(datong.drawn())
    rows = list(draw.drawn_institutions.filter(line_code="vehicle", is_reserve=False).order_by("rank"))
    drawn, other = (explaining.outcome_of(entry_of(draw, each)) for each in drawn_and_not(draw))

    assert (drawn.is_drawn, drawn.rank, drawn.members, drawn.ticket) == (True, 1, 8, rows[0].ticket)
    assert [(limit.name, limit.drawn, limit.ticket) for limit in drawn.limits] == [("", 2, rows[-1].ticket)]
    assert (other.is_drawn, other.rank > 2, other.ticket > rows[-1].ticket) == (False, True, True)
    client.force_login(clerk_of(rows[0].institution))
    assert "排第 1 名，抽中" in client.get(page(entry_of(draw, rows[0].institution))).content.decode()


def test_ranks_of_a_disclosed_line_are_one_to_its_population(pool):
    draw = disclosed(datong.drawn())

    ranks = [explaining.outcome_of(entry_of(draw, each)).rank for each in pool["vehicle"]]

    assert sorted(ranks) == list(range(1, 9))


def test_void_draw_says_why_and_tells_no_outcome(client, pool):
    draw = datong.drawn()
    voiding.void_draw(datong.approved(draw.campaign, Act.VOID, draw=draw, reason="名录有误"))
    entry = entry_of(draw, pool["eco"][0])
    client.force_login(clerk_of(pool["eco"][0]))

    text = client.get(page(entry)).content.decode()

    assert ("名录有误" in text, explaining.outcome_of(entry)) == (True, None)


def test_institution_objects_while_the_period_runs_and_reads_the_answer(client, pool):
    draw = datong.frozen(datong.planned(objection_days=5))
    entry = entry_of(draw, pool["eco"][0])
    client.force_login(clerk_of(pool["eco"][0]))
    assert "提出异议" in client.get(page(entry)).content.decode()

    client.post(reverse("campaigns:raise_objection", args=[entry.pk]), {"words": "条目有误"})

    remark = Remark.objects.get()
    assert (remark.institution, remark.words, remark.outcome) == (pool["eco"][0], "条目有误", "open")
    text = client.get(page(entry)).content.decode()
    assert ("待答复" in text, 'name="words"' in text) == (True, False)


def test_second_objection_waits_for_the_answer_to_the_first(pool):
    entry = entry_of(datong.frozen(datong.planned(objection_days=5)), pool["eco"][0])
    user = clerk_of(pool["eco"][0])
    explaining.object_to(entry, words="条目有误", by=user)

    with pytest.raises(WrongState, match="正在等待答复"):
        explaining.object_to(entry, words="再次提出", by=user)


def test_nobody_objects_for_another_institution(pool):
    entry = entry_of(datong.frozen(datong.planned(objection_days=5)), pool["eco"][0])

    with pytest.raises(CampaignError, match="不是该机构的人员"):
        explaining.object_to(entry, words="条目有误", by=clerk_of(pool["eco"][1]))


def test_objection_without_a_period_is_refused_on_the_page(client, pool):
    entry = entry_of(datong.frozen(), pool["eco"][0])
    client.force_login(clerk_of(pool["eco"][0]))

    answer = client.post(reverse("campaigns:raise_objection", args=[entry.pk]), {"words": "条目有误"}, follow=True)

    assert ("异议期已过，或本次抽取没有设异议期" in answer.content.decode(), Remark.objects.count()) == (True, 0)


def seated(draw):
    """A team's officer with an account of its own."""
    member = draw.tasks.order_by("pk").first().members.filter(inspector__isnull=False).first()
    user = accounts.user("seated", Role.INSPECTOR, at=member.inspector.bureau_id)
    type(member.inspector).objects.filter(pk=member.inspector_id).update(user=user)
    return user, FrozenInspector.objects.get(draw=draw, inspector=member.inspector), member


def test_inspector_reads_own_entry_and_known_tasks_before_disclosure(client, pool):
    draw = datong.drawn()
    user, entry, member = seated(draw)
    client.force_login(user)
    path = reverse("campaigns:assignment", args=[entry.pk])
    before = client.get(path).content.decode()

    transitions.dispatch(draw.campaign, by=datong.officer())

    name = member.task.institution.name
    assert (name in before, name in client.get(path).content.decode()) == (False, True)
    assert "可以派去的席位" in before
    assert explaining.assignments_of(entry) == []


def test_inspector_reads_turn_load_and_ticket_once_disclosed(client, pool):
    draw = disclosed(datong.drawn())
    user, entry, member = seated(draw)
    client.force_login(user)

    first = explaining.assignments_of(entry)[0]

    assert (first.task, first.turn, first.load, first.is_changed) == (member.task, 1, 0, False)
    assert first.ticket[:16] in client.get(reverse("campaigns:assignment", args=[entry.pk])).content.decode()


def test_pools_and_recusals_are_told_by_name(pool):
    draw = datong.frozen()
    entry = draw.frozen_inspectors.select_related("draw").first()
    entry.entry = {
        **entry.entry, "pools": ["scjg:140200:eco", "ga:140200:vehicle"],
        "recused": [pool["eco"][0].identifier, "county:140213"],
    }  # fmt: skip

    assert explaining.pools_in_words(entry) == ["生态环境监测：大同市市场监督管理局", "机动车检验：大同市公安局"]
    assert explaining.recusals_in_words(entry) == ["平城区", pool["eco"][0].name]


def test_foreign_assignment_is_not_found(client, pool):
    draw = datong.drawn()
    _, entry, _ = seated(draw)
    client.force_login(accounts.user("other", Role.INSPECTOR, at=datong.CITY))

    names = ("assignment", "assignment_proof")
    assert [client.get(reverse(f"campaigns:{name}", args=[entry.pk])).status_code for name in names] == [404, 404]


def issued(draw):
    transitions.dispatch(draw.campaign, by=datong.officer())
    datong.declared(draw.campaign)
    return notices.issue_notice(draw.tasks.order_by("pk").first(), by=datong.officer())


def test_paper_leads_to_the_proof_without_signing_in(client, pool):
    draw = datong.drawn()
    notice = issued(draw)

    answer = client.get(reverse("campaigns:notice_proof", args=[notice.token]))
    proof = client.get(reverse("campaigns:notice_proof_json", args=[notice.token]))

    text = answer.content.decode()
    assert all(
        word in text for word in (notice.number, notice.task.institution.name, draw.code, "noindex", draw.commitment)
    )
    assert engine.proof_problem(json.loads(proof.content), draw.manifest) is None
    assert [(each["Cache-Control"], each["X-Robots-Tag"]) for each in (answer, proof)] == [
        ("no-store, private", "noindex, nofollow")
    ] * 2


def test_paper_leads_to_its_own_institution_alone(client, pool):
    draw = datong.drawn()
    text = client.get(reverse("campaigns:notice_proof", args=[issued(draw).token])).content.decode()

    others = [task.institution.name for task in draw.tasks.order_by("pk")[1:]]
    assert [name for name in others if name in text] == []


def test_paper_of_a_task_handed_down_says_where_it_comes_from(client, pool):
    officer = datong.officer()
    line = campaigns.line(campaigns.campaign("140200-2025-94", by=officer, state=CampaignState.DISPATCHED))
    notice = InspectionNotice.objects.create(
        task=campaigns.task(line, pool["vehicle"][0]), bureau=officer.bureau, year=2025, serial=1, issued_by=officer,
        issued_at=campaigns.STAGE_TIME,
    )  # fmt: skip

    text = client.get(reverse("campaigns:notice_proof", args=[notice.token])).content.decode()

    assert ("由上级分配" in text, "承诺摘要" in text) == (True, False)
    assert client.get(reverse("campaigns:notice_proof_json", args=[notice.token])).status_code == 404


def test_paper_whose_task_has_ended_says_so(client, pool):
    notice = issued(datong.drawn())
    Task.objects.filter(pk=notice.task_id).update(state=TaskState.REPLACED)

    text = client.get(reverse("campaigns:notice_proof", args=[notice.token])).content.decode()

    assert ("不再执行" in text, "由本系统签发" in text) == (True, False)


def test_unknown_token_is_not_found(client, pool):
    issued(datong.drawn())

    names = ("notice_proof", "notice_proof_json")
    assert [client.get(reverse(f"campaigns:{name}", args=["nothing"])).status_code for name in names] == [404, 404]


def test_second_proof_reads_the_pool_from_the_cache(pool):
    draw = datong.frozen()
    inclusion.prove(entry_of(draw, pool["eco"][0]))
    entry = entry_of(draw, pool["eco"][1])

    with CaptureQueriesContext(connection) as captured:
        inclusion.prove(entry)

    assert [query["sql"] for query in captured if "frozeninstitution" in query["sql"]] == []


def test_entry_that_would_tell_of_another_draw_is_not_shown_before_that_one_may_be_known():
    """An institution excluded as drawn elsewhere reads nothing of it, and the transcript that says so has to wait."""
    datong.pool(vehicle=1, eco=0, food=0)
    datong.officers()
    plan = datong.campaign()
    datong.line(plan, "vehicle", 1, reserve=0)
    first = datong.dispatched(plan)
    drawn = first.campaign.tasks.get(line__code="vehicle").institution
    second = datong.campaign(number="140200-2025-93", title="第二次抽查")
    exclusion = datong.Exclusion(kind=datong.ExclusionKind.INSPECTED_THIS_YEAR)
    datong.line(second, "vehicle", 1, exclusions=[exclusion], reserve=0)
    other = datong.institutions.institution(county=datong.COUNTIES[0])
    datong.institutions.certificate(other, datong.institutions.domain("vehicle", "机动车检验"))
    again = datong.drawn(second)
    clerk = accounts.user("clerk-of-drawn", Role.INSTITUTION_CLERK)
    datong.institutions.represents(clerk, drawn, Role.INSTITUTION_CLERK)

    assert again.frozen_institutions.get(institution=drawn).excluded == "本年度已列入其他抽查"
    assert [entry.draw_id for entry in explaining.own_entries(clerk)] == [first.pk]
    with pytest.raises(CampaignError, match="会走漏那一次的名单"):
        disclosing.disclose_draw(again, by=datong.approver())

    disclosing.disclose_draw(first, by=datong.approver())
    disclosing.disclose_draw(again, by=datong.approver())

    assert [entry.draw_id for entry in explaining.own_entries(clerk)] == [again.pk, first.pk]
