"""The supervisor's seat: everything that the operator sees, and nothing that the operator does."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.access import routes
from accounts.models import AuditEvent, Role
from campaigns import approvals, disclosing, transitions
from campaigns.models import Act, Approval, Contribution, Draw, LogEntry, MinutesSignature, Remark, Task
from tests.campaigns import datong
from tests.factories import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def drawn(module_world) -> int:
    datong.pool()
    datong.officers()
    return datong.drawn().pk


@pytest.fixture
def draw(drawn) -> Draw:
    return Draw.objects.get(pk=drawn)


def foreign_supervisor():
    return accounts.user("xinzhou-witness", Role.SUPERVISOR, at="scjg:140900")


def pages_of(draw) -> dict[str, str]:
    campaign = draw.campaign_id
    names = ("detail", "draw", "campaign_tasks", "people", "documents", "log")
    pages = {name: reverse(f"campaigns:{name}", args=[campaign]) for name in names}
    more = ["population", "manifest", "minutes", "minutes_text"]
    more += ["transcript"] if draw.disclosed_at else []  # it holds the reserves, which nobody sees before
    pages |= {name: reverse(f"campaigns:{name}", args=[draw.pk]) for name in more}
    pages["approval"] = reverse("campaigns:approval", args=[draw.approvals.first().pk])
    pages["task"] = reverse("campaigns:task", args=[draw.tasks.first().pk])
    return pages


def texts(client, user, draw) -> dict[str, str]:
    client.force_login(user)
    answers = {name: client.get(path) for name, path in pages_of(draw).items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 200)
    return {name: answer.content.decode() for name, answer in answers.items()}


def test_supervisor_opens_every_page_that_the_operator_opens(client, draw):
    texts(client, datong.officer(), draw)
    texts(client, datong.supervisor(), draw)


def test_supervisor_sees_result_teams_population_approvals_and_log_before_dispatch(client, draw):
    found = texts(client, datong.supervisor(), draw)

    drawn = [row.institution.name for row in draw.drawn_institutions.filter(is_reserve=False)]
    task = draw.tasks.first()
    members = [str(member.person) for member in task.members.all()]
    frozen = [row.entry["name"] for row in draw.frozen_institutions.all()]
    assert [name for name in drawn if name not in found["draw"] or name not in found["campaign_tasks"]] == []
    assert [name for name in members if name not in found["task"] or name not in found["people"]] == []
    assert [name for name in frozen if name not in found["population"]] == []
    assert (draw.approvals.get(act=Act.DRAW).proposed_by.name in found["approval"], "冻结两库" in found["log"]) == (
        True,
        True,
    )
    assert [word for word in ("提请审批", "承诺随机数", "揭示随机数", "抽取") if word not in found["log"]] == []
    assert draw.result_digest in found["minutes"]


def test_reserves_are_not_shown_to_the_supervisor_either(client, draw):
    found = texts(client, datong.supervisor(), draw)["draw"]

    reserves = [row.ticket[:16] for row in draw.drawn_institutions.filter(is_reserve=True)]
    assert (len(reserves) > 0, [ticket for ticket in reserves if ticket in found]) == (True, [])


def test_supervisor_of_another_region_finds_nothing(client, draw):
    client.force_login(foreign_supervisor())

    codes = {name: client.get(path).status_code for name, path in pages_of(draw).items()}

    assert codes == dict.fromkeys(codes, 404)
    assert draw.campaign.title not in client.get(reverse("campaigns:list")).content.decode()


def acts(draw) -> dict[str, str]:
    """The address of every POST around this draw but those of the seat itself."""
    campaign, approval = draw.campaign_id, Approval.objects.waiting().get()
    member, contribution = draw.tasks.first().members.first(), draw.contributions.first()
    arguments = {
        "withdraw": campaign, "freeze": campaign, "supplement": campaign, "dispatch": campaign,
        "declare_campaign": campaign, "run_draw": draw.pk, "void": draw.pk, "disclose": draw.pk,
        "confirm": approval.pk, "decline": approval.pk, "withdraw_approval": approval.pk,
        "notify": draw.tasks.first().pk, "substitute": draw.tasks.first().pk, "declare_team": draw.tasks.first().pk,
        "substitute_member": member.pk, "declare": member.pk, "accept_recusal": member.pk, "reject_recusal": member.pk,
        "commit": contribution.pk, "enter": contribution.pk, "reveal": contribution.pk, "refuse": contribution.pk,
    }  # fmt: skip
    return {name: reverse(f"campaigns:{name}", args=[pk]) for name, pk in arguments.items()}


def test_supervisor_can_do_none_of_the_operators_acts(client, draw):
    approvals.propose_act(draw.campaign, Act.VOID, draw=draw, by=datong.officer(), reason="名录有误")
    client.force_login(datong.supervisor())
    before = (AuditEvent.objects.count(), LogEntry.objects.count(), Contribution.objects.values_list("value"))

    data = {"password": accounts.PASSWORD, "words": "同意", "reason": "理由", "value": "1", "commitment": "0" * 64}
    codes = {name: client.post(path, data).status_code for name, path in acts(draw).items()}

    assert codes == dict.fromkeys(codes, 403)
    after = (AuditEvent.objects.count(), LogEntry.objects.count(), Contribution.objects.values_list("value"))
    assert (after[:2], list(after[2])) == (before[:2], list(before[2]))


def test_what_the_supervisor_may_post_is_written_down_in_one_place():
    allowed = {
        name
        for name, methods in routes().items()
        if name.startswith("campaigns:") and Role.SUPERVISOR in methods.get("POST", frozenset())
    }

    contributing = {"campaigns:commit", "campaigns:reveal", "campaigns:refuse"}
    watching = {"campaigns:remark", "campaigns:minutes", "campaigns:log_heads"}
    computing_without_changing_anything = {"campaigns:run_simulation"}
    assert allowed == contributing | watching | computing_without_changing_anything


def test_supervisor_remarks_and_signs(client, draw):
    supervisor = datong.supervisor()
    supervisor.set_password(accounts.PASSWORD)
    supervisor.save()
    client.force_login(supervisor)
    page = reverse("campaigns:minutes", args=[draw.pk])

    client.post(reverse("campaigns:remark", args=[draw.pk]), {"kind": "comment", "words": "现场秩序良好"})
    digest = client.get(page).context["minutes"].digest
    client.post(page, {"digest": digest, "password": accounts.PASSWORD})

    assert [remark.words for remark in Remark.objects.all()] == ["现场秩序良好"]
    assert [(row.signer, row.capacity) for row in MinutesSignature.objects.all()] == [(supervisor, "监督见证人")]


def test_supervisor_still_sees_everything_once_dispatched_and_disclosed(client, draw):
    transitions.dispatch(draw.campaign, by=datong.officer())
    draw = disclosing.disclose_draw(draw, by=datong.approver(), today=date(2025, 12, 1))

    texts(client, datong.supervisor(), draw)
    assert Task.objects.visible_to(datong.supervisor()).count() == 4


def test_log_tells_others_of_the_campaign_alone(client, draw):
    client.force_login(datong.liaison(datong.POLICE))

    text = client.get(reverse("campaigns:log", args=[draw.campaign_id])).content.decode()

    assert [word in text for word in ("冻结两库", "提请审批", "承诺随机数")] == [True, False, False]
