"""国市监检测发〔2023〕90号 at the screen: a hundred institutions of eleven domains, at least twenty national centres among them.
The pool is small but has enough of every domain, so that the quotas are those of the notice."""

import pytest

from config.demo.notices import national
from config.demo.notices.mixes import CLEAN, UNTRUE
from config.demo.visits.cast import Cast
from config.demo.visits.clock import at
from institutions.models import Institution
from tests.journeys import datong, notices

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]
QUOTAS = (5, 10, 10, 5, 5, 5, 10, 5, 5, 5, 35)


@pytest.fixture
def stage(transactional_db, seat, eventually):
    cast = Cast(notices.open_up("national-2023", national.fill, visits=1), at(national.DAY, "17:30"), "national")
    return notices.Stage(seat(cast.officer), seat(cast.approver), cast, eventually)


def test_national_from_eleven_quotas_to_the_public_page(stage):
    lines = notices.open_wizard(
        stage.officer, "national-2023", "11 个领域 5、10、10、5、5、5、10、5、5、5、35 家，合计 100 家",
        "各领域合计含国家质检中心至少 20 家", "进出口商品由海关牵头，市场监管配合",
    )  # fmt: skip
    assert lines["进出口商品检验"][:2] == ["海关总署", "市场监管总局"]
    assert [row[2] for row in lines.values()] == [f"{n} 家" for n in QUOTAS]
    campaign = notices.make_draft(stage.officer, "national-2023")
    stage.officer.sees("国家质检中心至少 20 家")
    datong.propose(stage.officer)
    stage.agree(campaign)
    stage.freeze_and_draw(campaign)
    centres = Institution.objects.filter(tasks__campaign=campaign, certificates__is_national_centre=True).distinct()
    assert (campaign.tasks.count(), centres.count() >= 20) == (100, True)

    visited = [campaign.tasks.filter(line__code=code).order_by("number")[0] for code in ("import-export", "food")]
    stage.visit(national, visited, (UNTRUE, CLEAN))
    stage.open_result(visited[0])
    rows = notices.sheet(stage.officer, campaign, "national-statistics")
    assert [int(row[1]) for row in rows.values()] == [*QUOTAS, sum(QUOTAS)]
    assert [rows["合计"][each] for each in notices.FIGURES] == ["100", "2", "1"]
    stage.officer.sees(f"国家质检中心 {centres.count()} 家")
    stage.issue(campaign, "抽查通知", "国市监检测发〔2023〕90号")
    stage.approver.sees("海关总署", "国家质检中心不少于20家")

    stage.publish_results(campaign)
    others = campaign.tasks.exclude(pk__in=[each.pk for each in visited])
    stage.public_sees(campaign, visited, others[0].institution.name)
