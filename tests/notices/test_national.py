"""国市监检测发〔2023〕90号: a hundred of eleven domains, at least twenty national centres among them, each with its form and
letter, and a lead from one province to another."""

import pytest

from campaigns.models import Campaign
from campaigns.planning import preview_plan
from reports.models import ReportingDuty
from selftest.models import SelfCheck
from tests.notices.seen import is_counted_by_sql
from visits.models import Referral

NOTICE, VISITS = "national-2023", 9
pytestmark = [pytest.mark.django_db, pytest.mark.once_with_sqlite]
QUOTAS = {
    "natural-resources": 5, "eco": 10, "vehicle": 10, "water": 5, "import-export": 5, "medical-protection": 5, "food": 10,
    "oil": 5, "cyber": 5, "tank": 5, "other": 35,
}  # fmt: skip


def test_hundred_are_drawn_with_at_least_twenty_centres(world):
    drawn = "SELECT l.code, COUNT(*) FROM campaigns_task t JOIN campaigns_planline l ON l.id = t.line_id WHERE t.campaign_id = %(campaign)s GROUP BY l.code"
    centres = "SELECT COUNT(DISTINCT t.institution_id) FROM campaigns_task t JOIN institutions_certificate c ON c.institution_id = t.institution_id WHERE t.campaign_id = %(campaign)s AND c.is_national_centre"
    found = world.count(centres)

    assert dict(world.ask(drawn)) == QUOTAS
    assert found >= 20
    assert is_counted_by_sql(world, province="")
    assert any(f"国家质检中心 {found} 家" in str(cell) for row in world.sheet("national-statistics") for cell in row)


def test_more_centres_than_there_are_is_refused_with_the_figures(world):
    campaign = Campaign.objects.get(pk=world.campaign.pk)
    campaign.quota_count = 99

    assert any("国家质检中心数无法满足" in problem.text for problem in preview_plan(campaign).errors)


def test_customs_lead_their_domain_and_market_regulation_takes_part(world):
    line = world.campaign.lines.get(code="import-export")

    assert (line.lead_bureau_id, [each.pk for each in line.partners.all()]) == ("hg:000000", ["scjg:000000"])
    officers = {
        member.inspector.bureau_id for task in line.tasks.all() for member in task.members.filter(role="officer")
    }
    assert officers == {"hg:000000", "scjg:000000"}


def test_form_and_letter_are_complete_together(world):
    signed = SelfCheck.objects.filter(round__campaign=world.campaign, handed_in_at__isnull=False)

    assert signed.count() == 4
    assert all(check.round.needs_letter for check in signed)
    sql = """SELECT COUNT(DISTINCT u.self_check_id) FROM selftest_signature s
        JOIN selftest_submission u ON u.id = s.submission_id WHERE s.signer_name <> ''"""
    assert world.count(sql) == 4


def test_other_province_verified_the_lead_and_answered(world):
    lead = Referral.objects.get()

    assert (lead.sender_id, lead.receiver_id, lead.state) == ("scjg:140000", "scjg:130000", "closed")
    assert lead.feedback.startswith("经查属实")


def test_notice_and_bulletin_are_printed_whole(world):
    notice, bulletin = world.printed("notice"), world.printed("bulletin")

    for words in ("国市监检测发〔2023〕90号", "自然资源部", "海关总署", "100家", "国家质检中心不少于20家"):
        assert words in notice.text
    assert (notice.stays_inside, bulletin.stays_inside) == (True, True)
    provinces = ReportingDuty.objects.filter(campaign=world.campaign, title="监督检查信息统计表")
    assert provinces.count() == 31
    assert {str(duty.due_on) for duty in provinces} == {"2023-11-24"}
