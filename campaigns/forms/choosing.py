"""Setting what a form's choice fields offer, for one campaign or one user."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

Choices = Iterable[tuple[str, str]]


def offer(form: forms.BaseForm, name: str, rows: QuerySet[Any], choices: Choices | None = None) -> None:
    """Let the field take any of `rows`; list `choices` of them when given, which saves a query per field."""
    field = cast("forms.ModelChoiceField[Any]", form.fields[name])
    field.queryset = rows
    if choices is not None:
        field.choices = list(choices)


def offer_choices(form: forms.BaseForm, name: str, choices: Choices) -> None:
    cast("forms.ChoiceField", form.fields[name]).choices = list(choices)
