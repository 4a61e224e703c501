"""The jobs that make files: what comes out, for whom, once."""

import io

import openpyxl
import pypdf
import pytest

from accounts.models import RoleAssignment
from campaigns.models import Campaign, Task
from jobs.models import Job, JobState
from jobs.running import run_job
from reports import requests, tasks
from reports.requests import ask_for
from tests.campaigns import datong
from tests.factories import accounts
from tests.reports import dispatched

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def handed_out(module_world) -> int:
    return dispatched.campaign().pk


@pytest.fixture
def campaign(handed_out, media_root) -> Campaign:
    return Campaign.objects.get(pk=handed_out)


def county(code):
    return accounts.region(code)


def done(job):
    job = run_job(job.pk)
    assert (job.state, job.error) == (JobState.DONE, "")
    return job


def numbers_in(job):
    """The task numbers of a task list workbook."""
    sheet = openpyxl.load_workbook(job.file)["任务清单"]
    return [row[1] for row in sheet.iter_rows(min_row=4, values_only=True) if row[1]]


def text_of(job):
    reader = pypdf.PdfReader(io.BytesIO(job.file.read()))
    return ["".join(page.extract_text().split()) for page in reader.pages]


def test_task_list_of_a_county_holds_its_tasks_alone(campaign):
    job = done(ask_for(requests.TASK_LIST, campaign, by=datong.officer(), county=county("140214"), form="xlsx"))

    expected = Task.objects.filter(institution__county="140214").values_list("number", flat=True)
    assert sorted(numbers_in(job)) == sorted(expected)
    assert job.file_name.startswith("2025年度检验检测机构监督抽查任务清单（云冈区）20")
    assert (job.file_name[-5:], job.result) == (".xlsx", {"tasks": len(expected)})


def test_county_officer_who_asks_for_everything_gets_the_own_county(campaign):
    officer = dispatched.county_officer("140213")

    job = done(ask_for(requests.TASK_LIST, campaign, by=officer, form="xlsx"))

    expected = Task.objects.filter(institution__county="140213").values_list("number", flat=True)
    assert sorted(numbers_in(job)) == sorted(expected)


def test_task_list_as_pdf_names_every_institution_and_who_made_it(campaign):
    job = done(ask_for(requests.TASK_LIST, campaign, by=datong.officer(), form="pdf"))

    text = "".join(text_of(job))
    assert [task.institution.name in text for task in Task.objects.all()] == [True] * 5
    assert f"由大同市市场监督管理局{datong.officer().name}于" in text
    assert campaign.draws.get().code in text


def test_notices_are_merged_in_steps_and_the_unissued_are_named(campaign, monkeypatch):
    monkeypatch.setattr(tasks, "NOTICES_PER_STEP", 2)
    issued = dispatched.notified(campaign)
    unissued = Task.objects.get(mode="allotted")

    job = done(ask_for(requests.NOTICES, campaign, by=datong.officer(), site="https://lianchou.example"))

    pages = text_of(job)
    starts = [page for page in pages if "检查通知书（“双随机、一公开”监督抽查）" in page]
    assert len(starts) == len(issued) == 4
    assert [task.notice.number in "".join(pages) for task in issued] == [True] * 4
    assert job.message == f"已合并 4 份检查通知书；另有 1 项任务尚未签发，不在其中：{unissued.number}"
    assert (job.done, job.total) == (4, 4)


def test_each_notice_starts_on_a_right_hand_page_of_the_merged_file(campaign, monkeypatch):
    monkeypatch.setattr(tasks, "NOTICES_PER_STEP", 1)
    dispatched.notified(campaign)

    pages = text_of(done(ask_for(requests.NOTICES, campaign, by=datong.officer())))

    starts = [place for place, page in enumerate(pages) if "检查通知书（“双随机、一公开”监督抽查）" in page]
    assert [place % 2 for place in starts] == [0] * 4


def test_notices_are_refused_while_none_is_issued(campaign):
    job = run_job(ask_for(requests.NOTICES, campaign, by=datong.officer()).pk)

    assert (job.state, job.error) == (
        JobState.FAILED,
        "所选范围内还没有已签发的检查通知书。请先在“检查任务”页签发，再生成合并的 PDF。",
    )


def test_drawn_list_holds_what_was_drawn(campaign):
    job = done(ask_for(requests.DRAWN_LIST, campaign, by=datong.officer()))

    sheet = openpyxl.load_workbook(job.file)["抽取名单"]
    codes = [row[5] for row in sheet.iter_rows(min_row=4, values_only=True)]
    expected = Task.objects.filter(mode="drawn").values_list("institution__uscc", flat=True)
    assert sorted(codes) == sorted(expected)


def test_campaign_notice_is_an_official_document(campaign):
    text = "".join(text_of(done(ask_for(requests.CAMPAIGN_NOTICE, campaign, by=datong.officer()))))

    parts = [
        "大同市市场监督管理局",
        "大同市公安局",
        "文件",
        "同市监认证〔2025〕92号",
        "关于组织开展2025年度检验检测机构监督抽查工作的通知",
    ]
    assert [part in text for part in parts] == [True] * 5


def test_asking_twice_starts_one_job_and_other_forms_their_own(campaign):
    first = ask_for(requests.TASK_LIST, campaign, by=datong.officer(), form="xlsx")
    again = ask_for(requests.TASK_LIST, campaign, by=datong.officer(), form="xlsx")
    other = ask_for(requests.TASK_LIST, campaign, by=datong.officer(), form="pdf")
    colleague = ask_for(requests.TASK_LIST, campaign, by=dispatched.county_officer("140213"), form="xlsx")

    assert (first == again, len({first.pk, other.pk, colleague.pk})) == (True, 3)
    done(first)
    assert ask_for(requests.TASK_LIST, campaign, by=datong.officer(), form="xlsx") != first
    assert Job.objects.count() == 4


def test_right_lost_after_asking_is_lost(campaign):
    officer = dispatched.county_officer("140213")
    job = ask_for(requests.TASK_LIST, campaign, by=officer, form="xlsx")
    RoleAssignment.objects.filter(user=officer).delete()

    job = run_job(job.pk)

    assert (job.state, job.error, bool(job.file)) == (JobState.FAILED, tasks.GONE, False)


@pytest.mark.parametrize(
    "product", [requests.TASK_LIST, requests.NOTICES, requests.DRAWN_LIST, requests.CAMPAIGN_NOTICE]
)
def test_stranger_is_refused_by_the_worker_too(campaign, product):
    stranger = accounts.lead_officer("xinzhou", at="scjg:140900")

    job = run_job(ask_for(product, campaign, by=stranger, form="xlsx").pk)

    assert (job.state, job.error) == (JobState.FAILED, tasks.GONE)


def test_other_county_gives_no_file(campaign):
    officer = dispatched.county_officer("140213")

    job = run_job(ask_for(requests.TASK_LIST, campaign, by=officer, county=county("140214"), form="xlsx").pk)

    assert (job.state, job.error) == (JobState.FAILED, "所选范围内没有您可以查看的任务。")


def test_file_name_is_fit_for_every_system(campaign):
    campaign.title = '2025/年:度*"抽查"?<甲>|' + "长" * 100

    name = requests.file_name(campaign, "任务清单", suffix="xlsx", place="云冈区")

    assert len(name) <= 150
    assert set('/\\:*?"<>|').isdisjoint(name)
    assert name.endswith(".xlsx")
