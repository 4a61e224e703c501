"""The digest of a version: anyone who has its content and rows can compute it again."""

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from publications.models import PublicationVersion, PublishedPenalty, PublishedResult

RESULT = (
    "task__number", "name", "code", "county_id", "year", "campaign_title", "bureaus", "mode", "inspected_on", "category",
    "trade_outcome", "problem_count", "departments", "problems", "measures", "is_rectified",
)  # fmt: skip
PENALTY = (
    "measure__task__number", "name", "code", "county_id", "year", "kind", "bureau_name", "document_number", "decided_on",
    "amount", "facts", "legal_basis",
)  # fmt: skip


def canonical(version: PublicationVersion) -> bytes:
    """UTF-8 JSON, keys sorted, no blanks: {"code", "number", "title", "reason", "content", "results", "penalties"}; rows in
    the order of their task's number by code points, which databases do not agree on, then as they were made."""
    publication = version.publication
    results = PublishedResult.objects.filter(version=version).order_by("pk")
    penalties = PublishedPenalty.objects.filter(version=version).order_by("measure")
    said: dict[str, Any] = {
        "code": publication.code, "number": version.number, "title": version.title, "reason": version.reason,
        "content": version.content, "results": sorted(results.values_list(*RESULT), key=_task_number),
        "penalties": sorted(penalties.values_list(*PENALTY), key=_task_number),
    }  # fmt: skip
    text = json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _task_number(row: tuple[Any, ...]) -> str:
    return str(row[0])


def digest_of(version: PublicationVersion) -> str:
    return hashlib.sha256(canonical(version)).hexdigest()
