"""晋市监发〔2024〕193号 at the screen: only those at which an earlier campaign found something are looked at again; the upper
document is handed on."""

import pytest

from config.demo.notices import shanxi
from config.demo.notices.mixes import CALIBRATED, CLEAN
from config.demo.notices.stages import Show, StageReached
from config.demo.visits import words
from config.demo.visits.cast import Cast
from config.demo.visits.clock import at, turned_clock
from tests.journeys import datong, notices
from visits.models import Finding

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]


@pytest.fixture
def stage(transactional_db, seat, eventually):
    """In spring everybody was inspected, by the services."""
    cast = Cast(notices.open_up("shanxi-2024", shanxi.fill, visits=1), at(shanxi.DAY, "17:30"), "shanxi")
    with turned_clock() as clock:
        shanxi.earlier(Show(cast, clock, StageReached.PLANNED))
    return notices.Stage(seat(cast.officer), seat(cast.approver), cast, eventually)


def test_shanxi_from_earlier_findings_to_the_public_page(stage):
    found_before = set(Finding.objects.values_list("result__task__institution", flat=True))
    lines = notices.open_wizard(
        stage.officer, "shanxi-2024", "回头看：检查对象限于以前活动中认定问题的机构，逐项复查", "转发上级文件，上级文件作为附件",
        "检查对象限于这些活动中认定问题的机构",
    )  # fmt: skip
    assert lines["机动车检验"] == ["山西省市场监管局", "山西省公安厅、山西省生态环境厅、山西省交通运输厅", "全部"]
    assert (len(lines), lines["建设工程质量检测"][0]) == (7, "山西省住建厅")
    campaign = notices.make_draft(stage.officer, "shanxi-2024", looks_back_at="2024年检验检测市场专项整治")
    stage.officer.sees("回头看：")
    datong.propose(stage.officer)
    stage.agree(campaign)
    stage.list_all(campaign)
    tasks = list(campaign.tasks.order_by("number").select_related("institution"))
    assert {task.institution_id for task in tasks} == found_before
    assert len(tasks) == 6

    not_mended = next(task for task in tasks if was_not_calibrated(task))
    mended = next(task for task in tasks if task != not_mended)
    stage.visit(shanxi, [not_mended, mended], (CALIBRATED, CLEAN))
    stage.open_result(not_mended, "回头看：", "以前已认定过")
    rows = notices.sheet(stage.officer, campaign, "national-statistics")
    assert [rows["合计"][each] for each in notices.FIGURES] == ["6", "2", "1"]
    stage.issue(campaign, "转发通知", "晋市监发〔2024〕193号")
    stage.approver.sees("国市监检测发〔2024〕80号", "“回头看”", "山西省交通运输厅")

    stage.publish_results(campaign)
    hidden = next(task for task in tasks if task not in (mended, not_mended))
    stage.public_sees(campaign, [mended, not_mended], hidden.institution.name)


def was_not_calibrated(task):
    earlier = Finding.objects.filter(result__task__institution=task.institution, matter=words.CALIBRATION.matter)
    return earlier.exclude(result__task=task).exists()
