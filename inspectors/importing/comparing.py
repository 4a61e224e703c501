"""Drafts against the pool: what would be added or changed, field by field, and what cannot be."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.models import User
from accounts.rules import can
from inspectors.importing.reading import Draft
from inspectors.importing.tables import PeopleTable
from inspectors.models import Expert, Inspector
from inspectors.queries import employers
from workbooks.columns import Problem

CHUNK = 500


@dataclass(slots=True)
class Entry:
    """One person: `person` is None for a new one; `changes` are field → [before, after], keys and lists of keys."""

    draft: Draft
    person: Inspector | Expert | None
    changes: dict[str, list[Any]]

    @property
    def kind(self) -> str:
        return "added" if self.person is None else "changed" if self.changes else "same"


@dataclass(slots=True)
class Plan:
    entries: list[Entry]
    problems: list[tuple[int, str, Problem]]

    @property
    def digest(self) -> str:
        said = [[entry.draft.number, entry.kind, entry.changes] for entry in self.entries]
        text = json.dumps(said, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def count(self, kind: str) -> int:
        return sum(entry.kind == kind for entry in self.entries)


def compare(drafts: Sequence[Draft], people: PeopleTable, user: User, *, lock: bool = False) -> Plan:
    """`lock` keeps others from changing these people until the caller's transaction ends."""
    found = dict(_known(drafts, people, lock=lock))
    plan = Plan([], [])
    homes = employers(draft.values["employer"] for draft in drafts if draft.values.get("employer"))
    for draft in drafts:
        person = found.get(draft.number)
        if person is not None and not can(user, "edit", person):
            plan.problems.append(
                (draft.row, "number", Problem("not_yours", "该编号已属于您不负责的人员，请核对编号。"))
            )
            continue
        plan.entries.append(Entry(draft, person, _changes(draft, person, people, homes)))
    return plan


def _known(drafts: Sequence[Draft], people: PeopleTable, *, lock: bool) -> Iterator[tuple[str, Inspector | Expert]]:
    numbers = [draft.number for draft in drafts]
    rows: models.QuerySet[Any] = people.model._default_manager.all()
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    if people.model is Inspector:
        rows = rows.select_related("bureau")
    rows = rows.prefetch_related(*people.relations)
    for start in range(0, len(numbers), CHUNK):
        for person in rows.filter(number__in=numbers[start : start + CHUNK]):
            yield person.number, person


def _changes(
    draft: Draft, person: Inspector | Expert | None, people: PeopleTable, homes: dict[str, int]
) -> dict[str, list[Any]]:
    said = {name: draft.values[name] for name in people.fields} | {
        name: sorted(draft.values[name]) for name in people.relations if draft.values[name] is not None
    }
    employer = said.get("employer")
    if employer in homes:
        said["employer_institution"] = homes[employer]
    changes = {}
    for name, value in said.items():
        before = _now(person, name, people) if person is not None else None
        if value is not None and value != before and not (person is None and value in ("", False, [])):
            changes[name] = [before, value]
    return changes


def _now(person: Inspector | Expert, name: str, people: PeopleTable) -> Any:
    if name in people.relations:
        return sorted(item.pk for item in getattr(person, name).all())
    return getattr(person, person._meta.get_field(name).attname)  # type: ignore[union-attr]
