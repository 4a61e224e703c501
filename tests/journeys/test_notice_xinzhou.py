"""忻市监认证〔2023〕221号 at the screen: two domains with an initiator and a ratio each, from the notice to the public page."""

from functools import partial

import pytest

from config.demo.notices import pools, xinzhou
from config.demo.notices.mixes import KEPT, LIMITS, UNTRUE
from config.demo.visits.cast import Cast
from config.demo.visits.clock import at
from tests.journeys import datong, notices

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]

FEW = pools.fewer(xinzhou.KINDS, (16, 2, 2, 8, 2, 1, 1, 1))
"""Twenty of the province's own in vehicle inspection and eight in ecology: a tenth and a quarter are two each."""


@pytest.fixture
def stage(transactional_db, seat, eventually):
    accounts = notices.open_up("xinzhou-2023", partial(xinzhou.fill, kinds=FEW), visits=1)
    cast = Cast(accounts, at(xinzhou.DAY, "17:30"), "xinzhou")
    return notices.Stage(seat(cast.officer), seat(cast.approver), cast, eventually)


def test_xinzhou_from_the_notice_to_the_public_page(stage):
    lines = notices.open_wizard(
        stage.officer, "xinzhou-2023", "机动车检验由市场监管发起，抽 10%；生态环境监测由生态环境发起，抽 25%",
        "录入期限早于后处理期限，录入后仍可更正",
    )  # fmt: skip
    assert lines == {
        "机动车检验机构": ["忻州市市场监管局", "忻州市公安局、忻州市生态环境局", "10%"],
        "生态环境监测机构": ["忻州市生态环境局", "忻州市市场监管局", "25%"],
    }
    campaign = notices.make_draft(stage.officer, "xinzhou-2023")
    datong.propose(stage.officer)
    stage.agree(campaign)
    stage.freeze_and_draw(campaign)
    drawn = {code: list(campaign.tasks.filter(line__code=code)) for code in ("vehicle", "eco")}
    assert {code: len(tasks) for code, tasks in drawn.items()} == {"vehicle": 2, "eco": 2}

    visited = [*drawn["vehicle"], drawn["eco"][0]]
    stage.visit(xinzhou, visited, (UNTRUE, LIMITS, KEPT))
    stage.open_result(visited[0])
    rows = notices.sheet(stage.officer, campaign, "national-statistics")
    assert {title: [row[each] for each in notices.FIGURES] for title, row in rows.items()} == {
        "机动车检验机构": ["2", "2", "2"], "生态环境监测机构": ["2", "1", "1"], "合计": ["4", "3", "3"],
    }  # fmt: skip
    stage.issue(campaign, "抽查通知", "忻市监认证〔2023〕221号")
    stage.approver.sees("忻州市公安局", "忻州市生态环境局", "10%", "25%", "2023年10月31日")

    stage.publish_results(campaign)
    stage.public_sees(campaign, visited, drawn["eco"][1].institution.name)
