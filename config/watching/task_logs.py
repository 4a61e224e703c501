"""Every line that a worker logs carries the numbers of task and job, and of the request that asked for it."""

from typing import Any

import structlog
from django.dispatch import receiver
from django_structlog.celery.signals import bind_extra_task_metadata, modify_context_before_task_publish

RUNS_A_JOB = "jobs.tasks.run"
HANDED_ON = {"request_id", "user_id"}


@receiver(bind_extra_task_metadata)
def bind_numbers(sender: Any, task: Any = None, **kwargs: Any) -> None:
    structlog.contextvars.bind_contextvars(task=task.name)
    if task.name == RUNS_A_JOB and task.request.args:
        structlog.contextvars.bind_contextvars(job_id=task.request.args[0])


@receiver(modify_context_before_task_publish)
def hand_on_numbers_alone(sender: Any, context: dict[str, Any], **kwargs: Any) -> None:
    for key in set(context) - HANDED_ON:
        del context[key]
