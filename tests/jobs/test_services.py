import socket
import time
from datetime import timedelta

import pytest
from celery import Celery
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEvent
from jobs import sending
from jobs.models import KEEP_FILES, Job, JobState
from jobs.running import claim, run_job
from jobs.sending import send
from jobs.services import cancel_job, start_job
from jobs.sweeping import drop_old_files, sweep_jobs
from tests.factories import accounts
from tests.jobs.queues import lose_all_messages
from tests.jobs.test_running import in_parallel


@pytest.fixture
def owner(db):
    return accounts.lead_officer()


def start(owner, key="", **parameters):
    return start_job("tests.settle", "生成任务清单", by=owner, key=key, parameters=parameters)


def age(job, **how_long):
    """As if it had been started (and sent) that long ago."""
    then = timezone.now() - timedelta(**how_long)
    Job.objects.filter(pk=job.pk).update(created_at=then, waiting_since=then)
    Job.objects.filter(pk=job.pk, sent_at__isnull=False).update(sent_at=then)


@pytest.fixture
def broken_broker(monkeypatch):
    """Nobody listens there."""
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # Celery prefers it to its argument
    monkeypatch.setattr(sending, "current_app", Celery("dead", broker="redis://127.0.0.1:9/0", set_as_current=False))
    monkeypatch.setattr(sending, "broker", sending.Broker())


@pytest.fixture
def hanging_broker(monkeypatch):
    """Connections are taken, but nobody answers."""
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        monkeypatch.setattr(sending, "current_app", Celery("hanging", broker=url, set_as_current=False))
        monkeypatch.setattr(sending, "broker", sending.Broker())
        yield


def test_start_job_sends_after_the_commit(owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        job = start(owner, line=3)

    job.refresh_from_db()
    assert (len(callbacks), job.state, job.parameters) == (1, JobState.QUEUED, {"line": 3})
    assert job.sent_at is not None


def test_start_job_of_an_undone_transaction_leaves_nothing(owner):
    with transaction.atomic():
        start(owner)
        transaction.set_rollback(True)

    assert Job.objects.count() == 0


def test_start_job_with_an_open_key_returns_the_open_job(owner):
    first = start(owner, "draw:7")

    assert start(accounts.lead_officer("second-officer"), "draw:7") == first


def test_start_job_with_the_key_of_a_finished_job_starts_anew(owner):
    first = start(owner, "draw:7")
    run_job(first.pk)

    assert start(owner, "draw:7") != first


def test_jobs_without_key_are_each_started(owner):
    assert start(owner) != start(owner)


def test_sixteen_starts_at_once_make_one_job(transactional_db, broken_broker):
    """No worker may take the job meanwhile: once it is done, its key is free again."""
    owner = accounts.lead_officer()

    jobs = in_parallel(16, lambda: start(owner, "draw:7"))

    assert {job.pk for job in jobs} == set(Job.objects.values_list("pk", flat=True))
    assert Job.objects.count() == 1


@pytest.mark.parametrize("broker", ["broken_broker", "hanging_broker"])
def test_request_is_accepted_within_two_seconds_without_a_broker(client, transactional_db, request, broker):
    request.getfixturevalue(broker)
    owner = accounts.lead_officer()
    begun = time.monotonic()

    job = start(owner)

    assert time.monotonic() - begun < 2
    job.refresh_from_db()
    assert (job.state, job.sent_at) == (JobState.QUEUED, None)


def test_sweep_sends_what_the_broker_did_not_take(transactional_db, broken_broker, monkeypatch):
    job = start(accounts.lead_officer())
    age(job, seconds=6)
    assert sweep_jobs() == 0
    monkeypatch.undo()

    assert sweep_jobs() == 1

    job.refresh_from_db()
    assert job.sent_at is not None


@pytest.mark.worker
def test_job_swept_after_the_broker_is_back_is_done(transactional_db, worker, eventually, broken_broker, monkeypatch):
    job = start(accounts.lead_officer())
    age(job, seconds=6)
    monkeypatch.undo()

    sweep_jobs()

    assert eventually(lambda: Job.objects.filter(pk=job.pk, state=JobState.DONE).exists())


def test_sweep_leaves_alone_what_was_just_started_or_sent(owner):
    start(owner)
    sent = start(owner)
    age(sent, minutes=5)
    send(sent)

    assert sweep_jobs() == 0


def test_sweep_sends_again_what_got_lost_in_the_queue(owner):
    job = start(owner)
    send(job)
    lose_all_messages()
    age(job, seconds=31)

    assert sweep_jobs() == 1


def test_sweep_leaves_running_jobs_alone(owner):
    job = start(owner)
    age(job, minutes=5)
    claim(job.pk)

    assert sweep_jobs() == 0


def test_cancel_job_that_waits(owner):
    job = cancel_job(start(owner), by=owner)

    assert job.state == JobState.CANCELLED
    assert run_job(job.pk) is None
    assert AuditEvent.objects.values_list("action", flat=True).get() == "jobs.cancel"


def test_old_files_are_dropped_and_the_job_stays(owner, media_root):
    old, new = (run_job(Job.objects.create(kind="tests.file", title="清单", owner=owner).pk) for _ in range(2))
    Job.objects.filter(pk=old.pk).update(finished_at=timezone.now() - KEEP_FILES - timedelta(hours=1))

    assert drop_old_files() == 1

    assert {job.pk: bool(job.file) for job in Job.objects.all()} == {old.pk: False, new.pk: True}
    assert len([path for path in media_root.rglob("*") if path.is_file()]) == 1


def test_visible_jobs_are_ones_own(owner):
    job = start(owner)
    other = accounts.lead_officer("second-officer")

    assert list(Job.objects.visible_to(owner)) == [job]
    assert list(Job.objects.visible_to(other)) == []
