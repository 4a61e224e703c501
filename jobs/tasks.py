from celery import shared_task

from jobs import services
from jobs.running import run_job


@shared_task(name="jobs.tasks.run", soft_time_limit=1800, time_limit=1860)
def run(job_id: int) -> None:
    run_job(job_id)


@shared_task(name="jobs.tasks.sweep", expires=5, time_limit=60)
def sweep() -> int:
    return services.sweep_jobs()


@shared_task(name="jobs.tasks.drop_old_files", expires=3600, time_limit=600)
def drop_old_files() -> int:
    return services.drop_old_files()
