"""How much memory a worker process may take. What needs more ends with words to the person (jobs.running), instead of
taking the machine's last and having the kernel kill whom it likes."""

import resource
from typing import Any

from celery.signals import worker_process_init
from django.conf import settings


@worker_process_init.connect(weak=False)
def limit_memory(**kwargs: Any) -> None:
    """In every process that runs tasks, and in the programs that these start. 0: without limit."""
    if settings.JOB_MEMORY_MEGABYTES:
        most = settings.JOB_MEMORY_MEGABYTES * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (most, resource.getrlimit(resource.RLIMIT_DATA)[1]))
