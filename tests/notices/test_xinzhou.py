"""忻市监认证〔2023〕221号: two ratios with their own initiators, full coverage beside the draw, results that stay amendable."""

import pytest

from publications.models import Publication
from tests.notices.seen import is_counted_by_sql

NOTICE, VISITS = "xinzhou-2023", 4
pytestmark = [pytest.mark.django_db, pytest.mark.once_with_sqlite]


def test_ratios_of_the_two_domains_give_fourteen_and_nine(world):
    frozen = """SELECT f.line_code, f.excluded, COUNT(*) FROM campaigns_frozeninstitution f
        JOIN campaigns_draw d ON d.id = f.draw_id WHERE d.campaign_id = %(campaign)s GROUP BY f.line_code, f.excluded"""
    drawn = "SELECT l.code, COUNT(*) FROM campaigns_task t JOIN campaigns_planline l ON l.id = t.line_id WHERE t.campaign_id = %(campaign)s AND t.mode = 'drawn' GROUP BY l.code"

    assert sorted(world.ask(frozen)) == [("eco", "", 33), ("eco", "生态环境部门所属机构", 4), ("vehicle", "", 137)]
    assert dict(world.ask(drawn)) == {"vehicle": 14, "eco": 9}


def test_ecology_initiates_its_own_domain(world):
    lines = {line.code: line for line in world.campaign.lines.prefetch_related("partners", "agreements")}

    assert (lines["vehicle"].lead_bureau_id, lines["eco"].lead_bureau_id) == ("scjg:140900", "sthj:140900")
    assert [each.pk for each in lines["eco"].partners.all()] == ["scjg:140900"]
    assert {each.state for line in lines.values() for each in line.agreements.all()} == {"agreed"}


def test_statistics_count_full_coverage_beside_the_draw(world):
    assert is_counted_by_sql(world, province="14")

    covered = world.campaign.tasks.filter(mode="full")
    assert covered.exists()
    assert {task.bureau.region.level for task in covered.select_related("bureau__region")} == {"county"}


def test_special_campaigns_result_is_adopted_without_a_second_visit(world):
    task = world.campaign.tasks.get(state="adopted")

    assert task.adoption.source.campaign.kind == "special"
    assert task.adoption.approved_by != task.adoption.asked_by
    assert not task.visits.exists()


def test_amended_result_is_a_new_version_also_in_public(world, client):
    amended = "SELECT r.task_id FROM visits_resultversion v JOIN visits_departmentresult r ON r.id = v.result_id WHERE v.number = 2"
    publication = Publication.objects.get(versions__number=2, campaign=world.campaign)
    page = client.get(f"/public/publications/{publication.code}/").content.decode()

    assert len(world.ask(amended)) == 1
    assert [(each.number, each.state) for each in publication.versions.order_by("number")] == [
        (1, "superseded"), (2, "published"),
    ]  # fmt: skip
    assert "机构补充提交了原始记录，更正情况说明。" in page
    assert client.get(f"/public/publications/{publication.code}/1/").status_code == 200


def test_notice_is_printed_with_its_issuers_and_three_deadlines(world):
    notice, summary = world.printed("notice"), world.printed("summary")

    assert "忻市监认证〔2023〕221号" in notice.pages[0]
    for words in (
        "忻州市公安局",
        "忻州市生态环境局",
        "2023年10月20日",
        "2023年10月31日",
        "2023年11月10日",
        "10%",
        "25%",
    ):
        assert words in notice.text
    assert (notice.stays_inside, summary.stays_inside) == (True, True)
