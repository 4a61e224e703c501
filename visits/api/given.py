"""What callers name by number or code: found among what they may see, refused in words otherwise."""

from collections.abc import Sequence
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts.api.fields import WholeNumberField
from accounts.models import Bureau, User
from campaigns.models import Task
from visits.models import Finding

UNKNOWN_FINDINGS = "有的问题没有找到，或不属于这项任务。"


def values_of(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    values: dict[str, Any] = given.validated_data
    return values


class BureauField(serializers.SlugRelatedField[Bureau]):
    """By its code."""

    def __init__(self, **more: Any) -> None:
        super().__init__(slug_field="code", queryset=Bureau.objects.all(), **more)


class FindingsField(serializers.ListField):
    child = WholeNumberField(min_value=1)

    def __init__(self, **more: Any) -> None:
        super().__init__(allow_empty=False, max_length=200, label="问题", help_text="问题的 id", **more)


def task_of(user: User, pk: int) -> Task:
    found: Task = get_object_or_404(Task.objects.visible_to(user), pk=pk)
    return found


def findings_of(user: User, task: Task, numbers: Sequence[int]) -> list[Finding]:
    wanted = set(numbers)
    found = list(Finding.objects.visible_to(user).filter(pk__in=wanted, result__task=task).select_related("result"))
    if len(found) != len(wanted):
        raise ValidationError({"findings": [UNKNOWN_FINDINGS]})
    return found


class WordsInput(serializers.Serializer[Any]):
    words = serializers.CharField(max_length=4000, label="说明")
