"""A job ends exactly once, whatever happens to the workers."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from jobs.models import LEASE, Job, JobState
from jobs.running import (
    BROKEN,
    MAX_ATTEMPTS,
    LeaseLost,
    Outcome,
    Progress,
    _beat,
    claim,
    fail,
    finish,
    handles,
    run_job,
)
from jobs.sweeping import GAVE_UP, sweep_jobs
from tests.factories import accounts
from tests.jobs.handlers import effect, effects

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def owner(db):
    return accounts.lead_officer()


def new_job(owner, kind="tests.settle", **fields):
    return Job.objects.create(kind=kind, title="生成任务清单", owner=owner, **fields)


def expire_lease(job):
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def in_parallel(number, act):
    """The answers of `number` threads that all begin at the same moment."""
    barrier = Barrier(number)

    def begin():
        try:
            barrier.wait()
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return [future.result() for future in [pool.submit(begin) for _ in range(number)]]


def test_run_job_ends_with_effect_and_result(owner):
    job = run_job(new_job(owner).pk)

    assert (job.state, job.message, job.result, job.attempts, job.done, job.total) == (
        JobState.DONE, "好了", {"answer": 42}, 1, 2, 2,
    )  # fmt: skip
    assert effects(job) == 1


def test_run_job_twice_has_one_effect(owner):
    job = new_job(owner)
    run_job(job.pk)

    assert run_job(job.pk) is None
    assert effects(job) == 1


def test_run_job_keeps_the_file_under_a_plain_name(owner, media_root):
    job = run_job(new_job(owner, "tests.file").pk)

    assert (job.file_name, job.file.read().decode()) == ("大同市任务清单.xlsx", "内容")
    assert job.file.name.endswith(f"/{job.pk}-{job.token[:8]}")


def test_refused_work_tells_the_reason(owner):
    job = run_job(new_job(owner, "tests.refuse").pk)

    assert (job.state, job.error) == (JobState.FAILED, "第 3 条目人员不足，请先补充执法人员。")


def test_broken_handler_fails_the_job_without_details(owner, caplog):
    job = run_job(new_job(owner, "tests.break").pk)

    assert (job.state, job.error) == (JobState.FAILED, BROKEN)
    assert "ZeroDivisionError" in caplog.text


def test_failed_database_leaves_the_job_to_be_run_again(owner, caplog):
    @handles("tests.busy_database")
    def busy(job, progress):
        raise OperationalError("database is locked")

    job = new_job(owner, "tests.busy_database")
    with pytest.raises(OperationalError):
        run_job(job.pk)

    job.refresh_from_db()
    assert job.state == JobState.RUNNING


def test_claim_refuses_a_running_job_until_its_lease_is_over(owner):
    job = claim(new_job(owner).pk)
    assert claim(job.pk) is None

    expire_lease(job)

    assert claim(job.pk).attempts == 2


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_claim_refuses_what_is_over(owner, state):
    assert claim(new_job(owner, state=state).pk) is None


def taken_over(owner):
    """The job as the first worker holds it, after a second has taken it over."""
    late = claim(new_job(owner).pk)
    expire_lease(late)
    claim(late.pk)
    return late


def late_writers():
    return {
        "progress": lambda job: Progress(job)("还在做", 1, 2),
        "finish": lambda job: finish(job, Outcome("好了")),
        "settle": lambda job: Progress(job).settle(Outcome("好了")),
        "fail": lambda job: fail(job, "坏了"),
    }


@pytest.mark.parametrize("write", late_writers())
def test_late_writer_is_refused(owner, write):
    late = taken_over(owner)

    with pytest.raises(LeaseLost):
        late_writers()[write](late)

    now = Job.objects.get(pk=late.pk)
    assert (now.state, now.message, now.error) == (JobState.RUNNING, "", "")


def test_late_worker_leaves_no_effect_and_no_file(owner, media_root):
    @handles("tests.overtaken")
    def overtaken(job, progress):
        expire_lease(job)
        claim(job.pk)
        return Outcome("好了", file_name="清单.xlsx", content=b"late")

    assert run_job(new_job(owner, "tests.overtaken").pk) is None

    assert [path for path in media_root.rglob("*") if path.is_file()] == []


def test_settle_of_a_late_worker_undoes_its_effect(owner):
    @handles("tests.overtaken_in_transaction")
    def overtaken(job, progress):
        from django.db import transaction

        expire_lease(job)
        claim(job.pk)
        with transaction.atomic():
            effect(job)
            return progress.settle(Outcome("好了"))

    job = new_job(owner, "tests.overtaken_in_transaction")

    assert run_job(job.pk) is None
    assert effects(job) == 0


def test_heartbeat_renews_the_lease(owner):
    class OneBeat:
        def __init__(self):
            self.waits = iter([False, True])

        def wait(self, seconds):
            assert seconds < LEASE.total_seconds() / 2
            return next(self.waits)

    job = claim(new_job(owner).pk)
    expire_lease(job)

    _beat_here(job, OneBeat())

    assert Job.objects.get(pk=job.pk).lease_until > timezone.now() + LEASE / 2


def _beat_here(job, stop):
    """In this thread and connection, which must stay open for the test."""
    close_all = connections.close_all
    connections.close_all = lambda: None
    try:
        _beat(job, stop)
    finally:
        connections.close_all = close_all


def test_of_sixteen_workers_one_claims(transactional_db):
    job = new_job(accounts.lead_officer())

    claims = in_parallel(16, lambda: claim(job.pk))

    assert len([claimed for claimed in claims if claimed]) == 1
    assert Job.objects.get(pk=job.pk).attempts == 1


def test_sixteen_workers_running_it_have_one_effect(transactional_db):
    job = new_job(accounts.lead_officer())

    in_parallel(16, lambda: run_job(job.pk))

    assert (Job.objects.get(pk=job.pk).state, effects(job)) == (JobState.DONE, 1)


def test_job_killed_at_every_statement_has_one_effect(transactional_db, worker_environment):
    """Killed by SIGKILL before and after each statement and commit; another run brings it to the same end."""
    owner = accounts.lead_officer()
    command = [sys.executable, "-m", "tests.jobs.killing", str(owner.pk)]

    answer = subprocess.run(
        command, cwd=PROJECT, env=worker_environment, capture_output=True, text=True, timeout=300, check=False
    )

    assert answer.returncode == 0, answer.stderr
    ends = [line.split() for line in answer.stdout.splitlines()]
    assert len(ends) > 10
    assert {(state, count) for state, count, _ in ends} == {("done", "1")}
    assert {attempts for _, _, attempts in ends} == {"1", "2"}


@pytest.mark.worker
def test_worker_takes_over_from_one_that_was_killed(transactional_db, worker, worker_environment, eventually):
    job = new_job(accounts.lead_officer(), "tests.die_once", created_at=timezone.now())
    script = f"import django; django.setup(); import tests.jobs.handlers; from jobs.running import run_job; run_job({job.pk})"
    killed = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, env=worker_environment, check=False)
    assert killed.returncode == -9
    assert (Job.objects.get(pk=job.pk).state, effects(job)) == (JobState.RUNNING, 0)
    expire_lease(job)
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(minutes=1))

    assert sweep_jobs() == 1

    done = eventually(lambda: Job.objects.filter(pk=job.pk, state=JobState.DONE).first())
    assert (done.attempts, effects(job)) == (2, 1)


def test_sweep_gives_up_after_too_many_attempts(owner):
    job = new_job(owner, state=JobState.RUNNING, attempts=MAX_ATTEMPTS)
    expire_lease(job)

    assert sweep_jobs() == 0

    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, GAVE_UP)
