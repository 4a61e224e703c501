"""Messages may be lost, doubled, late or forged; a queue never gets more of them than jobs wait in it."""

import time

import pytest
from celery import current_app

from jobs import sending
from jobs.models import Job, JobState
from jobs.running import run_job
from jobs.sending import REST_SECONDS, messages_waiting, send
from jobs.services import start_job
from jobs.sweeping import sweep_jobs
from tests.factories import accounts
from tests.jobs.handlers import effects
from tests.jobs.queues import lose_all_messages, unattended_job
from tests.jobs.test_services import age, broken_broker, hanging_broker  # noqa: F401  # fixtures


@pytest.fixture
def owner(db):
    return accounts.lead_officer()


@pytest.fixture
def nobody(settings):
    settings.JOB_QUEUES = ("nobody",)
    lose_all_messages()
    yield
    lose_all_messages()


def test_jobs_go_to_the_queue_of_their_kind(owner):
    draw, sheet, unknown = (start_job(kind, "x", by=owner) for kind in ("campaigns.draw", "reports.sheet", "newer"))

    assert [draw.queue, sheet.queue, unknown.queue] == ["draws", "documents", "documents"]


def test_long_queue_gets_no_second_message_for_a_job_that_waits(owner, nobody):
    jobs = [unattended_job(owner) for _ in range(3)]
    for job in jobs:
        send(job)
        age(job, minutes=30)

    assert (messages_waiting(), sweep_jobs(), messages_waiting()) == ({"nobody": 3}, 0, {"nobody": 3})


def test_as_many_messages_are_sent_again_as_got_lost(owner, nobody):
    jobs = [unattended_job(owner) for _ in range(3)]
    for job in jobs:
        send(job)
        age(job, seconds=31)
    lose_all_messages()
    late = unattended_job(owner)
    send(late)

    assert [sweep_jobs(), messages_waiting()] == [2, {"nobody": 3}]
    for job in [*jobs, late]:
        age(job, seconds=31)
    assert [sweep_jobs(), messages_waiting()] == [1, {"nobody": 4}]
    for job in [*jobs, late]:
        age(job, seconds=31)
    assert sweep_jobs() == 0


def test_one_second_is_lost_to_a_hanging_broker_not_one_a_request(transactional_db, hanging_broker):  # noqa: F811
    owner = accounts.lead_officer()
    begun = time.monotonic()

    for _ in range(10):
        start_job("tests.settle", "x", by=owner)

    assert time.monotonic() - begun < 2.5
    assert Job.objects.filter(state=JobState.QUEUED, sent_at=None).count() == 10
    assert messages_waiting() is None


def test_broker_is_tried_again_after_a_rest(owner, broken_broker, monkeypatch):  # noqa: F811
    job = unattended_job(owner)
    assert not send(job)
    monkeypatch.setattr(sending, "current_app", current_app)
    assert not send(job)

    sending.broker.rests_until -= REST_SECONDS

    assert send(job)


@pytest.mark.worker
def test_worker_outlives_forged_messages_and_runs_a_job_once_for_eight(transactional_db, worker, eventually):
    """Stale ones as well: of a job that is over, and of one that was cancelled."""
    owner = accounts.lead_officer()
    over, cancelled = (Job.objects.create(kind="tests.settle", title="x", owner=owner) for _ in range(2))
    run_job(over.pk)
    Job.objects.filter(pk=cancelled.pk).update(state=JobState.CANCELLED)
    for forged in (987654321, 2**70, -1, True, "1; DROP TABLE", None, [over.pk], {"id": over.pk}):
        current_app.send_task("jobs.tasks.run", [forged], queue="draws")
    current_app.send_task("jobs.tasks.run", [], queue="draws")
    current_app.send_task("os.system", ["true"], queue="draws")
    job = Job.objects.create(kind="tests.settle", title="x", owner=owner)
    for stale in (over, cancelled):
        send(stale)
    for _ in range(8):
        send(job)
    last = Job.objects.create(kind="tests.settle", title="x", owner=owner)
    send(last)

    eventually(lambda: Job.objects.filter(pk=last.pk, state=JobState.DONE).exists())
    eventually(lambda: not any((messages_waiting() or {"": 1}).values()))
    assert [effects(each) for each in (over, cancelled, job, last)] == [1, 0, 1, 1]
    assert Job.objects.get(pk=job.pk).runs.count() == 1


@pytest.mark.worker
def test_jobs_whose_messages_are_gone_are_done_after_the_next_sweep(transactional_db, worker, eventually):
    owner = accounts.lead_officer()
    jobs = [Job.objects.create(kind="tests.settle", title="x", owner=owner, queue="draws") for _ in range(3)]
    lose_all_messages()
    Job.objects.update(sent_at="2025-01-01T00:00:00Z")

    assert sweep_jobs() == 3

    assert eventually(lambda: Job.objects.filter(state=JobState.DONE).count() == 3)
    assert [effects(job) for job in jobs] == [1, 1, 1]
