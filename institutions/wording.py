"""Field names and values of the pool in Chinese, for the dry run and the history."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db import models

from accounts.models import Department, Region
from institutions.models import Certificate, Domain, Institution, RiskFlag, Site
from institutions.queries import region_label

MODELS: dict[str, type[models.Model]] = {
    "institution": Institution,
    "certificate": Certificate,
    "site": Site,
    "riskflag": RiskFlag,
}
HIDDEN = frozenset({"id", "institution", "certificate", "initials", "created_at", "updated_at", "noted_by"})
EMPTY = "（空）"


class Wording:
    """Looks up regions, departments and domains once, when the first of them is worded."""

    @cached_property
    def _regions(self) -> dict[str, str]:
        return {region.pk: region_label(region) for region in Region.objects.select_related("parent")}

    @cached_property
    def _departments(self) -> dict[str, str]:
        return dict(Department.objects.values_list("pk", "short_name"))

    @cached_property
    def _domains(self) -> dict[str, str]:
        return dict(Domain.objects.values_list("pk", "name"))

    def differences(self, thing: str, changes: Mapping[str, Sequence[Any]]) -> list[dict[str, str]]:
        """{label, before, after} for each changed field that people know, in the order of the model."""
        model = MODELS[thing]
        told = (
            (self.label(model, name), self.value(model, name, old), self.value(model, name, new))
            for name, (old, new) in sorted(changes.items(), key=lambda change: _position(model, change[0]))
            if name not in HIDDEN
        )
        return [{"label": label, "before": before, "after": after} for label, before, after in told if before != after]

    def label(self, model: type[models.Model], name: str) -> str:
        try:
            return str(model._meta.get_field(name.removesuffix("_id")).verbose_name)  # type: ignore[union-attr]
        except LookupError:
            return name

    def value(self, model: type[models.Model], name: str, value: Any) -> str:
        if value in (None, "", [], ()):
            return EMPTY
        name = name.removesuffix("_id")
        if isinstance(value, list | tuple):
            return "、".join(self._name(name, item) for item in value)
        if isinstance(value, bool):
            return "是" if value else "否"
        choices = dict(getattr(model._meta.get_field(name), "flatchoices", []))
        return str(choices.get(value) or self._name(name, value))

    def _name(self, field: str, value: Any) -> str:
        if field in ("county", "business_regions"):
            return self._regions.get(value, str(value))
        if field == "owner_department":
            return self._departments.get(value, str(value))
        return self._domains.get(value, str(value)) if field == "domains" else str(value)


def _position(model: type[models.Model], name: str) -> int:
    fields = [field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)]
    known = name.removesuffix("_id")
    return fields.index(known) if known in fields else len(fields)
