"""Runs one job again and again, each time killed at the next moment at which it could die (killer.py), then to its end.

`python -m tests.jobs.killing OWNER_ID` prints one line per moment: state of the job, number of effects, attempts.
"""

import sys
from functools import partial

import django

django.setup()

from django.db.models.functions import Now  # noqa: E402  # after setup

from jobs.models import LEASE, Job, JobState  # noqa: E402
from jobs.running import run_job  # noqa: E402
from tests.jobs.handlers import effects  # noqa: E402
from tests.killer import dies  # noqa: E402


def main(owner_id: int) -> None:
    at = 0
    killed = True
    while killed:
        at += 1
        job = Job.objects.create(kind="tests.settle", title=f"第 {at} 次", owner_id=owner_id)
        killed = dies(partial(run_job, job.pk), at)
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(lease_until=Now() - LEASE)
        run_job(job.pk)
        job.refresh_from_db()
        print(job.state, effects(job), job.attempts, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
