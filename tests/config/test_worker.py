"""The queue end to end: a job asked for here is done by the worker in another process, on either set-up."""

import pytest

from accounts.models import User
from jobs.models import Job, JobState

pytestmark = pytest.mark.worker


def test_worker_takes_up_a_job(transactional_db, worker, eventually):
    from jobs.services import start_job

    owner = User.objects.create(username="yinuo", name="王一诺")
    job = start_job("campaigns.draw", "抽取", by=owner, parameters={"approval": 0})

    done = eventually(lambda: Job.objects.exclude(state__in=[JobState.QUEUED, JobState.RUNNING]).first())

    assert (done.pk, done.state, done.attempts) == (job.pk, JobState.FAILED, 1)


def test_worker_beats_and_names_the_queues_it_serves(transactional_db, worker, eventually):
    from config.watching.models import Heartbeat

    row = eventually(lambda: Heartbeat.objects.filter(kind=Heartbeat.Kind.WORKER).first())

    assert (row.queues, abs(row.ahead_milliseconds) < 1500) == (["celery", "documents", "draws", "mail"], True)
