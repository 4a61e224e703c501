"""Campaigns over the API: the plan, its preview, the steps, the draw and the tasks, told to whom the pages tell them."""

import json

import pytest

from accounts.models import Role, User
from campaigns import transitions
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


def approver() -> User:
    return accounts.user("approver", Role.LEAD_APPROVER, at=datong.CITY)


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
        "parent": None, "document_number": "", "description": "", "notice_window": "within_24h", "publishes_plan": True,
        "publishes_drawn_list": False, "publishes_results": True, "overall_ratio": "", "overall_count": None,
        "quota_count": None, "quota_mode": "at_least", "tasks_per_inspector": 4, "frozen_at": None, "drawn_at": None,
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


def test_freeze_is_a_job_with_an_address_and_starts_once(pools, program):
    campaign = datong.agreed(datong.planned())
    client = program(datong.officer())

    first = client.post(f"/api/campaigns/{campaign.pk}/freeze/")
    second = program(approver()).post(f"/api/campaigns/{campaign.pk}/freeze/")

    job = Job.objects.get()
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.headers["Location"] == second.headers["Location"] == f"/api/campaigns/{campaign.pk}/jobs/{job.pk}/"
    progress = client.get(first.headers["Location"]).json()
    assert progress.pop("created_at")
    assert progress == {
        "id": job.pk, "kind": "campaigns.freeze", "title": "冻结两库：2025年度检验检测机构监督抽查", "state": "queued",
        "done": 0, "total": 0, "percent": 0, "message": "", "error": "", "file_name": "", "finished_at": None,
    }  # fmt: skip
    assert [row["id"] for row in client.get("/api/jobs/").json()["results"]] == [job.pk]
    other = accounts.lead_officer("xinzhou", at="scjg:140900")
    assert outcome(program(other).get(f"/api/jobs/{job.pk}/")) == NOT_FOUND
    assert outcome(program(other).get(first.headers["Location"])) == NOT_FOUND


def test_contributed_value_is_told_to_nobody_before_the_draw(pools, program):
    draw = datong.frozen()
    own = draw.contributions.get(source=datong.POLICE)
    police = program(datong.liaison(datong.POLICE))

    given = police.post(f"/api/contributions/{own.pk}/give/", {"value": "骰子 6"})
    again = police.post(f"/api/contributions/{own.pk}/give/", {"value": "骰子 1"})

    assert (given.status_code, given.json()["is_given"]) == (200, True)
    assert outcome(again) == NOT_ALLOWED
    for caller in (datong.officer(), datong.liaison(datong.POLICE), datong.supervisor()):
        shown = program(caller).get(f"/api/draws/{draw.pk}/")
        assert shown.status_code == 200
        assert "骰子" not in shown.content.decode()
        assert shown.json()["result"] is None
        assert [set(row) for row in shown.json()["contributions"]] == [
            {"id", "source", "kind", "bureau", "is_given", "given_by", "given_at"}
        ] * 3


def test_result_is_the_leads_until_dispatch_and_reserves_stay_hidden(pools, program):
    draw = datong.drawn()
    address = f"/api/draws/{draw.pk}/"
    lead, partner = program(datong.officer()), program(datong.liaison(datong.POLICE))
    witness = program(datong.supervisor())

    shown = lead.get(address).json()
    drawn = draw.drawn_institutions.filter(is_reserve=False)
    assert [row["institution"] for row in shown["result"]] == list(drawn.values_list("institution_id", flat=True))
    assert next(row["value"] for row in shown["contributions"]) == "骰子 scjg:140200"
    assert shown["manifest"] == draw.manifest
    assert shown["commitment"] == draw.commitment
    assert [partner.get(address).json()["result"], witness.get(address).json()["result"]] == [None, None]
    assert outcome(witness.get(f"{address}transcript/")) == NOT_ALLOWED
    assert outcome(partner.get(f"{address}transcript/")) == NOT_ALLOWED
    assert lead.get(f"{address}transcript/").json() == json.loads(draw.transcript.text)

    lead.post(f"/api/campaigns/{draw.campaign_id}/dispatch/")
    assert witness.get(address).json()["result"] == shown["result"]
    assert partner.get(address).json()["result"] is None


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
