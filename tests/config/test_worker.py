"""The queue end to end: a job asked for here is done by the worker in another process, on either set-up."""

import pytest

from accounts.models import User
from jobs.models import Job, JobState

pytestmark = pytest.mark.worker


def test_worker_takes_up_a_job(transactional_db, worker, eventually):
    from jobs.services import start_job

    owner = User.objects.create(username="yinuo", name="王一诺")
    job = start_job("tests.unknown", "不存在的工作", by=owner)

    done = eventually(lambda: Job.objects.exclude(state__in=[JobState.QUEUED, JobState.RUNNING]).first())

    assert (done.pk, done.state, done.attempts) == (job.pk, JobState.FAILED, 1)
