import logging

from celery import shared_task

from jobs import limits, sweeping  # noqa: F401  # limits: of the memory of each worker process
from jobs.running import run_job

logger = logging.getLogger(__name__)


@shared_task(name="jobs.tasks.run", soft_time_limit=1800, time_limit=1920)
def run(job_id: object) -> None:
    """Its time limits are those of the job's kind, which the message brings. A message that holds no id is forged."""
    if type(job_id) is not int or job_id < 1:
        logger.error("a message with no job's number was dropped")
        return
    run_job(job_id)


@shared_task(name="jobs.tasks.sweep", expires=5, time_limit=60)
def sweep() -> int:
    return sweeping.sweep_jobs()


@shared_task(name="jobs.tasks.drop_old_files", expires=3600, time_limit=600)
def drop_old_files() -> int:
    return sweeping.drop_old_files()


@shared_task(name="jobs.tasks.drop_old_jobs", expires=3600, time_limit=600)
def drop_old_jobs() -> int:
    return sweeping.drop_old_jobs()
