"""What must not go on in a restored system: sessions, tokens, work that somebody else was doing."""

from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from knox.models import AuthToken

from accounts import audit
from accounts.models import Session
from config.upkeep.manifest import Manifest
from jobs.models import Job, JobState


@transaction.atomic
def end_what_ran(backup: Path, manifest: Manifest) -> None:
    """Everybody signs in anew; running jobs are taken up again; the trail tells that this is a restored system."""
    sessions, _ = Session.objects.all().delete()
    tokens, _ = AuthToken.objects.all().delete()
    running = Job.objects.filter(state=JobState.RUNNING).update(lease_until=Now(), token="", sent_at=None)
    Job.objects.filter(state=JobState.QUEUED).update(sent_at=None)
    facts: dict[str, Any] = {
        "file": backup.name, "made_at": manifest.made_at, "trail": manifest.trail.number, "log": manifest.log.number,
        "sessions": sessions, "tokens": tokens, "jobs": running,
    }  # fmt: skip
    audit.record("upkeep.restore", audit.locked_head(), by=None, facts=facts)
