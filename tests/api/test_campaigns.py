"""Campaigns over the API: the plan, its preview, the steps, the draw and the tasks, told to whom the pages tell them."""

import json

import pytest
from django.utils import timezone

from accounts.models import Role
from campaigns import disclosing, transitions
from campaigns import draw as engine
from campaigns.models import Campaign, Draw, LineAgreement, Task
from campaigns.states import CampaignState
from institutions.models import Institution
from jobs.models import Job
from tests.campaigns import datong
from tests.factories import accounts

pytestmark = pytest.mark.django_db
BUREAUS = {
    "scjg:140200": {"code": "scjg:140200", "name": "大同市市场监督管理局"},
    "ga:140200": {"code": "ga:140200", "name": "大同市公安局"},
    "sthj:140200": {"code": "sthj:140200", "name": "大同市生态环境局"},
}
NOT_FOUND = (404, {"detail": "没有找到。"})
NOT_ALLOWED = (403, {"detail": "没有权限。"})


@pytest.fixture
def pools() -> None:
    datong.pool()
    datong.officers()


def outcome(answer) -> tuple[int, object]:
    return answer.status_code, answer.json()


def test_plan_of_a_draft_whole(program):
    campaign = datong.campaign()
    datong.line(campaign, "vehicle", 2, exclusions=[datong.owned_by("sthj")])

    answer = program(datong.officer()).get(f"/api/campaigns/{campaign.pk}/")

    plan = answer.json()
    assert plan.pop("lines") == [
        {
            "code": "vehicle", "title": "机动车检验", "domain": {"code": "vehicle", "name": "机动车检验"},
            "takes_rest": False, "level": "", "lead_bureau": BUREAUS["scjg:140200"],
            "partners": [BUREAUS["ga:140200"], BUREAUS["sthj:140200"]], "matters": [], "size_kind": "count", "count": 2,
            "ratio": "", "ratio_by_class": {}, "rounding": "ceil", "stated_count": None, "key_target_rule": "none",
            "key_target_lots": 3, "lots_by_class": {}, "reserve": 2,
            "exclusions": [{"kind": "owner_department", "department": "sthj", "words": "生态环境部门所属机构"}],
            "slots": [
                {"role": "officer", "source": "大同市市场监管局", "number": 2},
                {"role": "officer", "source": "大同市公安局", "number": 1},
                {"role": "officer", "source": "大同市生态环境局", "number": 1},
                {"role": "cooperating", "source": "所在县区市场监管", "number": 1},
            ],
            "agreements": [],
        }
    ]  # fmt: skip
    assert plan == {
        "id": campaign.pk, "number": "140200-2025-92", "title": "2025年度检验检测机构监督抽查", "year": 2025,
        "kind": "double_random", "lead_bureau": BUREAUS["scjg:140200"], "issued_on": None, "state": "draft",
        "parent": None, "draws_lots": True, "looks_back_at": [], "discipline": "",
            "document_number": "", "description": "", "notice_window": "within_24h", "publishes_plan": True,
        "publishes_drawn_list": False, "publishes_results": True, "overall_ratio": "", "overall_count": None,
        "quota_count": None, "quota_mode": "at_least", "tasks_per_inspector": 4, "objection_days": 0,
        "reveal_hours": 24, "discloses_on": None, "explains_draw": True, "frozen_at": None, "drawn_at": None,
        "dispatched_at": None, "issuers": list(BUREAUS.values()), "basis_documents": [],
        "stages": [
            {"kind": "on_site", "name": "现场检查", "starts_on": "2025-09-16", "ends_on": "2025-11-15", "is_soft": True}
        ],
        "sources": [
            {"kind": "bureau", "bureau": BUREAUS["scjg:140200"], "name": ""},
            {"kind": "bureau", "bureau": BUREAUS["ga:140200"], "name": ""},
            {"kind": "public", "bureau": None, "name": "双色球2025105期"},
        ],
        "waiting_for": "", "may": ["edit", "propose", "see_preview", "see_result", "download"],
    }  # fmt: skip


def test_draft_is_the_leads_alone(program):
    campaign = datong.planned()
    callers = [datong.liaison(datong.POLICE), datong.supervisor(), accounts.lead_officer("xinzhou", at="scjg:140900")]
    for caller in callers:
        client = program(caller)
        assert client.get("/api/campaigns/").json()["results"] == []
        assert outcome(client.get(f"/api/campaigns/{campaign.pk}/")) == NOT_FOUND
        assert outcome(client.get("/api/campaigns/987654321/")) == NOT_FOUND


def test_preview_of_the_plan(pools, program):
    campaign = datong.planned()

    answer = program(datong.officer()).get(f"/api/campaigns/{campaign.pk}/preview/")

    preview = answer.json()
    assert (preview["population"], preview["size"], preview["problems"]) == (17, 4, [])
    line = preview["lines"][0]
    assert (line["code"], line["population"], line["size"], line["excluded"]) == ("vehicle", 8, 2, [])
    assert line["supply"][0] == {"label": "大同市市场监管局", "role": "officer", "places": 4, "people": 6}


def test_steps_move_the_campaign_and_wrong_ones_are_conflicts(pools, program):
    campaign = datong.planned()
    client = program(datong.officer())
    address = f"/api/campaigns/{campaign.pk}/"

    assert client.post(f"{address}propose/").json()["state"] == "negotiating"
    assert outcome(client.post(f"{address}propose/")) == NOT_ALLOWED
    assert client.post(f"{address}withdraw/").json()["state"] == "draft"
    campaign.lines.all().delete()
    assert outcome(client.post(f"{address}propose/")) == (409, {"detail": "计划还没有条目，请先添加抽查领域。"})


def test_partner_answers_its_line_and_nobody_elses(pools, program):
    campaign = transitions.propose(datong.planned(), by=datong.officer())
    own = LineAgreement.objects.get(line__campaign=campaign, line__code="vehicle", bureau_id=datong.POLICE)
    other = LineAgreement.objects.get(line__campaign=campaign, line__code="vehicle", bureau_id=datong.ECOLOGY)
    client = program(datong.liaison(datong.POLICE))

    silent = client.post(f"/api/agreements/{own.pk}/answer/", {"agrees": False})
    agreed = client.post(f"/api/agreements/{own.pk}/answer/", {"agrees": True})

    assert outcome(silent) == (409, {"detail": "提出异议须写明理由。"})
    assert (agreed.status_code, agreed.json()["state"], agreed.json()["decided_by"]) == (200, "agreed", "用户ga-140200")
    assert outcome(client.post(f"/api/agreements/{other.pk}/answer/", {"agrees": True})) == NOT_ALLOWED
    foreign = program(accounts.user("xinzhou", Role.PARTNER_LIAISON, at="ga:140900"))
    assert outcome(foreign.post(f"/api/agreements/{own.pk}/answer/", {"agrees": True})) == NOT_FOUND
    assert outcome(foreign.post("/api/agreements/987654321/answer/", {"agrees": True})) == NOT_FOUND


def test_freeze_is_proposed_by_one_and_confirmed_by_another_with_the_password(pools, program):
    campaign = datong.agreed(datong.planned())
    approver = datong.approver()
    approver.set_password("correct-horse-7")
    approver.save()
    lead, second = program(datong.officer()), program(approver)

    proposed = lead.post(f"/api/campaigns/{campaign.pk}/freeze/")
    again = lead.post(f"/api/campaigns/{campaign.pk}/freeze/")
    address = f"/api/approvals/{proposed.json()['id']}/"
    own = lead.post(f"{address}confirm/", {"password": "correct-horse-7"})
    wrong = second.post(f"{address}confirm/", {"password": "wrong"})
    confirmed = second.post(f"{address}confirm/", {"password": "correct-horse-7"})
    late = second.post(f"{address}confirm/", {"password": "correct-horse-7"})

    job = Job.objects.get()
    assert (proposed.status_code, proposed.json()["state"]) == (201, "waiting")
    assert outcome(again) == (409, {"detail": f"“冻结两库”已由{datong.officer().name}提请，正等待审批。"})
    assert outcome(own) == NOT_ALLOWED
    assert outcome(wrong) == (409, {"detail": "密码不正确，未办理。"})
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed")
    assert outcome(late) == (409, {"detail": f"该事项已同意，由{approver.name}处理，不需要再处理。"})
    assert confirmed.headers["Location"] == f"/api/campaigns/{campaign.pk}/jobs/{job.pk}/"
    assert lead.get(confirmed.headers["Location"]).json()["kind"] == "campaigns.freeze"
    other = accounts.lead_officer("xinzhou", at="scjg:140900")
    assert outcome(program(other).get(address)) == NOT_FOUND
    assert outcome(program(other).get(confirmed.headers["Location"])) == NOT_FOUND


def test_sources_commit_and_reveal_and_the_value_is_told_to_nobody_in_between(pools, program):
    draw = datong.frozen()
    own, city, public = (draw.contributions.get(source=name) for name in (datong.POLICE, datong.CITY, PUBLIC))
    police, lead = program(datong.liaison(datong.POLICE)), program(datong.officer())
    commitment = engine.contribution_commitment(own.source, "骰子 6")

    committed = police.post(f"/api/contributions/{own.pk}/commit/", {"commitment": commitment})
    early = police.post(f"/api/contributions/{own.pk}/reveal/", {"value": "骰子 6"})
    foreign = police.post(f"/api/contributions/{city.pk}/commit/", {"commitment": commitment})

    assert (committed.status_code, committed.json()["commitment"], committed.json()["value"]) == (200, commitment, "")
    assert (outcome(early), outcome(foreign)) == (NOT_ALLOWED, NOT_ALLOWED)
    for caller in (datong.officer(), datong.liaison(datong.POLICE), datong.supervisor()):
        assert "骰子" not in program(caller).get(f"/api/draws/{draw.pk}/").content.decode()

    committed_too = engine.contribution_commitment(city.source, "骰子 1")
    assert lead.post(f"/api/contributions/{city.pk}/commit/", {"commitment": committed_too}).status_code == 200
    lottery = {"value": "08 09 17 22", "origin": "开奖公告", "occurred_at": timezone.now().isoformat()}
    assert lead.post(f"/api/contributions/{public.pk}/enter/", lottery).status_code == 200
    wrong = police.post(f"/api/contributions/{own.pk}/reveal/", {"value": "骰子 5"})
    assert (wrong.status_code, wrong.json()["detail"][:17]) == (409, "数值与此前公布的承诺摘要不符，未被"[:17])
    assert police.post(f"/api/contributions/{own.pk}/reveal/", {"value": "骰子 6"}).json()["value"] == "骰子 6"


PUBLIC = "public:双色球2025105期"


def test_result_is_the_leads_and_the_supervisors_and_reserves_stay_hidden(pools, program):
    draw = datong.drawn()
    address = f"/api/draws/{draw.pk}/"
    lead, partner = program(datong.officer()), program(datong.liaison(datong.POLICE))
    witness = program(datong.supervisor())

    shown = lead.get(address).json()
    drawn = draw.drawn_institutions.filter(is_reserve=False)
    assert [row["institution"] for row in shown["result"]] == list(drawn.values_list("institution_id", flat=True))
    assert (shown["manifest"], shown["commitment"]) == (draw.manifest, draw.commitment)
    assert witness.get(address).json()["result"] == shown["result"]
    assert partner.get(address).json()["result"] is None
    assert [outcome(each.get(f"{address}transcript/")) for each in (lead, witness)] == [NOT_FOUND] * 2
    assert outcome(partner.get(f"{address}transcript/")) == NOT_ALLOWED

    disclosing.disclose_draw(draw, by=datong.approver())
    assert lead.get(f"{address}transcript/").json() == json.loads(draw.transcript.text)


def test_transcript_of_a_draw_that_is_still_frozen_is_missing(pools, program):
    draw = datong.frozen()

    assert outcome(program(datong.officer()).get(f"/api/draws/{draw.pk}/transcript/")) == NOT_FOUND


def test_tasks_are_shown_from_dispatch_on_to_those_they_concern(pools, program):
    settle("vehicle", in_county="140213")
    settle("eco", in_county="140214")
    draw = datong.drawn()
    county = accounts.user("pingcheng", Role.COUNTY_OFFICER, at="scjg:140213")
    elsewhere = accounts.user("xinfu", Role.COUNTY_OFFICER, at="scjg:140902")
    client = program(county)
    assert client.get("/api/tasks/").json()["count"] == 0

    transitions.dispatch(draw.campaign, by=datong.officer())

    here = Task.objects.filter(institution__county="140213")
    there = Task.objects.exclude(institution__county="140213").first()
    assert [row["id"] for row in client.get("/api/tasks/").json()["results"]] == list(here.values_list("pk", flat=True))
    assert outcome(client.get(f"/api/tasks/{there.pk}/")) == outcome(client.get("/api/tasks/987654321/")) == NOT_FOUND
    assert program(elsewhere).get("/api/tasks/").json()["count"] == 0


def settle(domain: str, *, in_county: str) -> None:
    """All institutions of a domain in one county: whatever chance draws, it draws there."""
    Institution.objects.filter(certificates__domains=domain).update(county=in_county)


def test_member_declares_over_the_api(pools, program):
    draw = datong.dispatched()
    task = Task.objects.filter(draw=draw).order_by("number").first()
    member, other = task.members.filter(role="officer").order_by("position")[:2]
    user = accounts.user("own-inspector", Role.INSPECTOR, at=member.inspector.bureau_id)
    member.inspector.user = user
    member.inspector.save()
    client = program(user)

    answer = client.post(f"/api/tasks/{task.pk}/declare/", {"declaration": "none"}, content_type="application/json")
    refused = client.post(
        f"/api/tasks/{task.pk}/declare/", {"declaration": "none", "position": other.position},
        content_type="application/json",
    )  # fmt: skip

    member.refresh_from_db()
    assert answer.json() | {"declared_at": None} == {
        "position": member.position, "name": member.person.name, "declaration": "none", "declaration_words": "",
        "declared_by": user.name, "declared_at": None,
    }  # fmt: skip
    assert (member.declaration, refused.status_code) == ("none", 403)


def test_task_whole(pools, program):
    draw = datong.drawn()
    transitions.dispatch(draw.campaign, by=datong.officer())
    task = Task.objects.order_by("number").first()
    county = {"code": task.assisting_bureau.code, "name": f"{task.institution.county.name}市场监督管理局"}
    firm, certificate = task.institution, task.institution.certificates.get()

    found = program(datong.officer()).get(f"/api/tasks/{task.pk}/").json()

    assert found.pop("dispatched_at")
    assert found == {
        "id": task.pk, "number": "140200-2025-92-T001",
        "campaign": {"id": draw.campaign_id, "number": "140200-2025-92", "title": "2025年度检验检测机构监督抽查"},
        "line": task.line.title,
        "institution": {
            "id": firm.pk, "name": firm.name, "identifier": firm.uscc,
            "county": {"code": firm.county_id, "name": firm.county.name}, "address": "", "contact": "", "contact_phone": "",
            "certificates": [{
                "id": certificate.pk, "authorised_name": firm.name, "number": certificate.number, "level": "province",
                "issuer": "", "approved_on": "2023-05-01", "valid_until": "2029-04-30", "state": "valid",
                "is_national_centre": False,
                "domains": [{"code": domain.code, "name": domain.name} for domain in certificate.domains.all()],
            }],
        },
        "mode": "drawn", "bureau": BUREAUS["scjg:140200"], "assisting_bureau": county, "due_on": "2025-11-15",
        "is_due_softly": True, "state": "dispatched", "notice": None, "notice_window": "within_24h", "matters": [],
        "team": [
            {
                "position": member.position, "role": member.role, "name": member.inspector.name,
                "belongs_to": member.inspector.bureau.name, "certificate": "BM001",
            }
            for member in task.members.select_related("inspector__bureau")
        ],
        "has_open_places": False,
    }  # fmt: skip


def test_notice_is_issued_once_by_the_organising_bureau(pools, program):
    for domain in datong.DOMAINS:
        settle(domain, in_county="140213")
    draw = datong.drawn()
    transitions.dispatch(draw.campaign, by=datong.officer())
    datong.declared(draw.campaign)
    task = Task.objects.order_by("number").first()
    client = program(datong.officer())

    answer = client.post(f"/api/tasks/{task.pk}/notify/")

    assert (answer.status_code, answer.json()["state"]) == (200, "notified")
    assert answer.json()["notice"].endswith("1号")
    assert outcome(client.post(f"/api/tasks/{task.pk}/notify/")) == NOT_ALLOWED
    county = program(accounts.user("pingcheng", Role.COUNTY_OFFICER, at=f"scjg:{task.institution.county_id}"))
    other = Task.objects.filter(institution__county=task.institution.county_id).exclude(pk=task.pk).first()
    assert outcome(county.post(f"/api/tasks/{other.pk}/notify/")) == NOT_ALLOWED


def test_campaigns_are_filtered_and_ordered_as_on_the_page(program):
    for number, title in (("A-1", "甲"), ("A-2", "乙"), ("A-3", "丙")):
        datong.services.create_campaign(by=datong.officer(), number=number, title=title, year=2025)
    client = program(datong.officer())

    found = client.get("/api/campaigns/?ordering=-number&page_size=2&year=2025").json()

    assert [row["number"] for row in found["results"]] == ["A-3", "A-2"]
    assert found["count"] == 3
    assert client.get("/api/campaigns/?q=乙").json()["count"] == 1
    assert Campaign.objects.filter(state=CampaignState.DRAFT).count() == 3
    assert Draw.objects.count() == 0
