import pytest

from jobs.models import Job, JobState
from jobs.running import Progress, claim, run_job
from tests.factories import accounts
from tests.jobs import handlers  # noqa: F401  # the kinds of work named here

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    user = accounts.lead_officer()
    client.force_login(user)
    return user


@pytest.fixture
def job(owner):
    return Job.objects.create(kind="tests.file", title="生成任务清单", owner=owner)


def test_list_without_jobs_says_what_comes_here(client, owner):
    assert "还没有文件" in client.get("/files/").content.decode()


def test_list_shows_ones_own_jobs_only(client, job):
    Job.objects.create(kind="tests.file", title="别人的", owner=accounts.lead_officer("second-officer"))

    assert [row.record for row in client.get("/files/").context["table"].rows] == [job]


def test_list_asks_the_database_as_often_for_many_jobs_as_for_few(client, owner, django_assert_max_num_queries):
    client.get("/files/")  # the first request of a session also writes it
    counts = []
    for number in (1, 30):
        Job.objects.bulk_create([Job(kind="x", title="x", owner=owner) for _ in range(number)])
        with django_assert_max_num_queries(12) as queries:
            client.get("/files/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_progress_asks_again_while_the_job_is_open(client, job):
    url = f"/files/{job.pk}/progress/"
    Progress(claim(job.pk))("正在生成第 73 份", 73, 200)
    running = client.get(url).content.decode()
    Job.objects.update(state=JobState.DONE)
    done = client.get(url).content.decode()

    assert "正在生成第 73 份" in running
    assert f'hx-get="{url}"' in running
    assert "hx-get" not in done
    assert "<html" not in done


def test_detail_page_works_without_javascript(client, job):
    content = client.get(f"/files/{job.pk}/").content.decode()

    assert "排队中" in content
    assert f'action="/files/{job.pk}/cancel/"' in content


def test_file_comes_as_an_attachment_under_its_chinese_name(client, job, media_root):
    run_job(job.pk)

    answer = client.get(f"/files/{job.pk}/file/")

    assert b"".join(answer.streaming_content).decode() == "内容"
    assert {
        name: answer.headers[name] for name in ("Content-Disposition", "X-Content-Type-Options", "Cache-Control")
    } == {
        "Content-Disposition": "attachment; filename*=utf-8''"
        "%E5%A4%A7%E5%90%8C%E5%B8%82%E4%BB%BB%E5%8A%A1%E6%B8%85%E5%8D%95.xlsx",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store, private",
    }


def test_file_of_somebody_else_is_not_found(client, job, media_root):
    run_job(job.pk)
    client.force_login(accounts.lead_officer("second-officer"))

    assert client.get(f"/files/{job.pk}/file/").status_code == 404


def test_file_that_was_dropped_is_not_found(client, job, media_root):
    done = run_job(job.pk)
    done.file.delete(save=False)

    assert client.get(f"/files/{job.pk}/file/").status_code == 404
    Job.objects.update(file="")
    assert client.get(f"/files/{job.pk}/file/").status_code == 404
    assert "已过保留期" in client.get("/files/").content.decode()


def test_cancel_from_the_page(client, job):
    client.post(f"/files/{job.pk}/cancel/")

    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED


def test_waiting_job_tells_how_many_come_before_it(client, owner):
    first, second = (Job.objects.create(kind="tests.file", title="清单", owner=owner) for _ in range(2))
    Job.objects.create(kind="tests.file", title="另一队列", owner=owner, queue="draws")

    pages = [client.get(f"/files/{job.pk}/").content.decode() for job in (first, second)]

    assert ["即将开始" in page for page in pages] == [True, False]
    assert "前面还有 1 个任务" in pages[1]


def test_running_job_is_stopped_and_a_failed_one_retried_from_the_page(client, job):
    claim(job.pk)
    assert f'action="/files/{job.pk}/cancel/"' in client.get(f"/files/{job.pk}/").content.decode()
    client.post(f"/files/{job.pk}/cancel/")
    asked = client.get(f"/files/{job.pk}/").content.decode()
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, error="坏了", cancel_asked=False)
    failed = client.get(f"/files/{job.pk}/").content.decode()
    client.post(f"/files/{job.pk}/retry/")

    assert "正在取消" in asked
    assert f'action="/files/{job.pk}/cancel/"' not in asked
    assert ("坏了" in failed, "执行记录" in failed, f'action="/files/{job.pk}/retry/"' in failed) == (True, True, True)
    assert Job.objects.get(pk=job.pk).state == JobState.QUEUED


def test_list_reads_itself_again_while_something_is_under_way(client, job):
    live = client.get("/files/").content.decode()
    Job.objects.update(state=JobState.DONE)
    over = client.get("/files/").content.decode()

    assert ('hx-select="#jobs"' in live, 'hx-select="#jobs"' in over) == (True, False)
