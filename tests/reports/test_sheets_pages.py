"""The pages of the sheets, and the jobs that make them."""

import io
import re

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.models import AuditEvent, Role, RoleAssignment
from jobs.models import Job, JobState
from jobs.running import run_job
from reports.sheets import SHEETS
from tests.factories import accounts
from tests.reports.sheets_world import TITLE, World

pytestmark = pytest.mark.django_db

FIGURE = re.compile(r'<td class="figures"><a href="([^"]+)">([\d,.]+)</a></td>')


@pytest.fixture
def world(client, media_root):
    found = World()
    client.force_login(found.lead)
    return found


def words(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_says_of_each_sheet_what_it_is_and_how_it_counts(client, world):
    chosen = words(client.get(reverse("reports:sheets")))
    own = words(client.get(reverse("reports:campaign_sheets", args=[world.campaign.pk])))

    for kind in SHEETS.values():
        if kind.key != "self-check-summary":  # the campaign has no round
            assert all(kind.label in page and kind.about in page and kind.rule in page for page in (chosen, own))
    assert "自查汇总表" not in own
    assert reverse("reports:campaign_sheets", args=[world.campaign.pk]) in words(
        client.get(reverse("campaigns:documents", args=[world.campaign.pk]))
    )


@pytest.mark.parametrize("key", ["inspection-summary", "national-statistics"])
def test_every_figure_opens_as_many_rows_as_it_counts(client, world, key):
    page = words(client.get(reverse("reports:sheet", args=[world.campaign.pk, key])))
    assert SHEETS[key].rule in page
    found = FIGURE.findall(page.partition("<tfoot>")[0])
    assert len(found) == {"inspection-summary": 11, "national-statistics": 16}[key]
    for address, figure in found:
        rows = words(client.get(address))
        if "/fined/" in address:
            amounts = [float(each.replace(",", "")) for each in re.findall(r"<td[^>]*>([\d,]+\.\d\d)</td>", rows)]
            assert sum(amounts) == pytest.approx(float(figure) * 10_000)
        else:
            assert f"共 <b>{figure}</b> 项" in rows

    total = words(client.get(reverse("reports:sheet_rows", args=[world.campaign.pk, key, "inspected"])))
    assert "共 <b>6</b> 项" in total


def test_lists_are_shown_without_what_is_only_a_file(client, world):
    ledger = words(client.get(reverse("reports:sheet", args=[world.campaign.pk, "problem-ledger"])))
    assert "=1+1检测有限公司" in ledger

    for key, figure in (("task-list", ""), ("nothing", ""), ("inspection-summary", "nothing"), ("problem-ledger", "x")):
        arguments = [world.campaign.pk, key, *([figure] if figure else [])]
        name = "reports:sheet_rows" if figure else "reports:sheet"
        assert client.get(reverse(name, args=arguments)).status_code == 404
    rows = reverse("reports:sheet_rows", args=[world.campaign.pk, "inspection-summary", "inspected"])
    assert client.get(rows, {"line": "nowhere"}).status_code == 404


def test_button_starts_one_job_that_gives_the_sheet(client, world):
    address = reverse("reports:make_sheet", args=[world.campaign.pk, "inspection-summary"])
    answers = [client.post(address), client.post(address)]

    job = Job.objects.get()
    assert [answer.url for answer in answers] == [reverse("jobs:detail", args=[job.pk])] * 2
    assert AuditEvent.objects.filter(action="reports.make_sheet").count() == 2
    job = run_job(job.pk)
    assert (job.state, job.error, job.message) == (JobState.DONE, "", "检查信息汇总表已生成")
    assert re.fullmatch(rf"{TITLE}检查信息汇总表\d{{8}}\.xlsx", job.file_name)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(job.file.read())).get_sheet_by_index(0).to_python()
    assert rows[9][:3] == ["总数", "", 7]


def test_sheet_is_refused_to_whoever_may_not_have_it_any_more(client, world):
    client.post(reverse("reports:make_sheet", args=[world.campaign.pk, "task-list"]))
    RoleAssignment.objects.filter(user=world.lead).delete()
    job = run_job(Job.objects.get().pk)
    assert (job.state, job.error) == (JobState.FAILED, "您已无权查看这项抽查活动，或者活动已不在可以生成此表的阶段。")

    police = accounts.user("liaison", Role.PARTNER_LIAISON, at="ga:140200")
    client.force_login(police)
    assert client.post(reverse("reports:make_sheet", args=[world.campaign.pk, "task-list"])).status_code == 403
    assert words(client.get(reverse("reports:sheet", args=[world.campaign.pk, "inspection-summary"])))
