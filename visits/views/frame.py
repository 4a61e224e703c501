"""What the pages of a visit share: finding it, and handing out files."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404

from accounts.http import Request
from campaigns.models import Task
from selftest.views.attachments import PICTURE_RULES, SHOWN_IN_PAGE
from visits.models import Visit


def get_task(request: Request, pk: int) -> Task:
    return get_object_or_404(Task.objects.visible_to(request.user).for_lists(), pk=pk)


def get_visit(request: Request, pk: int) -> Visit:
    """Its task's notice and campaign come with it."""
    rows = Visit.objects.visible_to(request.user).select_related(
        "task__campaign__lead_bureau", "task__line", "task__institution__county", "task__bureau",
        "task__assisting_bureau", "task__notice__bureau", "planned_by",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


def handed_out(file: FieldFile, *, name: str, media_type: str = "") -> FileResponse:
    """To be saved; with the `media_type` of a picture or PDF, shown by the browser in a page that may do nothing."""
    if not file or not file.storage.exists(str(file.name)):
        raise Http404
    rules = SHOWN_IN_PAGE.get(media_type)
    answer = FileResponse(file.open("rb"), as_attachment=rules is None, filename=name)
    answer.headers["Content-Type"] = media_type if rules else "application/octet-stream"
    answer.headers["Content-Security-Policy"] = rules or PICTURE_RULES
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
