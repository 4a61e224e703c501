"""晋市监发〔2024〕193号: what was found before is looked at again; leads go round and come back; the upper document is handed
on; institutions make themselves public."""

import pytest

from publications.models import Disclosure
from reports.models import ReportingDuty
from tests.notices.seen import is_counted_by_sql
from visits.models import Complaint, Finding, Referral

NOTICE, VISITS = "shanxi-2024", 4
pytestmark = [pytest.mark.django_db, pytest.mark.once_with_sqlite]
HEADINGS = ("基本情况", "主要成效", "经验做法", "存在问题及原因分析", "典型案例", "意见建议")


def test_only_those_with_findings_are_looked_at_again(world):
    earlier = """SELECT DISTINCT t.institution_id FROM visits_finding f JOIN visits_departmentresult r ON r.id = f.result_id
        JOIN campaigns_task t ON t.id = r.task_id JOIN campaigns_campaign c ON c.id = t.campaign_id
        WHERE c.kind = 'special' AND f.state <> 'withdrawn'"""
    listed = world.campaign.tasks.exclude(mode="extended").values_list("institution", flat=True)

    assert {row[0] for row in world.ask(earlier)} == set(listed) != set()
    again = Finding.objects.filter(rechecks__isnull=False)
    assert again.exists()
    assert all(each.rechecks.result.task.institution_id == each.result.task.institution_id for each in again)
    assert is_counted_by_sql(world, province="14")


def test_guest_third_party_and_complaint_leave_their_traces(world):
    guests = "SELECT COUNT(*) FROM visits_attendee a JOIN visits_visit v ON v.id = a.visit_id JOIN campaigns_task t ON t.id = v.task_id WHERE a.kind = 'guest' AND t.campaign_id = %(campaign)s"

    assert world.count(guests) == 1
    assert world.campaign.tasks.filter(mode="extended", state="closed").count() == 1
    complaint = Complaint.objects.get()
    assert (complaint.state, complaint.institution.risk_flags.filter(kind="complaint").count()) == ("answered", 1)


def test_leads_were_accepted_and_answered(world):
    leads = Referral.objects.order_by("pk")

    assert [lead.state for lead in leads] == ["answered", "closed"]
    assert all(lead.feedback for lead in leads)
    assert {lead.receiver_id for lead in leads} == {"sthj:140000", "scjg:140100"}


def test_institution_page_shows_what_it_made_public(world, client):
    disclosed = Disclosure.objects.published()
    page = client.get(f"/public/institutions/{disclosed[0].institution.uscc}/").content.decode()

    assert disclosed.count() == 3
    assert all(each.title in page for each in disclosed)
    assert disclosed[0].institution.legal_representative_phone not in page


def test_upper_document_is_handed_on_and_the_cities_report(world):
    transmittal, summary = world.printed("transmittal"), world.printed("summary")

    assert "晋市监发〔2024〕193号" in transmittal.pages[0]
    for words in ("国市监检测发〔2024〕80号", "2024年12月8日", "“回头看”"):
        assert words in transmittal.text
    for heading in HEADINGS:
        assert heading in summary.text
    assert (transmittal.stays_inside, summary.stays_inside) == (True, True)
    duties = ReportingDuty.objects.filter(campaign=world.campaign, title="工作总结", sender__region__level="city")
    assert {str(duty.due_on) for duty in duties} == {"2024-12-08"}
    assert duties.count() == 11
