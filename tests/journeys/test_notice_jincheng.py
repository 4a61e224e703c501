"""晋市市监办发〔2022〕34号 at the screen: from the notice to a draft, everybody listed by two people, and once the counties have
been everywhere, the results, the summary sheet, the notice itself and the public page."""

import pytest

from config.demo.notices import jincheng
from config.demo.visits.cast import Cast
from config.demo.visits.clock import at
from institutions.models import Institution
from tests.journeys import datong, notices

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]


@pytest.fixture
def stage(transactional_db, seat, eventually):
    cast = Cast(notices.open_up("jincheng-2022", jincheng.fill, visits=1), at(jincheng.DAY, "17:30"), "jincheng")
    return notices.Stage(seat(cast.officer), seat(cast.approver), cast, eventually)


def test_jincheng_from_the_notice_to_the_summary_sheet(stage):
    lines = notices.open_wizard(stage.officer, "jincheng-2022", "疫情防控有关医疗器械防护用品", "全部列入，不抽取")
    assert {row[2] for row in lines.values()} == {"全部"}
    campaign = notices.make_draft(stage.officer, "jincheng-2022")
    datong.propose(stage.officer)
    stage.list_all(campaign)
    tasks = list(campaign.tasks.order_by("number").select_related("institution"))
    assert (campaign.state, len(tasks)) == ("dispatched", 7)

    stage.visit(jincheng, tasks, jincheng.FATES)
    stage.open_result(tasks[0])
    rows = notices.sheet(stage.officer, campaign, "inspection-summary")
    assert rows["总数"][1:] == ["9", "6", "3", "6", "1", "25.12", "1"]  # two of the seven stand in two domains
    stage.issue(campaign, "抽查通知", "晋市市监办发〔2022〕34号")
    stage.approver.sees("全部列入检查，不作抽取，共7家")

    stage.publish_results(campaign)
    of_other_domains = Institution.objects.exclude(tasks__campaign=campaign)
    stage.public_sees(campaign, tasks, of_other_domains[0].name)
