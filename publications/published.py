"""Tells statistics which tasks' results are public."""

from typing import Any

from django.db.models import OuterRef, QuerySet

from publications.models import PublishedResult
from reports.statistics.published import offer_published


def public_result() -> QuerySet[Any]:
    return PublishedResult.objects.filter(is_current=True, task=OuterRef("pk"))


offer_published(public_result)
