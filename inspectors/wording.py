"""Field names and values of the second pool in Chinese, for the dry run and the history."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db import models

from accounts.models import Bureau, User
from inspectors.models import ConflictOfInterest, Expert, Inspector, Leave
from inspectors.queries import matters
from institutions.models import Institution
from institutions.wording import Wording

MODELS: dict[str, type[models.Model]] = {
    model._meta.label_lower: model for model in (Inspector, Expert, ConflictOfInterest, Leave)
}
HIDDEN = frozenset({"id", "inspector", "expert", "initials"})


class PeopleWording(Wording):
    """Looks up each kind of name once, when the first of them is worded."""

    @cached_property
    def _bureaus(self) -> dict[str, str]:
        return dict(Bureau.objects.values_list("pk", "name"))

    @cached_property
    def _matters(self) -> dict[str, str]:
        return dict(matters().values_list("pk", "name"))

    def changes(self, model: type[models.Model], changes: Mapping[str, Sequence[Any]]) -> list[dict[str, str]]:
        """{label, before, after} for each changed field that people know."""
        worded = [
            {
                "label": self.label(model, name),
                "before": self.value(model, name, old),
                "after": self.value(model, name, new),
            }
            for name, (old, new) in changes.items()
            if name not in HIDDEN
        ]
        return [difference for difference in worded if difference["before"] != difference["after"]]

    def label(self, model: type[models.Model], name: str) -> str:
        return "执法事项" if name == "matters" else super().label(model, name)

    def _name(self, field: str, value: Any) -> str:
        if field == "bureau":
            return self._bureaus.get(value, str(value))
        if field == "matters":
            return self._matters.get(value, str(value))
        if field == "region":
            return super()._name("county", value)
        if field in ("institution", "employer_institution"):
            return str(Institution.objects.filter(pk=value).first() or value)
        if field in ("user", "decided_by"):
            return str(User.objects.filter(pk=value).first() or value)
        return super()._name(field, value)
