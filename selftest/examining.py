"""Whether an uploaded file may be kept: judged by its content, pictures drawn anew, no virus."""

import hashlib
from dataclasses import dataclass

from django.db.models import Model

from accounts import audit, scanning, uploads
from accounts.models import User
from selftest import images


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that may be kept: its kind known from its content, pictures drawn anew, no virus found."""

    name: str
    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def examine(name: str, content: bytes, *, subject: Model, action: str, by: User) -> Examined:
    """UploadRefused with the reason when the file is not to be kept; one with a virus is put on record as `action`."""
    try:
        suffix = uploads.check_file(name, content)
        scanning.scan(content)
    except scanning.Infected as infected:
        facts = {"signature": infected.signature, "digest": hashlib.sha256(content).hexdigest()}
        audit.record(action, subject, by=by, facts=facts)
        raise
    if suffix in uploads.IMAGES:
        content, suffix = images.redrawn(content)
    return Examined(uploads.clean_name(name, suffix), content, uploads.MEDIA_TYPES[suffix])
