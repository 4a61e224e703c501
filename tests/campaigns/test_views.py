import json
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import Workbook

from accounts.models import AuditEvent
from campaigns import approvals, disclosing, transitions
from campaigns import draw as engine
from campaigns.models import AllottedInstitution, Approval, Campaign, LineAgreement, PlanLine, Task
from campaigns.states import CampaignState
from jobs.models import Job
from jobs.running import run_job
from tests.campaigns import datong

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    client.force_login(datong.officer())
    return client


def page(client, name, *arguments, **data):
    return client.get(reverse(f"campaigns:{name}", args=arguments), data)


def press(client, name, *arguments, **data):
    return client.post(reverse(f"campaigns:{name}", args=arguments), data, follow=True)


def words(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


CAMPAIGN = {
    "number": "140200-2025-1", "title": "监督抽查", "year": "2025", "kind": "double_random", "notice_window": "within_24h",
    "quota_mode": "at_least", "tasks_per_inspector": "6", "objection_days": "3", "reveal_hours": "48",
}  # fmt: skip


def test_campaign_is_created_as_a_draft_of_the_officers_bureau(officer):
    press(officer, "create", **CAMPAIGN)

    campaign = Campaign.objects.get()
    assert (campaign.lead_bureau_id, campaign.state) == (datong.CITY, CampaignState.DRAFT)
    assert (campaign.objection_days, campaign.reveal_hours, campaign.explains_draw) == (3, 48, False)
    assert [issuer.bureau_id for issuer in campaign.issuers.all()] == [datong.CITY]


def test_campaign_with_a_strange_ratio_is_refused_at_the_field(officer):
    response = press(officer, "create", **CAMPAIGN, overall_ratio="4 %")

    assert response.context["form"].errors == {"overall_ratio": ["比例写作 4% 或 2.5%，0% 到 100%，最多两位小数。"]}
    assert Campaign.objects.count() == 0


def line_data(**changes):
    data = {
        "title": "机动车检验", "code": "vehicle", "domain": "vehicle", "lead_bureau": datong.CITY, "size_kind": "ratio",
        "ratio": "10%", "rounding": "ceil", "key_target_rule": "none", "key_target_lots": "3", "reserve": "3",
        "excluded_kinds": ["certificate_state"], "slots-TOTAL_FORMS": "1", "slots-INITIAL_FORMS": "0",
        "slots-0-role": "officer", "slots-0-source": f"bureau|{datong.CITY}", "slots-0-number": "2",
    }  # fmt: skip
    return data | changes


def test_plan_line_is_saved_with_its_exclusions_and_slots(officer):
    datong.pool(vehicle=3, eco=0, food=0)
    campaign = datong.campaign()

    press(officer, "line_create", campaign.pk, **line_data())

    line = PlanLine.objects.get()
    assert (line.ratio, [str(each) for each in line.exclusions.all()]) == ("10%", ["资质认定证书不在有效状态"])
    assert [str(slot) for slot in line.slots.all()] == ["大同市市场监管局 2 名（执法检查人员）"]


def test_preview_of_a_line_shows_what_it_would_give_and_saves_nothing(officer):
    datong.pool(vehicle=12, eco=0, food=0)
    datong.officers()
    campaign = datong.campaign()
    events = AuditEvent.objects.count()

    response = page(officer, "line_preview", campaign.pk, **line_data())

    assert "机动车检验 12 家，按 10% 向上取整抽 2 家。" in response.content.decode()
    assert (PlanLine.objects.count(), AuditEvent.objects.count()) == (0, events)


def test_plan_that_is_being_negotiated_cannot_be_edited(officer):
    datong.pool()
    campaign = datong.agreed(datong.planned())

    response = officer.post(reverse("campaigns:line_create", args=[campaign.pk]), line_data(code="extra"))

    assert (response.status_code, campaign.lines.count()) == (403, 3)


def test_partner_agrees_and_another_bureau_may_not(client):
    datong.pool()
    campaign = transitions.propose(datong.planned(), by=datong.officer())
    agreement = LineAgreement.objects.get(line__campaign=campaign, bureau=datong.POLICE)
    client.force_login(datong.liaison(datong.ECOLOGY))
    refused = client.post(reverse("campaigns:answer", args=[agreement.pk]), {"agrees": "1"})
    client.force_login(datong.liaison(datong.POLICE))

    press(client, "answer", agreement.pk, agrees="1")

    agreement.refresh_from_db()
    assert (refused.status_code, agreement.state) == (403, LineAgreement.State.AGREED)


def test_freeze_pressed_twice_is_one_proposal_and_one_job(officer):
    datong.pool()
    datong.officers()
    campaign = datong.agreed(datong.planned())

    pressed = [words(press(officer, "freeze", campaign.pk)) for _ in range(2)]
    run_job(confirmed(Approval.objects.get()).pk)

    campaign.refresh_from_db()
    assert pressed[1] == [f"“冻结两库”已由{datong.officer().name}提请，正等待审批。"]
    assert (campaign.state, campaign.draws.count()) == (CampaignState.FROZEN, 1)


def confirmed(approval: Approval) -> Job:
    """The job that begins when the second person confirms."""
    approver = datong.approver()
    approver.set_password("correct-horse-7")
    approver.save()
    approvals.confirm(approval, password="correct-horse-7", by=approver)
    return Job.objects.get(parameters={"approval": approval.pk})


def test_freeze_that_is_refused_says_why_on_the_job(officer):
    datong.pool()
    campaign = datong.agreed(datong.planned())

    press(officer, "freeze", campaign.pk)
    job = run_job(confirmed(Approval.objects.get()).pk)

    assert job.state == "failed"
    assert job.error.startswith("计划还不能冻结：条目“机动车检验”：大同市市场监管局在检查期间证件有效")


def test_transcript_is_downloaded_and_verifies_once_it_is_disclosed(officer):
    datong.pool()
    datong.officers()
    draw = datong.drawn()
    assert page(officer, "transcript", draw.pk).status_code == 404
    disclosing.disclose_draw(draw, by=datong.approver())

    response = page(officer, "transcript", draw.pk)

    assert engine.verify(json.loads(response.content)) is None
    assert response["Content-Disposition"] == 'attachment; filename="140200-2025-92-1.transcript.json"'


def test_result_is_not_shown_to_partners_before_dispatch(client):
    datong.pool()
    datong.officers()
    draw = datong.drawn()
    client.force_login(datong.liaison(datong.POLICE))

    body = page(client, "draw", draw.campaign_id).content.decode()

    drawn = [task.institution.name for task in Task.objects.select_related("institution")]
    assert [name for name in drawn if name in body] == []
    assert draw.commitment[:4] in body


def allotment_workbook(*rows) -> BytesIO:
    book = Workbook()
    book.active.append(["统一社会信用代码", "机构名称", "检查单位"])
    for row in rows:
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    stream.seek(0)
    stream.name = "名单.xlsx"
    return stream


def test_allotment_workbook_is_received(officer):
    found = datong.pool()["vehicle"]
    campaign = datong.planned()
    upload = allotment_workbook(
        [found[0].uscc, found[0].name, "按属地分配"], [found[1].uscc, found[1].name, "上级检查"]
    )

    press(officer, "allotment_upload", campaign.pk, file=upload, origin="省局下发")

    rows = AllottedInstitution.objects.order_by("-is_received").values_list("institution", "is_received")
    assert list(rows) == [(found[0].pk, True), (found[1].pk, False)]


def test_allotment_workbook_with_an_unknown_code_is_refused_whole(officer):
    found = datong.pool()["vehicle"]
    campaign = datong.planned()
    upload = allotment_workbook(
        [found[0].uscc, found[0].name, ""], [datong.institutions.uscc(999999), "某某检测公司", ""]
    )

    response = press(officer, "allotment_upload", campaign.pk, file=upload, origin="省局下发")

    code = datong.institutions.uscc(999999)
    expected = (
        f"“Sheet”第 3 行 A 列（统一社会信用代码）：名录库中本地区没有代码为 {code} 的机构，请先在检查对象名录库中补录。"
    )
    assert words(response) == [expected]
    assert AllottedInstitution.objects.count() == 0


@pytest.mark.parametrize("vehicle", [3, 30])
def test_task_list_asks_for_the_same_few_rows(officer, vehicle, django_assert_max_num_queries):
    datong.pool(vehicle=vehicle, eco=1, food=1)
    datong.officers(city=20, police=20, ecology=20, county=20)
    campaign = datong.campaign()
    datong.line(campaign, "vehicle", vehicle)
    draw = datong.drawn(campaign)
    transitions.dispatch(draw.campaign, by=datong.officer())

    with django_assert_max_num_queries(9):
        response = page(officer, "tasks")

    assert response.context["table"].paginator.count == vehicle
