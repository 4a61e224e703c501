"""Task page, proposals and declarations in the browser's terms: who may what, and what each sees."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from accounts.models import Role
from campaigns import approvals, declaring, queries, substituting
from campaigns.models import Act, Approval, Cause, Declaration, Draw, RecusalDecision, Task, TeamMember
from campaigns.notices import issue_notice
from campaigns.states import TaskState
from tests.campaigns import datong
from tests.factories import accounts, inspectors, institutions

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture(scope="module")
def dispatched(module_world) -> int:
    datong.pool()
    datong.officers()
    return datong.dispatched().pk


@pytest.fixture
def draw(dispatched) -> Draw:
    return Draw.objects.get(pk=dispatched)


@pytest.fixture
def officer(client, draw):
    client.force_login(datong.officer())
    return client


def task_of(draw: Draw) -> Task:
    return Task.objects.live().filter(draw=draw, line__code="vehicle").order_by("number")[0]


def first_member(draw: Draw) -> TeamMember:
    return task_of(draw).members.order_by("position")[0]


def address(name: str, *arguments: object) -> str:
    return reverse(f"campaigns:{name}", args=arguments)


def words(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def inspector_with_account(member: TeamMember):
    user = accounts.user("own-inspector", Role.INSPECTOR, at=member.inspector.bureau_id)
    member.inspector.user = user
    member.inspector.save()
    return user


def given(**changes: object) -> dict[str, object]:
    file = SimpleUploadedFile("现场照片.pdf", PDF)
    return {"cause": "closed", "reason": "大门上锁", "evidence": file} | changes


def replaced(draw: Draw) -> Task:
    """The task whose institution was replaced."""
    task = task_of(draw)
    proposed = substituting.propose_institution(task, cause=Cause.CLOSED, reason="停业", by=datong.officer())
    substituting.substitute(approvals.mark_confirmed(proposed, by=datong.approver()))
    return Task.objects.get(pk=task.pk)


def test_officer_proposes_to_replace_an_institution_with_evidence(officer, draw, media_root):
    task = task_of(draw)

    response = officer.post(address("substitute", task.pk), given(), follow=True)

    approval = Approval.objects.get(act=Act.SUBSTITUTE)
    assert response.redirect_chain == [(approval.get_absolute_url(), 302)]
    assert approval.parameters == {
        "request": {"kind": "institution", "out": task.institution.identifier, "reason": "已停业关闭"},
        "cause": "closed",
    }
    assert (approval.draw, approval.subject, approval.reason) == (draw, task.institution.identifier, "大门上锁")
    assert (approval.evidence_name, approval.evidence.read()) == ("现场照片.pdf", PDF)


def test_proposal_shows_no_reserve_to_anybody(officer, draw, media_root):
    task = task_of(draw)
    page = officer.get(address("substitute", task.pk)).content.decode()
    officer.post(address("substitute", task.pk), given())
    approval = Approval.objects.get(act=Act.SUBSTITUTE)
    client_page = officer.get(approval.get_absolute_url()).content.decode()

    reserves = draw.drawn_institutions.filter(is_reserve=True).values_list("institution__name", flat=True)
    assert len(reserves) > 0
    assert [name for name in reserves if name in page or name in client_page] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cause": "illness"}, "cause"),
        ({"reason": ""}, "reason"),
        ({"evidence": ""}, "evidence"),
        ({"evidence": SimpleUploadedFile("说明.html", b"<script>alert(1)</script>")}, "evidence"),
        ({"evidence": SimpleUploadedFile("说明.pdf", b"<script>alert(1)</script>")}, "evidence"),
        ({"evidence": SimpleUploadedFile("说明.docx", b"PK\x03\x04 only a zip")}, "evidence"),
    ],
)
def test_proposal_is_refused_at_its_field(officer, draw, media_root, changes, field):
    response = officer.post(address("substitute", task_of(draw).pk), given(**changes))

    assert list(response.context["form"].errors) == [field]
    assert not Approval.objects.filter(act=Act.SUBSTITUTE).exists()


def test_evidence_may_be_a_workbook_but_not_too_large(officer, draw, media_root):
    output = BytesIO()
    Workbook().save(output)
    large = SimpleUploadedFile("大.pdf", PDF + b"0" * 10 * 1024 * 1024)
    refused = officer.post(address("substitute", task_of(draw).pk), given(evidence=large))
    assert list(refused.context["form"].errors) == ["evidence"]

    officer.post(
        address("substitute", task_of(draw).pk), given(evidence=SimpleUploadedFile("名单.xlsx", output.getvalue()))
    )

    assert Approval.objects.get(act=Act.SUBSTITUTE).evidence_name == "名单.xlsx"


def test_evidence_is_downloaded_by_those_who_oversee_and_nobody_else(client, draw, media_root):
    proposed = substituting.propose_institution(
        task_of(draw), cause=Cause.CLOSED, reason="停业", evidence=("照片.pdf", PDF), by=datong.officer()
    )
    stranger = accounts.user("xinzhou", Role.LEAD_OFFICER, at="scjg:140900")
    partner = accounts.user("police-lead", Role.LEAD_OFFICER, at=datong.POLICE)

    answers = {}
    for user in (datong.officer(), datong.supervisor(), stranger, partner, datong.liaison(datong.POLICE)):
        client.force_login(user)
        answers[user.username] = client.get(address("evidence", proposed.pk)).status_code
    client.force_login(datong.approver())
    answer = client.get(address("evidence", proposed.pk))

    assert answers == {
        datong.officer().username: 200, "witness": 200, "xinzhou": 404, "police-lead": 404, "ga-140200": 403,
    }  # fmt: skip
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == (
        "nosniff",
        "no-store, private",
    )


def test_approvals_are_seen_by_the_lead_and_those_who_watch(draw):
    proposed = substituting.propose_institution(task_of(draw), cause=Cause.CLOSED, reason="停业", by=datong.officer())
    others = [
        accounts.user("police-lead", Role.LEAD_OFFICER, at=datong.POLICE),
        accounts.user("province", Role.LEAD_OFFICER, at="scjg:140000"),
        datong.liaison(datong.POLICE),
        accounts.user("inspector", Role.INSPECTOR, at=datong.CITY),
    ]

    entitled = [datong.officer(), datong.approver(), datong.supervisor()]
    assert [proposed in Approval.objects.visible_to(user) for user in entitled] == [True] * 3
    assert [list(Approval.objects.visible_to(user)) for user in others] == [[]] * 4


def test_second_person_finds_on_the_page_what_is_asked(client, draw):
    task = task_of(draw)
    member = task.members.order_by("position")[0]
    proposed = substituting.propose_member(member, cause=Cause.ILLNESS, reason="住院", by=datong.officer())
    client.force_login(datong.approver())

    response = client.get(proposed.get_absolute_url())

    told = response.context["told"]
    held = TeamMember.objects.filter(inspector=member.inspector).count()
    assert (told.kind, told.cause, told.person, told.institution, told.places, told.task) == (
        "替换检查组成员", "因病不能参加", member.person.name, task.institution.name, held, task,
    )  # fmt: skip
    assert response.context["may_decide"]


def test_approval_tells_who_entered_once_it_is_done(client, draw):
    task = replaced(draw)
    client.force_login(datong.officer())

    response = client.get(task.replaced_through.approval.get_absolute_url())

    assert response.context["told"].done.task_in == task.replaced_through.task_in
    assert task.replaced_through.task_in.institution.name in response.content.decode()


def test_county_officer_proposes_for_the_own_county_only(client, draw, media_root):
    task = task_of(draw)
    county = task.institution.county_id
    other = next(code for code in datong.COUNTIES if code != county)
    own = accounts.user("own-county", Role.COUNTY_OFFICER, at=f"scjg:{county}")
    foreign = accounts.user("other-county", Role.COUNTY_OFFICER, at=f"scjg:{other}")
    client.force_login(foreign)
    refused = client.post(address("substitute", task.pk), given())
    client.force_login(own)

    response = client.post(address("substitute", task.pk), given(), follow=True)

    assert refused.status_code == 404
    assert response.redirect_chain == [(task.get_absolute_url(), 302)]
    assert Approval.objects.get(act=Act.SUBSTITUTE).proposed_by == own


def test_county_officer_may_not_replace_what_the_own_county_merely_sends_people_to(client, draw):
    member = TeamMember.objects.filter(task__draw=draw, role="cooperating").order_by("pk")[0]
    county = accounts.user("own-county", Role.COUNTY_OFFICER, at=member.inspector.bureau_id)
    Task.objects.filter(pk=member.task_id).update(assisting_bureau=None)
    client.force_login(county)

    assert client.get(address("substitute", member.task_id)).status_code == 403
    assert client.get(address("substitute_member", member.pk)).status_code == 200


def test_allotted_task_offers_no_replacement(officer, draw):
    task = Task.objects.create(
        campaign=draw.campaign, number="X-1", line=draw.campaign.lines.first(), bureau=draw.campaign.lead_bureau,
        institution=institutions.institution(county="140213"), mode="allotted", state=TaskState.DISPATCHED,
    )  # fmt: skip

    response = officer.get(task.get_absolute_url())

    assert (response.status_code, response.context["may"]["replace"]) == (200, False)
    assert officer.get(address("substitute", task.pk)).status_code == 403


def test_officer_proposes_a_withdrawal_from_the_people_page(officer, draw):
    member = first_member(draw)
    page = officer.get(address("people", draw.campaign_id))
    link = address("withdraw_member", member.pk)
    place = next(load.places[draw.code] for load in page.context["loads"] if load.name == member.person.name)
    assert TeamMember.objects.get(pk=place).person == member.person
    assert address("withdraw_member", place) in page.content.decode()
    assert list(officer.get(link).context["places"]) == list(TeamMember.objects.filter(inspector=member.inspector))

    officer.post(link, {"cause": "leave", "reason": "挂职"})

    approval = Approval.objects.get(act=Act.SUBSTITUTE)
    assert approval.parameters["request"] == {
        "kind": "withdrawal", "out": member.person.number, "reason": "请假或另有公务",
    }  # fmt: skip


def test_supervisor_sees_the_people_but_proposes_nothing(client, draw):
    client.force_login(datong.supervisor())

    page = client.get(address("people", draw.campaign_id))

    assert (bool(page.context["loads"]), page.context["may_withdraw"]) == (True, False)
    assert client.get(address("withdraw_member", first_member(draw).pk)).status_code == 403


def test_inspector_declares_on_the_own_task_page(client, draw):
    member = first_member(draw)
    client.force_login(inspector_with_account(member))
    page = client.get(member.task.get_absolute_url())
    assert page.context["own_seat"].may == {"declare": True, "decide": False, "replace": False}

    client.post(address("declare", member.pk), {"declaration": "none"})

    member.refresh_from_db()
    assert (member.declaration, member.declared_by) == (Declaration.NONE, member.inspector.user)


def test_inspector_does_not_declare_for_a_colleague(client, draw):
    member, colleague = task_of(draw).members.filter(role="officer").order_by("position")[:2]
    client.force_login(inspector_with_account(member))

    assert client.post(address("declare", colleague.pk), {"declaration": "none"}).status_code == 403


def test_liaison_declares_for_the_own_people(client, draw):
    ours = TeamMember.objects.filter(task__draw=draw, inspector__bureau=datong.POLICE).order_by("pk")[0]
    theirs = ours.task.members.filter(inspector__bureau=datong.ECOLOGY)[0]
    client.force_login(datong.liaison(datong.POLICE))

    client.post(address("declare", ours.pk), {"declaration": "none"})

    ours.refresh_from_db()
    assert (ours.declared_by, ours.is_declared_by_another) == (datong.liaison(datong.POLICE), True)
    assert client.post(address("declare", theirs.pk), {"declaration": "none"}).status_code == 403
    page = client.get(ours.task.get_absolute_url()).content.decode()
    assert f"{ours.declared_by.name}代为登记" in page


def test_reasons_of_a_recusal_are_not_for_everybody(client, draw):
    member, colleague = task_of(draw).members.filter(role="officer").order_by("position")[:2]
    declaring.declare(member, Declaration.RECUSAL, words="配偶在该机构任职", by=datong.officer())
    inspectors.conflict(member.inspector, member.task.institution)

    seen = {}
    for user in (inspector_with_account(colleague), datong.officer(), datong.supervisor()):
        client.force_login(user)
        page = client.get(member.task.get_absolute_url()).content.decode()
        seen[user.username] = ("配偶在该机构任职" in page, "近亲属关系" in page)

    assert seen == {
        "own-inspector": (False, False), datong.officer().username: (True, True), "witness": (True, True),
    }  # fmt: skip


def test_institution_sees_names_and_nothing_of_declarations(client, draw):
    datong.declared(draw.campaign)
    task = task_of(draw)
    issue_notice(task, by=datong.officer())
    clerk = accounts.user("clerk", Role.INSTITUTION_CLERK)
    institutions.represents(clerk, task.institution)
    client.force_login(clerk)

    page = client.get(task.get_absolute_url())

    assert [seat.member.person.name in page.content.decode() for seat in page.context["seats"]] == [True] * 5
    assert "回避" not in page.content.decode()
    assert client.post(address("declare", first_member(draw).pk), {"declaration": "none"}).status_code == 403


def test_accepted_recusal_opens_the_proposal_prefilled(officer, draw):
    member = first_member(draw)
    declaring.declare(member, Declaration.RECUSAL, words="配偶在该机构任职", by=datong.officer())

    response = officer.post(address("accept_recusal", member.pk), follow=True)

    member.refresh_from_db()
    assert member.decision == RecusalDecision.ACCEPTED
    assert response.redirect_chain == [(address("substitute_member", member.pk), 302)]
    assert response.context["form"].initial == {"cause": Cause.CONFLICT, "reason": "配偶在该机构任职"}


def test_rejected_recusal_needs_words(officer, draw):
    member = first_member(draw)
    declaring.declare(member, Declaration.RECUSAL, words="同学", by=datong.officer())

    refused = officer.post(address("reject_recusal", member.pk), {"words": ""}, follow=True)
    officer.post(address("reject_recusal", member.pk), {"words": "同学关系不影响公正"})

    member.refresh_from_db()
    assert words(refused) == ["请写明不予回避的理由（不超过 500 字）。"]
    assert (member.decision, member.decision_words) == (RecusalDecision.REJECTED, "同学关系不影响公正")


def test_partner_does_not_decide_on_recusals(client, draw):
    member = TeamMember.objects.filter(task__draw=draw, inspector__bureau=datong.POLICE).order_by("pk")[0]
    declaring.declare(member, Declaration.RECUSAL, words="同学", by=datong.officer())
    client.force_login(accounts.user("police-lead", Role.LEAD_OFFICER, at=datong.POLICE))

    assert client.post(address("accept_recusal", member.pk)).status_code in {403, 404}
    member.refresh_from_db()
    assert member.decision == ""


def test_one_button_declares_a_team_and_another_the_whole_campaign(officer, draw):
    task = task_of(draw)
    total = TeamMember.objects.count()

    officer.post(address("declare_team", task.pk))
    assert TeamMember.objects.exclude(declaration="").count() == task.members.count()
    page = officer.get(address("campaign_tasks", draw.campaign_id))
    assert page.context["undeclared"] == total - task.members.count()
    response = officer.post(address("declare_campaign", draw.campaign_id), follow=True)

    assert words(response) == [f"已登记 {total - task.members.count()} 人次的无利害关系声明。"]
    assert response.context["undeclared"] == 0


def test_notice_is_refused_on_the_page_with_names(officer, draw):
    task = task_of(draw)

    response = officer.post(address("notify", task.pk), follow=True)

    names = "、".join(str(member) for member in task.members.order_by("position"))
    assert words(response) == [f"任务 {task.number} 还不能通知：{names}尚未作回避声明。"]


def test_replaced_task_shows_its_history_to_lead_and_supervisor(client, draw):
    task = replaced(draw)
    entered = task.replaced_through.task_in

    for user in (datong.officer(), datong.supervisor()):
        client.force_login(user)
        old, new = client.get(task.get_absolute_url()), client.get(entered.get_absolute_url())
        assert entered.institution.name in old.content.decode()
        assert task.institution.name in new.content.decode()
        assert [each.person for each in old.context["former"]] == [each.person for each in task.former_members.all()]


def test_inspector_of_the_replacing_team_sees_nothing_of_its_history(client, draw):
    task = replaced(draw)
    entered = task.replaced_through.task_in
    client.force_login(inspector_with_account(entered.members.order_by("position")[0]))

    page = client.get(entered.get_absolute_url())

    assert (page.status_code, task.institution.name in page.content.decode()) == (200, False)
    assert client.get(task.get_absolute_url()).status_code == 404


def test_lists_and_figures_count_live_tasks_only(officer, draw):
    task = replaced(draw)
    live = list(Task.objects.live().filter(campaign=draw.campaign))

    page = officer.get(address("campaign_tasks", draw.campaign_id))
    asked_for = officer.get(address("campaign_tasks", draw.campaign_id), {"state": "replaced"})

    assert page.context["table"].paginator.count == len(live) == 4
    assert [row.record for row in asked_for.context["table"].rows] == [task]
    progress = queries.progress_by_line(draw.campaign)
    assert [(line.drawn, line.allotted) for line in progress] == [(2, 0), (1, 0), (1, 0)]
    assert sum(share.tasks for share in queries.tasks_by_county(draw.campaign, datong.officer())) == 4
    assert sum(load.tasks for load in queries.load_by_person(draw.campaign)) == TeamMember.objects.count()


def test_share_of_replaced_targets_by_bureau(client, draw):
    task = replaced(draw)
    by_county = {}
    for each in Task.objects.filter(draw=draw, entered_through__isnull=True).select_related("assisting_bureau"):
        by_county.setdefault(each.assisting_bureau.short_name, []).append(each)
    place = task.assisting_bureau.short_name
    client.force_login(datong.supervisor())

    shares = {row.bureau: row for row in client.get(address("people", draw.campaign_id)).context["shares"]}

    assert {name: shares[name].targets for name in by_county} == {name: len(found) for name, found in by_county.items()}
    assert {name: shares[name].replaced for name in by_county} == {name: int(name == place) for name in by_county}
    assert shares[place].share == 100 / len(by_county[place])
    assert shares[datong.officer().bureau.short_name].proposed == 1


def test_draw_page_lists_the_substitutions_for_those_who_see_the_result(client, draw):
    task = replaced(draw)
    client.force_login(datong.officer())
    seen = client.get(address("draw", draw.campaign_id))
    client.force_login(datong.liaison(datong.POLICE))
    unseen = client.get(address("draw", draw.campaign_id))

    assert list(seen.context["substitutions"]) == [task.replaced_through]
    assert task.institution.name in seen.content.decode()
    assert task.institution.name not in unseen.content.decode()


ASKED_ABOVE = 9
"""Rooms above offer what a task's page leads to and waits for: the self-check; visits, results and adoptions; what is public of
it. And the calendar of working days is asked for its corrections."""


@pytest.mark.parametrize("who", ["officer", "supervisor", "inspector", "county"])
def test_task_page_asks_few_queries(client, draw, who, django_assert_max_num_queries):
    task = replaced(draw).replaced_through.task_in
    member = task.members.order_by("position")[0]
    proposed_by = datong.officer()
    substituting.propose_member(member, cause=Cause.ILLNESS, reason="住院", by=proposed_by)
    user = {
        "officer": lambda: proposed_by,
        "supervisor": datong.supervisor,
        "inspector": lambda: inspector_with_account(member),
        "county": lambda: accounts.user("county", Role.COUNTY_OFFICER, at=f"scjg:{task.institution.county_id}"),
    }[who]()
    client.force_login(user)
    client.get(address("tasks"))  # the first request of a session also writes it

    with django_assert_max_num_queries(12 + ASKED_ABOVE):
        assert client.get(task.get_absolute_url()).status_code == 200
