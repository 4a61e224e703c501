"""What keepers of the first pool find on their workbench."""

from collections.abc import Iterator

from django.urls import reverse

from accounts import workbench
from accounts.models import User
from accounts.workbench import ToDo, Urgency
from institutions.models import ImportRun, ImportState

MOST_SHOWN = 5


def uploads_to_confirm(user: User) -> Iterator[ToDo]:
    """Dry runs without an error that nobody has imported yet: people take the dry run for the whole job."""
    ready = ImportRun.objects.visible_to(user).filter(state=ImportState.READY, commit_job=None)
    for run in ready[:MOST_SHOWN]:
        url = reverse("institutions:import_run", args=[run.pk])
        text = f"“{run.file_name}”已试运行、没有错误，名录库尚未改动"
        yield ToDo(text, url, "核对并导入", Urgency.SOON)


workbench.offer(todos=uploads_to_confirm)
