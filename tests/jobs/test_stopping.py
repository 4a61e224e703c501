"""Cancelling and retrying: by its owner or the system administrator, and whichever end comes first counts."""

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from jobs.models import Job, JobRun, JobState
from jobs.progress import JobCancelled, JobRefused, LeaseLost, Outcome, Progress, finish
from jobs.running import claim, run_job
from jobs.services import cancel_job, retry_job
from jobs.sweeping import sweep_jobs
from tests.factories import accounts
from tests.jobs.handlers import effects
from tests.jobs.test_running import expire_lease, handles, in_parallel


@pytest.fixture
def owner(db):
    return accounts.lead_officer()


def new_job(owner, kind="tests.settle", **fields):
    return Job.objects.create(kind=kind, title="生成任务清单", owner=owner, **fields)


def cancelling_at(moment):
    """A kind of work during which its owner cancels it, before or after the step it tells last."""

    @handles("tests.cancelled_at")
    def work(job, progress):
        if moment == "before a step":
            cancel_job(job, by=job.owner)
            progress("下一步", 1, 2)
        if moment == "before it settles":
            cancel_job(job, by=job.owner)
            progress.settle(Outcome("好了"))
        progress.settle(Outcome("好了"))
        cancel_job(job, by=job.owner)
        return Outcome()


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("before a step", JobState.CANCELLED),
        ("before it settles", JobState.CANCELLED),
        ("after it has settled", JobState.DONE),
    ],
)
def test_running_job_stops_at_its_next_step(owner, moment, state):
    cancelling_at(moment)

    job = run_job(new_job(owner, "tests.cancelled_at").pk)

    assert job.state == state
    assert job.finished_at is not None
    assert [run.end for run in job.runs.all()] == [state]
    acts = list(AuditEvent.objects.values_list("action", flat=True))
    assert acts == ([] if state == JobState.DONE else ["jobs.cancel"])


def test_kind_that_cannot_be_stopped_goes_on(owner):
    job = claim(new_job(owner, "tests.final").pk)

    cancelled = cancel_job(job, by=owner)

    assert (cancelled.state, cancelled.cancel_asked, AuditEvent.objects.count()) == (JobState.RUNNING, False, 0)
    Progress(job)("下一步", 1, 2)


def test_cancelled_job_of_a_dead_worker_is_ended_by_the_sweeper(owner):
    job = claim(new_job(owner).pk)
    cancel_job(job, by=owner)
    expire_lease(job)

    assert claim(job.pk) is None
    sweep_jobs()

    job.refresh_from_db()
    assert (job.state, [run.end for run in job.runs.all()]) == (JobState.CANCELLED, [JobRun.End.LOST])


def test_file_of_a_job_that_was_done_before_it_heard_is_kept(owner, media_root):
    """Its work was done outside a transaction, so calling it cancelled would be untrue."""
    job = claim(new_job(owner, "tests.file").pk)
    cancel_job(job, by=owner)

    finish(job, Outcome("好了", file_name="清单.xlsx", content=b"x"))

    assert Job.objects.get(pk=job.pk).state == JobState.DONE


def test_cancelled_job_refuses_a_worker_that_lost_it(owner):
    late = claim(new_job(owner).pk)
    expire_lease(late)
    cancel_job(claim(late.pk), by=owner)

    with pytest.raises(LeaseLost):
        Progress(late)("还在做", 1, 2)
    with pytest.raises(JobCancelled):
        Progress(Job.objects.get(pk=late.pk))("还在做", 1, 2)


def test_settling_and_cancelling_at_once_leave_one_end(transactional_db):
    owner = accounts.lead_officer()
    for _ in range(6):
        job = new_job(owner)
        acts = iter([lambda pk=job.pk: run_job(pk), lambda job=job: cancel_job(job, by=owner)])

        in_parallel(2, lambda acts=acts: next(acts)())

        job.refresh_from_db()
        assert (job.state, effects(job)) in {(JobState.DONE, 1), (JobState.CANCELLED, 0)}
        assert job.finished_at is not None


def test_failed_job_is_run_again_with_the_same_parameters(owner):
    job = run_job(new_job(owner, "tests.refuse", key="list:7", parameters={"line": 3}).pk)

    retry_job(job, by=owner)

    assert (job.state, job.attempts, job.error, job.failure, job.parameters, job.finished_at) == (
        JobState.QUEUED, 0, "", "", {"line": 3}, None,
    )  # fmt: skip
    again = run_job(job.pk)
    assert (again.state, again.failure, [run.end for run in again.runs.all()]) == (
        JobState.FAILED, "refused", ["failed", "failed"],
    )  # fmt: skip
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["jobs.retry"]


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("tests.final", JobState.FAILED, "这类任务不能直接重试"),
        ("newer", JobState.FAILED, "这类任务不能直接重试"),
        ("tests.settle", JobState.DONE, "只有未完成或已取消的任务"),
        ("tests.settle", JobState.RUNNING, "只有未完成或已取消的任务"),
    ],
)
def test_retry_refuses_what_is_not_safe(owner, kind, state, words):
    with pytest.raises(JobRefused, match=words):
        retry_job(new_job(owner, kind, state=state), by=owner)


def test_retry_refuses_while_the_same_work_is_under_way(owner):
    failed = new_job(owner, key="list:7", state=JobState.FAILED, finished_at=timezone.now())
    new_job(owner, key="list:7")

    with pytest.raises(JobRefused, match="同样的任务正在进行"):
        retry_job(failed, by=owner)

    assert Job.objects.get(pk=failed.pk).state == JobState.FAILED


def test_retry_at_once_by_eight_runs_once(transactional_db):
    owner = accounts.lead_officer()
    job = new_job(owner, state=JobState.FAILED)

    def press():
        try:
            retry_job(Job.objects.get(pk=job.pk), by=owner)
        except JobRefused:
            return False
        return True

    assert sorted(in_parallel(8, press)) == [False] * 7 + [True]
