"""Long work of self-checks, run by a worker, and what the clock does."""

from celery import shared_task
from django.core.exceptions import PermissionDenied
from django.db import transaction

from jobs.models import Job
from jobs.running import JobRefused, Outcome, Progress, handles
from selftest import progress as figures
from selftest import reminding, rounds
from selftest.errors import SelfCheckError
from selftest.models import Round


@handles("selftest.open_round", label="启动自查", can_be_retried=False)
def open_round(job: Job, progress: Progress) -> Outcome:
    round = Round.objects.select_related("campaign__lead_bureau").get(pk=job.parameters["round"])
    progress("正在为范围内的机构建立自查", 0, rounds.population(round).count())
    try:
        with transaction.atomic():
            asked = rounds.open_round(round, by=job.owner)
            return progress.settle(
                Outcome(f"已请 {asked:,} 家机构自查", {"asked": asked}, next_url=round.get_absolute_url())
            )
    except SelfCheckError as refused:
        raise JobRefused(str(refused)) from refused
    except PermissionDenied as refused:
        raise JobRefused("您现在没有启动本轮自查的权限。") from refused


@shared_task
def count_progress() -> None:
    """The figures of large rounds, kept for the pages."""
    figures.refresh_tallies()


@shared_task
def remind() -> None:
    """Reminders that are due, each once."""
    reminding.remind()
