"""The public log: every event of every draw as one hash chain, written in the transaction of the event itself.

What may stand in it: nothing from which a drawn list could be learnt before it is disclosed, and no personal data.
"""

from typing import Any

from django.utils import timezone

from accounts.audit import locked_head
from campaigns import draw as engine
from campaigns.models import Draw, LogEntry, LogEvent


def append(draw: Draw, event: LogEvent, **facts: Any) -> LogEntry | None:
    """Add one entry, in the caller's transaction; a practice leaves none."""
    if draw.campaign.is_practice:
        return None
    locked_head()  # one writer at a time, and always in this order: audit first, then the log
    at = timezone.localtime().isoformat(timespec="seconds")
    last = LogEntry.objects.values("number", "digest").order_by("-number").first()
    entry = engine.make_entry(last, at=at, draw=draw.code, event=str(event), facts=facts)
    return LogEntry.objects.create(**entry | {"draw": draw})
