"""A finished campaign as one bundle: record, transcripts, log, sheets, issued documents, what was published, its trail.

Everything in it was made at one moment for one person who answers for it, and reads without this system.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit, chain
from accounts.models import Role, User
from campaigns import publiclog, transcripts
from campaigns.history import events_of
from campaigns.models import Campaign, Draw, Task
from campaigns.models.tasks import ENDED_STATES
from campaigns.states import CampaignState, TaskState
from config.upkeep.errors import UpkeepRefused
from publications import digests
from publications.models import PublicationVersion
from reports.models import Document
from reports.official.content import printable
from reports.requests import UNFIT_FOR_FILE_NAMES
from reports.sheets import make_sheet, sheets_for

FORMAT = "lianchou-campaign/1"
OVER = [*ENDED_STATES, TaskState.CLOSED, TaskState.ADOPTED]

Member = tuple[str, Callable[[], bytes]]


def archive_campaign(number: str, folder: Path, *, by: User) -> Path:
    """The bundle, with what `by` may see; by: an approver of the bureau that leads it. Raises UpkeepRefused."""
    campaign = _finished(number, by)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{campaign.number}-{timezone.localtime():%Y%m%d-%H%M%S}.zip"
    unfinished = path.with_name(f".{path.name}.part")
    try:
        _write(unfinished, campaign, by)
        with transaction.atomic():
            facts = {"file": path.name, "sha256": hashlib.sha256(unfinished.read_bytes()).hexdigest()}
            audit.record("upkeep.archive_campaign", campaign, by=by, facts=facts)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _finished(number: str, by: User) -> Campaign:
    campaign = Campaign.objects.visible_to(by).filter(number=number).first()
    if campaign is None or not by.has_role(Role.LEAD_APPROVER) or campaign.lead_bureau_id != by.bureau_id:
        raise UpkeepRefused(f"{by.username} 不是这项活动牵头单位的负责人，或者没有编号为 {number} 的活动。")
    if campaign.state != CampaignState.DISPATCHED:
        raise UpkeepRefused("活动还没有派发任务，不能归档。")
    if left := Task.objects.filter(campaign=campaign).exclude(state__in=OVER).count():
        raise UpkeepRefused(f"还有 {left} 项任务没有办结，不能归档。")
    return campaign


def _write(path: Path, campaign: Campaign, by: User) -> None:
    listed: list[dict[str, Any]] = []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, make in _members(campaign, by):
                data = make()
                bundle.writestr(name, data)
                listed.append({"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
            head = publiclog.head()
            told = {
                "format": FORMAT, "campaign": campaign.number, "title": campaign.title, "by": by.username,
                "at": timezone.localtime().isoformat(timespec="seconds"),
                "log": {"number": head.number, "digest": head.digest}, "files": listed,
            }  # fmt: skip
            bundle.writestr("manifest.json", json.dumps(told, ensure_ascii=False, indent=1))
        file.flush()
        os.fsync(file.fileno())


def _members(campaign: Campaign, by: User) -> Iterator[Member]:
    yield "campaign.json", lambda: _pretty(audit.snapshot(campaign))
    yield "public-log.json", lambda: "".join(publiclog.pieces()).encode()
    for draw in campaign.draws.order_by("number"):
        yield from _of_draw(draw)
    for kind in sheets_for(by, campaign):
        yield f"sheets/{_fit(kind.label)}.xlsx", lambda key=kind.key: make_sheet(key, campaign, by)  # type: ignore[misc]
    for document in Document.objects.visible_to(by).issued().filter(campaign=campaign).order_by("pk"):
        yield f"documents/{_fit(document.number)}.pdf", lambda of=document: _printed(of)  # type: ignore[misc]
    versions = PublicationVersion.objects.filter(publication__campaign=campaign, published_at__isnull=False)
    for version in versions.select_related("publication").order_by("pk"):
        name = f"publications/{version.publication.code}-v{version.number}.json"
        yield name, lambda of=version: digests.canonical(of)  # type: ignore[misc]
    yield "trail.jsonl", lambda: b"\n".join(_trail(campaign))


def _of_draw(draw: Draw) -> Iterator[Member]:
    yield f"draws/{draw.code}/manifest.json", lambda: _pretty(draw.manifest)
    if hasattr(draw, "transcript"):
        yield f"draws/{draw.code}/transcript.json", lambda: transcripts.current_text(draw).encode()
    if hasattr(draw, "minutes"):
        yield f"draws/{draw.code}/minutes.json", draw.minutes.text.encode


def _printed(document: Document) -> bytes:
    from reports.pdf import render_official_document  # noqa: PLC0415  # half a second and 50 MB, once somebody asks

    return render_official_document(printable(document, None))


def _trail(campaign: Campaign) -> Iterator[bytes]:
    """The links of the chain about the campaign and its parts, each with its digest."""
    for event in events_of(campaign).order_by("number"):
        yield chain.canonical({"event": audit.chained_values(event), "digest": event.digest})


def _pretty(value: object) -> bytes:
    return json.dumps(json.loads(chain.canonical(value)), ensure_ascii=False, indent=1).encode()


def _fit(name: str) -> str:
    return name.translate(UNFIT_FOR_FILE_NAMES)
