"""The system administrator sees how the queues stand and what is stuck, and nothing of what it is about."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import workbench
from accounts.models import AuditEvent, Role
from jobs.models import Failure, Job, JobState
from jobs.overview import queue_figures, with_messages
from jobs.running import claim
from tests.factories import accounts
from tests.jobs import handlers  # noqa: F401  # the kinds of work named here
from tests.jobs.queues import lose_all_messages
from tests.jobs.test_services import broken_broker  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db
SECRET = "大同市机动车检验机构抽查"


@pytest.fixture
def administrator(client):
    user = accounts.user("the-sysadmin", Role.SYSTEM_ADMINISTRATOR)
    client.force_login(user)
    return user


@pytest.fixture
def owner(db):
    return accounts.lead_officer()


def new_job(owner, kind="tests.settle", **fields):
    fields = {"parameters": {"name": SECRET}, "error": SECRET, "message": SECRET} | fields
    return Job.objects.create(kind=kind, title=SECRET, owner=owner, **fields)


def stuck_jobs(owner):
    """One that waits for two minutes, one whose worker died a minute ago, one that failed by our fault; and others."""
    waiting, orphan = new_job(owner, queue="draws"), new_job(owner)
    claim(orphan.pk)
    then = timezone.now() - timedelta(minutes=2)
    Job.objects.filter(pk=waiting.pk).update(waiting_since=then)
    Job.objects.filter(pk=orphan.pk).update(lease_until=then)
    failed = new_job(owner, state="failed", failure=Failure.TOO_LARGE, finished_at=timezone.now())
    new_job(owner, state="failed", failure=Failure.REFUSED, finished_at=timezone.now())
    new_job(owner, state="done", finished_at=timezone.now())
    claim(new_job(owner).pk)
    new_job(owner, queue="draws")
    return waiting, orphan, failed


def numbers(answer):
    return {row.record.pk for row in answer.context["table"].rows}


def test_page_shows_queues_and_what_is_stuck_without_its_content(client, administrator, owner):
    lose_all_messages()
    waiting, orphan, failed = stuck_jobs(owner)

    whole = client.get("/files/all/")
    attention, faults = (client.get("/files/all/", {"needs": needs}) for needs in ("attention", "faults"))
    draws = client.get("/files/all/", {"queue": "draws", "state": "queued", "kind": "tests.settle"})

    assert [(figures.waiting, figures.running) for figures in whole.context["queues"]] == [
        (2, 0),
        (0, 2),
        (0, 0),
        (0, 0),
    ]
    assert [stat["value"] for stat in whole.context["stats"]] == [2, 2, 2, 1]
    assert numbers(attention) == {waiting.pk, orphan.pk}
    assert numbers(faults) == {failed.pk}
    assert len(numbers(draws)) == 2
    pages = [whole, attention, faults, *(client.get(f"/files/all/{job.pk}/") for job in (waiting, orphan, failed))]
    assert [page.status_code for page in pages] == [200] * 6
    assert all(SECRET not in page.content.decode() for page in pages)
    assert owner.name in whole.content.decode()


def test_page_says_that_the_queue_does_not_answer(client, administrator, broken_broker):  # noqa: F811
    answer = client.get("/files/all/")

    assert "消息队列没有应答" in answer.content.decode()
    assert {figures.messages for figures in with_messages(queue_figures())} == {None}


def test_page_asks_the_database_as_often_for_many_jobs_as_for_few(
    client, administrator, owner, django_assert_max_num_queries
):
    client.get("/files/all/")
    counts = []
    for number in (1, 30):
        Job.objects.bulk_create([Job(kind="tests.settle", title="x", owner=owner) for _ in range(number)])
        with django_assert_max_num_queries(15) as queries:
            client.get("/files/all/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_workbench_tells_the_administrator_and_nobody_else(administrator, owner):
    assert [todo for todo in workbench.todos_of(administrator) if "后台任务" in todo.text] == []
    stuck_jobs(owner)

    told = {
        user.username: [todo.text for todo in workbench.todos_of(user) if "后台任务" in todo.text]
        for user in (administrator, owner)
    }

    assert told == {
        "the-sysadmin": ["2 项后台任务超过 1 分钟无人执行，请检查队列和执行进程", "近一天有 1 项后台任务因系统原因没有完成"],
        owner.username: [],
    }  # fmt: skip


def test_administrator_cancels_and_retries(client, administrator, owner):
    waiting, _, failed = stuck_jobs(owner)

    client.post(f"/files/all/{waiting.pk}/cancel/")
    client.post(f"/files/all/{failed.pk}/retry/")

    waiting.refresh_from_db()
    failed.refresh_from_db()
    assert (waiting.state, failed.state) == (JobState.CANCELLED, JobState.QUEUED)
    acts = AuditEvent.objects.filter(action__startswith="jobs.").order_by("number").values_list("action", "actor")
    assert list(acts) == [("jobs.cancel", administrator.pk), ("jobs.retry", administrator.pk)]


def test_others_find_no_such_page(client, owner):
    job = new_job(owner)
    client.force_login(owner)

    answers = [
        client.get("/files/all/"),
        client.get(f"/files/all/{job.pk}/"),
        client.post(f"/files/all/{job.pk}/cancel/"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert Job.objects.get(pk=job.pk).state == JobState.QUEUED
