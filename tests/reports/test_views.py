"""Pages and buttons: who may press which, and what an answer is."""

import io

import openpyxl
import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from campaigns import notices
from campaigns.states import CampaignState
from jobs.models import Job
from tests.factories import accounts, campaigns, inspectors, institutions

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return accounts.lead_officer()


@pytest.fixture
def campaign(lead):
    """Dispatched: one task in 平城, one in 云冈 with an inspector of the city, and one in another city's campaign."""
    found = campaigns.campaign("140200-2025-1", by=lead, state=CampaignState.DISPATCHED)
    line = campaigns.line(found, "ga:140200")
    campaigns.task(line, institutions.institution("平城甲检测有限公司", "140213"))
    campaigns.task(line, institutions.institution("云冈乙检测有限公司", "140214"), inspectors.inspector())
    other = campaigns.campaign(
        "140900-2025-1", by=accounts.lead_officer("xinzhou", at="scjg:140900"), state=CampaignState.DISPATCHED
    )
    campaigns.task(campaigns.line(other), institutions.institution("忻府丙检测有限公司", "140902"))
    return found


@pytest.fixture
def county_officer():
    return accounts.user("pingcheng", Role.COUNTY_OFFICER, at="scjg:140213")


def address(name, subject):
    return reverse(f"reports:{name}", args=[subject.pk])


def names_in(answer):
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["任务清单"]
    return [row[2] for row in sheet.iter_rows(min_row=4, values_only=True) if row[2]]


def test_county_officer_downloads_the_own_list_by_one_button(client, campaign, county_officer):
    client.force_login(county_officer)

    answer = client.get(address("own_task_list", campaign))

    assert (answer.status_code, names_in(answer)) == (200, ["平城甲检测有限公司"])
    assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer["Cache-Control"] == "no-store, private"
    assert "filename*=UTF-8''" in answer["Content-Disposition"]


def test_very_long_list_is_made_by_a_job_instead(client, campaign, lead, monkeypatch):
    monkeypatch.setattr("reports.views.MOST_ROWS_AT_ONCE", 1)
    client.force_login(lead)

    answer = client.get(address("own_task_list", campaign))

    assert answer.headers["Location"] == reverse("campaigns:documents", args=[campaign.pk])


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_task_list_of_a_county_starts_one_job_however_often_pressed(client, campaign, lead, form):
    client.force_login(lead)

    answers = [client.post(address("task_list", campaign), {"county": "140213", "form": form}) for _ in range(2)]

    job = Job.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [reverse("jobs:detail", args=[job.pk])] * 2
    assert (job.kind, job.title) == ("reports.task_list", f"任务清单（平城区）：{campaign.title}")
    assert job.parameters == {"campaign": campaign.pk, "county": "140213", "form": form}


@pytest.mark.parametrize(
    ("name", "title"), [("drawn_list", "抽取名单"), ("campaign_notice", "抽查通知"), ("notices", "检查通知书")]
)
def test_other_files_start_their_job(client, campaign, lead, name, title):
    client.force_login(lead)

    client.post(address(name, campaign))

    assert Job.objects.get().title == f"{title}：{campaign.title}"


@pytest.mark.parametrize("county", ["140214", "140902", "999999", "'"])
def test_county_without_visible_tasks_is_not_found(client, campaign, county_officer, county):
    client.force_login(county_officer)

    assert client.post(address("task_list", campaign), {"county": county}).status_code == 404
    assert client.post(address("notices", campaign), {"county": county}).status_code == 404
    assert Job.objects.count() == 0


def test_foreign_campaign_is_not_found_like_a_missing_one(client, campaign):
    client.force_login(accounts.lead_officer("foreign", at="scjg:140900"))

    for name in ("task_list", "drawn_list", "notices", "campaign_notice"):
        found = [client.post(reverse(f"reports:{name}", args=[pk])).status_code for pk in (campaign.pk, 987654)]
        assert found == [404, 404], name


def test_nothing_is_listed_before_the_draw(client, lead):
    draft = campaigns.campaign("140200-2025-2", by=lead)
    client.force_login(lead)

    found = {
        name: client.post(address(name, draft)).status_code for name in ("task_list", "notices", "campaign_notice")
    }

    assert found == {"task_list": 403, "notices": 403, "campaign_notice": 302}


def issued_task(campaign, by):
    task = campaign.tasks.get(institution__county="140213")
    notices.issue_notice(task, by=by)
    return task


def test_institution_gets_its_notice_and_no_other(client, campaign, lead):
    task = issued_task(campaign, lead)
    clerk = accounts.user("clerk", Role.INSTITUTION_CLERK)
    institutions.represents(clerk, task.institution)
    client.force_login(clerk)

    answer = client.get(address("notice", task))

    text = "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    assert "平城甲检测有限公司：" in text
    assert client.get(address("notice", campaign.tasks.get(institution__county="140214"))).status_code == 404


def test_notice_that_is_not_issued_is_not_found(client, campaign, lead):
    client.force_login(lead)

    assert client.get(address("notice", campaign.tasks.first())).status_code == 404


def test_partner_without_a_person_in_the_team_gets_no_notice(client, campaign, lead):
    task = issued_task(campaign, lead)
    client.force_login(accounts.user("police", Role.PARTNER_LIAISON, at="ga:140200"))

    assert client.get(address("notice", task)).status_code == 404


def titles(answer):
    return [chart.title for part in ("charts", "pool") for chart in answer.context[part]]


def test_statistics_show_pool_and_campaign_with_links_to_the_rows(client, campaign, lead):
    institutions.certificate(campaign.tasks.first().institution)
    client.force_login(lead)

    answer = client.get(reverse("reports:statistics_pictures"))

    assert titles(answer) == [
        "各县区分到多少检查任务？", "各领域抽了多少家？", "任务在检查人员之间分得均匀吗？", "谁承担的任务最多？",
        "各领域有多少家检验检测机构？",
    ]  # fmt: skip
    by_domain, by_county = (answer.context[part][0].data for part in ("pool", "charts"))
    assert (by_domain["categories"], by_domain["series"][0]["values"]) == (["机动车检验"], [1])
    assert (by_county["categories"], [series["values"] for series in by_county["series"]]) == (
        ["平城区", "云冈区"], [[0, 0], [1, 1]],
    )  # fmt: skip
    assert by_county["urls"] == [f"/campaigns/{campaign.pk}/tasks/?county={code}" for code in ("140213", "140214")]
    assert f'href="/campaigns/{campaign.pk}/tasks/?county=140213"' in answer.content.decode()


def test_statistics_count_only_what_the_person_sees(client, campaign, county_officer):
    client.force_login(county_officer)

    charts = client.get(reverse("reports:statistics_pictures")).context["charts"]

    by_county = next(chart.data for chart in charts if chart.chart_id == "tasks-by-county")
    assert by_county["categories"] == ["平城区"]


def test_statistics_of_a_foreign_campaign_fall_back_to_the_own(client, campaign, lead):
    client.force_login(lead)
    foreign = type(campaign).objects.exclude(pk=campaign.pk).get()

    answer = client.get(reverse("reports:statistics_pictures"), {"campaign": foreign.pk})

    assert (answer.status_code, answer.context["campaign"]) == (200, campaign)


def test_statistics_without_anything_say_so(client, lead):
    client.force_login(lead)

    assert "还没有可以统计的数据" in client.get(reverse("reports:statistics_pictures")).content.decode()


def test_statistics_need_as_many_queries_for_many_rows(client, campaign, lead):
    client.force_login(lead)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("reports:statistics_pictures"))
        return len(captured)

    queries()
    few = queries()
    line = campaign.lines.get()
    for number in range(8):
        task = campaigns.task(line, institutions.institution(county="140213"), inspectors.inspector())
        institutions.certificate(task.institution, institutions.domain(f"d{number}", f"领域{number}"))
    assert (queries(), few <= 14) == (few, True)
