"""What a person finds on the workbench of the work they have started."""

from collections.abc import Iterator

from django.urls import reverse

from accounts import workbench
from accounts.models import User
from accounts.workbench import Running
from jobs.models import Job, JobState

MOST_SHOWN = 5


def jobs_under_way(user: User) -> Iterator[Running]:
    for job in Job.objects.visible_to(user).open()[:MOST_SHOWN]:
        progress = f"{job.done} / {job.total}" if job.total else ""
        note = " ".join(part for part in (job.message, progress) if part)
        tone = "current" if job.state == JobState.RUNNING else "waiting"
        yield Running(job.title, reverse("jobs:detail", args=[job.pk]), job.get_state_display(), tone, note)


workbench.offer(running=jobs_under_way)
