"""The older part of the audit trail as a file of its own, that anybody can verify without this system's database.

A line of JSON for each event, in order, then one that tells the end. The trail itself stays whole: pages, limits and
`verify_trail` read it from its first event, so nothing is taken out of the database.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from accounts import audit, chain
from accounts.models import AuditChange, AuditEvent
from config.upkeep.errors import UpkeepRefused

FORMAT = "lianchou-trail/1"


def archive_trail(folder: Path, *, before: datetime | None = None, first: int = 1) -> tuple[Path, str]:
    """Events from that number on that are older; the file and its SHA-256, which the trail keeps. Raises UpkeepRefused.

    before: at the latest LOG_KEEP_DAYS ago, which is what it is without it.
    """
    latest = timezone.now() - timedelta(days=settings.LOG_KEEP_DAYS)
    events = AuditEvent.objects.filter(number__gte=first, at__lt=min(before or latest, latest)).order_by("number")
    ends = events.first(), events.last()
    if ends[0] is None or ends[1] is None:
        raise UpkeepRefused(f"没有早于 {settings.LOG_KEEP_DAYS} 天的审计记录。")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"trail-{ends[0].number}-{ends[1].number}.jsonl.gz"
    if path.exists():
        raise UpkeepRefused(f"已有同名的封存文件：{path}")
    path.touch(mode=0o600)
    with path.open("wb") as file, gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed:
        for line in _lines(events.filter(number__lte=ends[1].number)):
            packed.write(chain.canonical(line) + b"\n")
        end = {"format": FORMAT, "first": ends[0].number, "last": ends[1].number, "digest": ends[1].digest}
        packed.write(chain.canonical(end) + b"\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    facts = {"file": path.name, "sha256": digest, "first": ends[0].number, "last": ends[1].number}
    with transaction.atomic():
        audit.record("upkeep.archive_trail", audit.locked_head(), by=None, facts=facts)
    return path, digest


def _lines(events: Any) -> Iterator[dict[str, Any]]:
    changes = Prefetch("changes", AuditChange.objects.order_by("pk"))
    for event in events.prefetch_related(changes).iterator(chunk_size=1000):
        kept = [
            [row.subject_type, row.subject_id, row.fields, row.personal, row.salt, row.personal_digest]
            for row in event.changes.all()
        ]
        yield {"event": audit.chained_values(event), "digest": event.digest, "changes": kept}


def verify_archive(path: Path) -> tuple[int, int, str]:
    """First and last number, and the digest of the last. Raises UpkeepRefused, saying where it does not hold."""
    number, previous, first = 0, "", 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                given = json.loads(line)
                if given.get("format") == FORMAT:
                    if (given["first"], given["last"], given["digest"]) != (first, number, previous):
                        raise UpkeepRefused("封存文件的结尾与内容不符。")
                    return first, number, previous
                event = given["event"]
                first = first or event["number"]
                if number and (event["number"], event["previous"]) != (number + 1, previous):
                    raise UpkeepRefused(f"第 {event['number']} 条与前一条不衔接。")
                _check(given)
                number, previous = event["number"], given["digest"]
    except (OSError, EOFError, ValueError, KeyError) as broken:
        raise UpkeepRefused(f"封存文件无法读取：{broken}") from broken
    raise UpkeepRefused("封存文件不完整（被截断）。")


def _check(given: dict[str, Any]) -> None:
    event, digests = given["event"], []
    for subject_type, subject_id, fields, personal, salt, personal_digest in given["changes"]:
        if personal is not None and chain.personal_digest(salt, personal) != personal_digest:
            raise UpkeepRefused(f"第 {event['number']} 条的个人信息变更与摘要不符。")
        digests.append(chain.change_digest(subject_type, subject_id, fields, personal_digest))
    if chain.changes_digest(digests) != event["changes"] or chain.event_digest(event) != given["digest"]:
        raise UpkeepRefused(f"第 {event['number']} 条的内容与摘要不符。")
