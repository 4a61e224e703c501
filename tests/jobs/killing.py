"""Runs one job again and again, each time killed before the next statement, or before or after the next
commit, then to its end. After a statement is before the next one.

A program of its own, because it forks: `python -m tests.jobs.killing OWNER_ID`. Prints one line per kill point:
state of the job, number of effects, attempts.
"""

import os
import signal
import sys

import django

django.setup()

from django.db import connection, connections  # noqa: E402  # after setup
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.db.models.functions import Now  # noqa: E402

from jobs.models import LEASE, Job, JobState  # noqa: E402
from jobs.running import run_job  # noqa: E402
from tests.jobs.handlers import effects  # noqa: E402


class Killer:
    """Counts the moments at which the process could die, and dies at one of them."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def moment(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, execute, sql, params, many, context):
        self.moment()
        return execute(sql, params, many, context)


def run_and_die(job_id: int, at: int) -> bool:
    """In a child process; True when it was killed, False when it reached its end before."""
    child = os.fork()
    if child == 0:
        killer = Killer(at)
        commit = BaseDatabaseWrapper._commit
        BaseDatabaseWrapper._commit = lambda wrapper: (killer.moment(), commit(wrapper), killer.moment())[1]
        with connection.execute_wrapper(killer.around):
            run_job(job_id)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def main(owner_id: int) -> None:
    at = 0
    killed = True
    while killed:
        at += 1
        job = Job.objects.create(kind="tests.settle", title=f"第 {at} 次", owner_id=owner_id)
        connections.close_all()
        killed = run_and_die(job.pk, at)
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(lease_until=Now() - LEASE)
        run_job(job.pk)
        job.refresh_from_db()
        print(job.state, effects(job), job.attempts, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
