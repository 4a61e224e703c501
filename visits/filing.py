"""Files that come with a delivery or with what follows a visit: judged by content, pictures drawn anew, no viruses."""

import hashlib

from django.db import models

from accounts import audit, scanning, uploads
from accounts.models import User
from selftest import images
from selftest.signing import Paper
from visits.errors import VisitError

TAKES = uploads.TAKES


def kept_paper(name: str, content: bytes, *, subject: models.Model, by: User) -> Paper:
    """The file as it may be kept, for `subject`. VisitError with the reason when it may not; a virus is put on record."""
    try:
        suffix = uploads.check_file(name, content)
        scanning.scan(content)
        if suffix in uploads.IMAGES:
            content, suffix = images.redrawn(content)
    except scanning.Infected as infected:
        facts = {"signature": infected.signature, "digest": hashlib.sha256(content).hexdigest()}
        audit.record("visits.infected", subject, by=by, facts=facts)
        raise VisitError(str(infected)) from infected
    except uploads.UploadRefused as refused:
        raise VisitError(str(refused)) from refused
    return Paper(uploads.clean_name(name, suffix), content)
