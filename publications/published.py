"""Tells statistics which tasks' results are public."""

from typing import Any

from django.db.models import QuerySet

from publications.models import PublishedResult
from reports.statistics.published import offer_published


def published_tasks() -> QuerySet[Any]:
    return PublishedResult.objects.filter(is_current=True).values("task")


offer_published(published_tasks)
