"""同市监认证〔2025〕92号: drawn inside what the province handed down, one supplement, the rest to counties, 18 items."""

import pytest

from accounts.models import User
from campaigns.adding import Added, add_tasks
from campaigns.errors import CampaignError
from campaigns.models import Campaign, TaskMode
from selftest.models import SelfCheck
from tests.notices.seen import is_counted_by_sql

NOTICE, VISITS = "datong-2025", 4
pytestmark = [pytest.mark.django_db, pytest.mark.once_with_sqlite]


def test_four_are_drawn_of_which_one_is_a_supplement(world):
    sql = """SELECT l.code, t.mode, a.is_received, COUNT(*) FROM campaigns_task t JOIN campaigns_planline l ON l.id = t.line_id
        LEFT JOIN campaigns_allottedinstitution a ON a.institution_id = t.institution_id AND a.campaign_id = t.campaign_id
        WHERE t.campaign_id = %(campaign)s GROUP BY l.code, t.mode, a.is_received"""
    found = {
        (code, mode, None if received is None else bool(received)): count
        for code, mode, received, count in world.ask(sql)
    }

    assert found == {
        ("vehicle", "drawn", True): 2, ("eco", "drawn", None): 1, ("other", "drawn", True): 1,
        ("vehicle", "allotted", True): 2, ("other", "allotted", True): 1, ("other", "key", None): 1,
    }  # fmt: skip


def test_county_may_not_take_what_the_province_keeps(world):
    campaign = Campaign.objects.get(pk=world.campaign.pk)
    kept = campaign.allotted.filter(is_received=False).first().institution
    officers = User.objects.filter(bureau=f"scjg:{kept.county_id}", role_assignments__role="county_officer")
    county = officers.first() or world.officer
    line = campaign.lines.get(code="vehicle")

    with pytest.raises(CampaignError, match="上级已抽取"):
        add_tasks(campaign, Added(TaskMode.KEY, line, [kept], "自行确定的对象"), by=county)


def test_every_institution_was_told_within_the_24_hours_before(world):
    hours = """SELECT v.started_at, d.told_at FROM visits_visit v JOIN campaigns_task t ON t.id = v.task_id
        JOIN campaigns_inspectionnotice n ON n.task_id = t.id JOIN visits_delivery d ON d.notice_id = n.id
        WHERE t.campaign_id = %(campaign)s AND v.device_started_at <= d.told_at"""

    assert world.ask(hours) == []
    windows = [visit for task in world.campaign.tasks.all() for visit in task.visits.all()]
    assert len(windows) == 8
    assert {visit.window_reason for visit in windows} == {""}


def test_items_of_the_earlier_campaign_are_carried_over(world):
    check = SelfCheck.objects.get(round__campaign=world.campaign, state="accepted")
    answers = {answer.item: answer for answer in check.answers.all()}

    assert len(answers) == 18
    assert [number for number, answer in sorted(answers.items()) if answer.carried_from_id] == [1, 2, 5]
    assert answers[8].choice == "yes"


def test_ecology_fined_before_the_accreditation_was_revoked(world):
    sql = """SELECT m.kind, m.bureau_id, m.decided_on FROM visits_measure m JOIN campaigns_task t ON t.id = m.task_id
        WHERE t.campaign_id = %(campaign)s AND m.kind IN ('fine', 'revocation') AND t.id IN (
            SELECT x.task_id FROM visits_measure x WHERE x.kind = 'revocation') ORDER BY m.id"""
    fine, revocation = world.ask(sql)

    assert (fine[:2], revocation[:2]) == (("fine", "sthj:140200"), ("revocation", "scjg:140200"))
    assert is_counted_by_sql(world, province="14")


def test_notice_says_the_four_and_the_window(world):
    notice = world.printed("notice")

    for words in ("同市监认证〔2025〕92号", "现场检查前24小时内告知", "2025年11月15日", "大同市公安局"):
        assert words in notice.text
    assert notice.stays_inside
