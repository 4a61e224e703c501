"""A job that takes too long, too much memory or the last of the disk ends with words, and its worker goes on."""

import errno
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from institutions.models import ImportRun
from jobs.kinds import GRACE_SECONDS, handles, known_kinds
from jobs.models import Failure, Job, JobQueue, JobState
from jobs.progress import LeaseLost, Outcome, Progress
from jobs.running import NO_SPACE, TOO_LARGE, TOO_LONG, claim, run_job
from jobs.services import send
from jobs.sweeping import drop_old_jobs
from tests.factories import accounts
from tests.jobs.test_running import _beat_here


@pytest.fixture
def owner(db):
    return accounts.lead_officer()


def new_job(owner, kind="tests.settle", **fields):
    return Job.objects.create(kind=kind, title="生成任务清单", owner=owner, **fields)


def test_queues_of_settings_and_model_are_the_same(settings):
    assert set(settings.JOB_QUEUES) == set(JobQueue.values)


def test_no_kind_may_take_longer_than_messages_are_held_back():
    with pytest.raises(ValueError, match="JOB_TIME_LIMIT_SECONDS"):
        handles("tests.endless", seconds=100_000)

    assert {"campaigns.draw", "reports.sheet"} <= {kind.name for kind in known_kinds()}


@pytest.mark.worker
def test_worker_goes_on_after_what_is_too_large_and_too_long(transactional_db, worker, eventually):
    owner = accounts.lead_officer()
    large, long, last = (new_job(owner, kind) for kind in ("tests.greedy", "tests.long", "tests.settle"))
    for job in (large, long, last):
        send(job)

    eventually(lambda: not Job.objects.open().exists())

    ends = Job.objects.order_by("pk").values_list("state", "failure", "error", "attempts")
    assert list(ends) == [
        ("failed", Failure.TOO_LARGE, TOO_LARGE, 1), ("failed", Failure.TOO_LONG, TOO_LONG, 1), ("done", "", "", 1),
    ]  # fmt: skip


def test_job_deaf_to_its_limit_is_taken_from_its_worker(owner):
    @handles("tests.deaf", seconds=-GRACE_SECONDS - 1)
    def deaf(job, progress):
        return Outcome()

    class Beats:
        def wait(self, seconds):
            return False

    job = claim(new_job(owner, "tests.deaf").pk)

    _beat_here(job, Beats())

    with pytest.raises(LeaseLost):
        Progress(job).settle(Outcome("好了"))
    job.refresh_from_db()
    assert (job.state, job.failure, job.error) == (JobState.FAILED, Failure.TOO_LONG, TOO_LONG)


def test_full_disk_leaves_no_half_file(owner, media_root, monkeypatch):
    save = FileSystemStorage._save

    def save_half(storage, name, content):
        save(storage, name, content)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", save_half)

    job = run_job(new_job(owner, "tests.file").pk)

    assert (job.state, job.failure, job.error, job.file.name) == ("failed", Failure.NO_SPACE, NO_SPACE, "")
    assert [path for path in media_root.rglob("*") if path.is_file()] == []


def test_kind_of_a_newer_version_waits_for_a_worker_that_knows_it(owner):
    job = new_job(owner, "newer")

    assert run_job(job.pk) is None

    assert Job.objects.get(pk=job.pk).state == JobState.QUEUED


def test_old_rows_are_dropped_but_for_open_ones_and_those_referred_to(owner, settings):
    long_ago = timezone.now() - timedelta(days=settings.JOB_RETENTION_DAYS + 1)
    old, referred, kept = (new_job(owner, state="done", finished_at=long_ago) for _ in range(3))
    Job.objects.filter(pk=kept.pk).update(file="jobs/202501/1-x")
    ImportRun.objects.create(owner=owner, file_name="名录.xlsx", check_job=referred, counts={})
    waiting = new_job(owner)
    Job.objects.filter(pk=waiting.pk).update(created_at=long_ago, waiting_since=long_ago)
    recent = new_job(owner, state="failed", finished_at=timezone.now())
    run_job(old.pk)

    assert drop_old_jobs() == 1

    assert set(Job.objects.values_list("pk", flat=True)) == {each.pk for each in (referred, kept, waiting, recent)}
