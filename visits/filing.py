"""Files that come with a delivery or with what follows a visit: judged by content, pictures drawn anew, no viruses."""

from django.db import models

from accounts import uploads
from accounts.models import User
from selftest.examining import examine
from selftest.signing import Paper
from visits.errors import VisitError

TAKES = uploads.TAKES


def kept_paper(name: str, content: bytes, *, subject: models.Model, by: User) -> Paper:
    """The file as it may be kept, for `subject`. VisitError with the reason when it may not; a virus is put on record."""
    try:
        file = examine(name, content, subject=subject, action="visits.infected", by=by)
    except uploads.UploadRefused as refused:
        raise VisitError(str(refused)) from refused
    return Paper(file.name, file.content)
