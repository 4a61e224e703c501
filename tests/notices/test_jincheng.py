"""晋市市监办发〔2022〕34号: nobody is drawn, everybody of six domains is inspected; its sheet is counted again by SQL."""

import pytest

from campaigns.models import Campaign
from publications import publishing
from publications.errors import PublicationError
from publications.models import PublishedResult
from reports.models import ReportingDuty
from tests.notices.seen import DECIDED, INSPECTED, MONEY, OF_SEVERITY, ORDERED, POLICE, STANDING

NOTICE, VISITS = "jincheng-2022", 9
pytestmark = [pytest.mark.django_db, pytest.mark.once_with_sqlite]

IN_DOMAIN = """(l.id = t.line_id OR EXISTS (
    SELECT 1 FROM institutions_certificate c JOIN institutions_certificate_domains d ON d.certificate_id = c.id
    WHERE c.institution_id = t.institution_id AND d.domain_id = l.domain_id))"""
COLUMNS = (
    INSPECTED, f"EXISTS ({STANDING} AND f.severity <> 'general')", OF_SEVERITY.format("'false', 'untrue'"), ORDERED,
    f"EXISTS ({DECIDED} AND m.kind IN ('revocation', 'deregistration'))",
)  # fmt: skip
DOMAINS = ["疫情防控有关医疗器械防护用品", "食品", "个人防护装备", "建筑材料", "常压液体危险货物罐体", "碳排放核查"]


def test_summary_sheet_is_counted_as_sql_counts(world):
    rows = world.sheet("inspection-summary")

    counts, sums = world.by_line(*COLUMNS, where=IN_DOMAIN), world.sums_by_line(MONEY, POLICE)
    expected = [[*count, *more] for count, more in zip(counts, sums, strict=True)]
    found = [[row[0], *row[2:9]] for row in rows if row[0] in DOMAINS]
    assert [row[0] for row in found] == DOMAINS
    assert [row[0] for row in expected] == DOMAINS
    for seen, counted in zip(found, expected, strict=True):
        assert seen[1:] == pytest.approx(counted[1:])
    total = next(row for row in rows if row[0] == "总数")
    assert total[2:9] == pytest.approx([sum(column) for column in zip(*(row[1:] for row in expected), strict=True)])
    assert sum(row[1] for row in expected) > world.campaign.tasks.count()  # some stand in two domains
    assert any(row[6] for row in expected)
    assert all(row[3] <= row[2] <= row[1] for row in expected)


def test_everybody_of_the_six_domains_was_listed_and_inspected_by_the_county(world):
    listed = """SELECT COUNT(DISTINCT c.institution_id) FROM institutions_certificate c
        JOIN institutions_certificate_domains d ON d.certificate_id = c.id
        JOIN campaigns_planline l ON l.domain_id = d.domain_id AND l.campaign_id = %(campaign)s"""
    tasks = world.campaign.tasks.select_related("bureau__region", "institution")

    assert not world.campaign.draws_lots
    assert not world.campaign.draws.exists()
    assert tasks.count() == world.count(listed) > 0
    assert {task.bureau.region_id == task.institution.county_id for task in tasks} == {True}
    assert set(tasks.values_list("state", flat=True)) == {"closed"}


def test_results_are_public_as_the_notice_has_it_and_the_plan_is_not(world, client):
    closed = "SELECT COUNT(*) FROM campaigns_task WHERE campaign_id = %(campaign)s AND state = 'closed'"
    shown = client.get(f"/public/results/?q={world.campaign.tasks.order_by('number')[0].institution.identifier}")

    assert PublishedResult.objects.filter(task__campaign=world.campaign, is_current=True).count() == world.count(closed)
    assert world.campaign.title in shown.content.decode()
    with pytest.raises(PublicationError, match="不公示"):
        publishing.prepare_plan(Campaign.objects.get(pk=world.campaign.pk), by=world.officer)


def test_documents_and_reports_up(world):
    notice, summary = world.printed("notice"), world.printed("summary")

    assert "晋市市监办发〔2022〕34号" in notice.pages[0]
    assert "2022年4月22日" in notice.text
    assert all(heading in summary.text for heading in ("基本情况", "主要成效", "意见建议"))
    assert (notice.stays_inside, summary.stays_inside) == (True, True)
    duties = ReportingDuty.objects.filter(campaign=world.campaign)
    assert {(duty.title, str(duty.due_on)) for duty in duties if duty.due_on} == {
        ("专项整治行动总结", "2022-07-31"), ("检查信息汇总表", "2022-07-31"),
    }  # fmt: skip
    assert duties.filter(submissions__state="received").exists()
    assert duties.filter(submissions=None).exists()
