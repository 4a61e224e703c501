"""The draw's pages: what each person is asked for, what a second person reads, what the projector shows."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from campaigns import approvals, ceremonies, freezing
from campaigns.ceremonies import WorkPhase
from campaigns.frozen import FrozenLine, frozen_lines, size_in_words
from campaigns.models import Act, Approval, Draw
from jobs.models import Job
from tests.campaigns import datong
from tests.factories import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def draw() -> Draw:
    datong.pool()
    datong.officers()
    return datong.frozen()


@pytest.fixture
def answer(client):
    """`answer(user, "draw", pk)`: what this user gets from campaigns:draw."""

    def fetch(user, name, *arguments, query=""):
        client.force_login(user)
        return client.get(reverse(f"campaigns:{name}", args=arguments) + query)

    return fetch


@pytest.fixture
def read(answer):
    def fetch(*asked, **more):
        response = answer(*asked, **more)
        assert response.status_code == 200
        return response.content.decode()

    return fetch


def police_officer():
    return accounts.user("police-officer", Role.LEAD_OFFICER, at=datong.POLICE)


# What is asked of whom


def test_each_step_asks_its_own_sources(draw, read):
    def asked():
        people = {"lead": datong.officer(), "police": datong.liaison(datong.POLICE), "watcher": datong.supervisor()}
        pages = {name: read(user, "draw", draw.campaign_id) for name, user in people.items()}
        return {name: re.findall(r'data-contribution="(\w+)"', page) for name, page in pages.items()}

    assert asked() == {"lead": ["commit"], "police": ["commit"], "watcher": []}
    datong.commit(draw)
    assert asked() == {"lead": ["keep", "enter"][::-1], "police": ["keep"], "watcher": []}
    datong.enter_public(draw)
    assert asked() == {"lead": ["reveal"], "police": ["reveal"], "watcher": []}
    datong.reveal(draw)
    assert asked() == {"lead": [], "police": [], "watcher": []}


def test_form_that_seals_a_value_has_no_field_that_would_send_it(draw, read):
    page = read(datong.officer(), "draw", draw.campaign_id)

    form = re.search(r"<form[^>]* data-seal .*?</form>", page, re.DOTALL).group()
    assert re.findall(r'name="(\w+)"', form) == ["csrfmiddlewaretoken", "commitment"]


def test_draw_is_proposed_from_the_page_once_nothing_is_missing(draw, read):
    button = "提请抽取</button>"
    datong.commit(draw)
    datong.enter_public(draw)
    assert button not in read(datong.officer(), "draw", draw.campaign_id)
    datong.reveal(draw)
    assert button in read(datong.officer(), "draw", draw.campaign_id)
    assert button not in read(datong.supervisor(), "draw", draw.campaign_id)
    approvals.propose_act(draw.campaign, Act.DRAW, draw=draw, by=datong.officer())
    page = read(datong.officer(), "draw", draw.campaign_id)
    assert (button in page, "抽取等待审批" in page) == (False, True)


def test_result_and_proposals_stay_with_the_lead_and_those_who_watch(draw, read):
    datong.contribute(draw)
    datong.run(draw)
    approvals.propose_act(draw.campaign, Act.VOID, draw=draw, by=datong.officer(), reason="名录有误")
    name = draw.drawn_institutions.first().institution.name

    def seen(user):
        page = read(user, "draw", draw.campaign_id)
        return name in page, "名录有误" in page

    people = datong.officer(), datong.supervisor(), datong.liaison(datong.POLICE), police_officer()
    assert [seen(user) for user in people] == [(True, True), (True, True), (False, False), (False, False)]


def test_what_depends_on_an_earlier_result_stays_with_the_lead_and_those_who_watch(draw, answer):
    datong.contribute(draw)
    campaign = datong.run(draw).campaign
    supplement = freezing.freeze_supplement(
        datong.approved(campaign, Act.SUPPLEMENT, parameters={"lines": {"vehicle": 1}}, reason="家数不足")
    )
    people = datong.officer(), datong.supervisor(), datong.liaison(datong.POLICE), police_officer()

    pages = [answer(user, "draw", draw.campaign_id).content.decode() for user in people]
    assert ["本次活动已列入" in page for page in pages] == [True, True, False, False]
    lists = [answer(user, "population", supplement.pk).status_code for user in people]
    assert lists == [200, 200, 403, 403]


def test_unknown_number_is_missing(draw, answer):
    assert answer(datong.officer(), "draw", draw.campaign_id, query="?number=7").status_code == 404


def test_frozen_lines_tell_population_exclusions_and_rule():
    datong.pool(vehicle=3, eco=0, food=0)
    datong.pool(vehicle=1, eco=0, food=0, owner_department_id="sthj")
    datong.officers()
    campaign = datong.campaign()
    datong.line(campaign, "vehicle", 2, exclusions=[datong.owned_by("sthj")])

    assert frozen_lines(datong.frozen(campaign)) == [
        FrozenLine("vehicle", "机动车检验", 4, (("生态环境部门所属机构", 1),), "抽 2 家", reserve=2, seats=5)
    ]


def test_sizes_in_words():
    sizes = (
        {"count": 2},
        {"all": True},
        {"ratio": "10%"},
        {"ratio": {"D": "100%", "A": "1%"}, "rounding": "floor"},
    )
    assert [size_in_words(size) for size in sizes] == [
        "抽 2 家",
        "全部检查",
        "按 10% 抽取，向上取整",
        "按信用风险分类抽取（A 类 1%、D 类 100%），向下取整",
    ]


# Two people


def test_proposal_is_decided_by_another_person_of_the_lead_bureau_only(draw, read):
    datong.contribute(draw)
    approval = approvals.propose_act(draw.campaign, Act.DRAW, draw=draw, by=datong.officer())

    def asks_for_the_password(user):
        return 'type="password"' in read(user, "approval", approval.pk)

    people = datong.officer(), datong.approver(), datong.supervisor()
    assert [asks_for_the_password(user) for user in people] == [False, True, False]


def test_proposal_is_missing_for_partners(draw, answer):
    assert answer(police_officer(), "approval", Approval.objects.get().pk).status_code == 404


def test_approver_reads_what_a_draw_is_computed_from(draw, read):
    datong.contribute(draw)
    approval = approvals.propose_act(draw.campaign, Act.DRAW, draw=draw, by=datong.officer())

    page = read(datong.approver(), "approval", approval.pk)
    assert [value in page for value in draw.contributions.values_list("value", flat=True)] == [True] * 3


def test_approver_reads_the_sentences_of_a_freeze_and_the_consequences_of_voiding(read):
    datong.pool()
    datong.officers()
    campaign = datong.agreed(datong.planned())
    freeze = approvals.propose_act(campaign, Act.FREEZE, by=datong.officer())
    assert "机动车检验 8 家，按固定数量抽 2 家" in read(datong.approver(), "approval", freeze.pk)
    approvals.decline(freeze, words="再核对", by=datong.approver())
    draw = datong.freeze(campaign)
    datong.contribute(draw)
    draw = datong.run(draw)
    void = approvals.propose_act(campaign, Act.VOID, draw=draw, by=datong.officer(), reason="名录有误")
    page = read(datong.approver(), "approval", void.pk)
    assert [words in page for words in ("名录有误", "4 项检查任务撤销", "永久列在公开记录里")] == [True] * 3


# The projector


def test_ceremony_is_for_the_lead_bureau_and_those_who_watch(draw, answer):
    people = datong.officer(), datong.approver(), datong.supervisor(), datong.liaison(datong.POLICE), police_officer()

    for name in ("ceremony", "ceremony_state"):
        assert [answer(user, name, draw.pk).status_code for user in people] == [200, 200, 200, 403, 403]


def test_state_that_was_seen_is_not_sent_again(draw, answer):
    seen = f"?seen={ceremonies.ceremony_of(draw).version}"
    assert answer(datong.officer(), "ceremony_state", draw.pk, query=seen).status_code == 204
    datong.commit(draw)
    assert answer(datong.officer(), "ceremony_state", draw.pk, query=seen).status_code == 200


def test_ceremony_follows_the_draw(draw):
    told = [ceremonies.ceremony_of(draw)]
    for step in (datong.commit, datong.enter_public, datong.reveal):
        step(draw)
        told.append(ceremonies.ceremony_of(draw))
    approval = approvals.propose_act(draw.campaign, Act.DRAW, draw=draw, by=datong.officer())
    told.append(ceremonies.ceremony_of(draw))
    approvals.decline(approval, words="稍后", by=datong.approver())
    told.append(ceremonies.ceremony_of(datong.run(draw)))

    assert [each.step for each in told] == ["commit", "public", "reveal", "ready", "proposed", "drawn"]
    assert [[seal.state for seal in each.seals] for each in told[:4]] == [
        ["open", "open", "open"],
        ["sealed", "sealed", "open"],
        ["sealed", "sealed", "shown"],
        ["shown", "shown", "shown"],
    ]
    assert [[len(line.rows), line.reserves] for line in told[-1].lines] == [[2, 2], [1, 2], [1, 2]]
    assert [len(row.team) for line in told[-1].lines for row in line.rows] == [5, 5, 4, 3]


def test_ceremony_shows_the_real_figures_of_the_work(draw):
    datong.contribute(draw)
    approval = datong.approved(draw.campaign, Act.DRAW, draw=draw)
    Job.objects.create(
        kind="campaigns.draw", title="抽取", key=f"campaigns.draw:{draw.campaign_id}", owner=datong.approver(),
        parameters={"approval": approval.pk}, state="running", message="正在按条目排序、取定名单", done=1, total=3,
    )  # fmt: skip

    now = ceremonies.ceremony_of(draw)
    assert (now.step, now.seconds) == ("running", 1)
    assert now.work == (
        WorkPhase("核对冻结的名录", "done"),
        WorkPhase("计算每家机构的签", "done"),
        WorkPhase("按条目排序、取定名单", "current", 1, 3),
        WorkPhase("组成检查组", "todo"),
    )


def test_ceremony_never_names_a_reserve(draw, read):
    datong.contribute(draw)
    datong.run(draw)
    rows = draw.drawn_institutions.select_related("institution")
    names = {flag: {row.institution.name for row in rows if row.is_reserve == flag} for flag in (True, False)}

    for page in (read(datong.officer(), "ceremony", draw.pk), read(datong.officer(), "draw", draw.campaign_id)):
        assert {name for name in names[False] if name in page} == names[False]
        assert {name for name in names[True] - names[False] if name in page} == set()


def test_practice_is_marked_on_every_page_and_leads_to_no_public_record(read):
    datong.pool()
    datong.officers()
    draw = datong.drawn(datong.planned(kind="practice"))
    campaign = draw.campaign_id
    pages = [("list",), ("detail", campaign), ("draw", campaign), ("campaign_tasks", campaign), ("people", campaign)]
    pages += [("log", campaign), ("documents", campaign), ("population", draw.pk), ("ceremony", draw.pk), ("tasks",)]
    pages += [("task", draw.tasks.first().pk), ("void", draw.pk), ("approval", draw.approvals.first().pk)]

    assert [
        page for page in pages if "演练" not in re.sub(r"<option.*?</option>", "", read(datong.officer(), *page))
    ] == []
    assert "/public/draws/" not in read(datong.officer(), "ceremony", draw.pk)


# Contributing without JavaScript, and what the server itself refuses


def press(client, user, name, row, **data):
    client.force_login(user)
    response = client.post(reverse(f"campaigns:{name}", args=[row.pk]), data, follow=True)
    row.refresh_from_db()
    return [str(message) for message in response.context["messages"]]


def test_digest_computed_elsewhere_is_pasted(draw, client):
    row = draw.contributions.get(bureau=datong.POLICE)

    assert press(client, datong.liaison(datong.POLICE), "commit", row, commitment="7 位不够") == [
        "承诺摘要应为 64 位十六进制字符。"
    ]
    press(client, datong.liaison(datong.POLICE), "commit", row, commitment=f" {'AB' * 32} ")
    assert row.commitment == "ab" * 32


def test_server_refuses_a_value_that_was_not_committed_to(draw, client):
    datong.commit(draw)
    datong.enter_public(draw)
    row = draw.contributions.get(bureau=datong.POLICE)

    words = press(client, datong.liaison(datong.POLICE), "reveal", row, value="另一个数")
    assert words == ["数值与此前公布的承诺摘要不符，未被接受。请核对承诺单上的数值，一字不差地填写。"]
    assert row.value == ""
