"""A plan written to the pool, in the transaction of the import."""

from collections.abc import Sequence
from typing import Any

from accounts.audit import Change
from inspectors.importing.comparing import Entry, Plan
from inspectors.importing.tables import PeopleTable
from inspectors.models import Expert, Inspector
from institutions.pinyin import initials

BATCH = 500


def write_plan(plan: Plan, people: PeopleTable) -> list[Change]:
    """Everything written; what is to be recorded of it."""
    new = [entry for entry in plan.entries if entry.person is None]
    changed = [entry for entry in plan.entries if entry.kind == "changed"]
    for entry in new:
        entry.person = people.model()
    for entry in (*new, *changed):
        _set(entry, people)
    fields = [*people.fields, "initials", *(["employer_institution"] if people.model is Expert else [])]
    manager: Any = people.model._default_manager
    manager.bulk_create([entry.person for entry in new], batch_size=BATCH)
    manager.bulk_update([entry.person for entry in changed], fields, batch_size=BATCH)
    for name in people.relations:
        _link(name, [entry for entry in (*new, *changed) if name in entry.changes], people)
    return [_change(entry) for entry in (*new, *changed)]


def _set(entry: Entry, people: PeopleTable) -> None:
    for name, (_, after) in entry.changes.items():
        if name not in people.relations:
            setattr(entry.person, entry.person._meta.get_field(name).attname, after)  # type: ignore[union-attr]
    if entry.person is not None:
        entry.person.initials = initials(entry.person.name)[:30]


def _link(name: str, entries: Sequence[Entry], people: PeopleTable) -> None:
    """One end of the link table points at the person, the other at what is linked; which is whose, the models know."""
    field: Any = people.model._meta.get_field(name)
    through: Any = field.remote_field.through if field.many_to_many and not field.auto_created else field.through
    near, far = _ends(through, people.model)
    people_ids = [entry.person.pk for entry in entries if entry.person]
    for start in range(0, len(people_ids), BATCH):
        through.objects.filter(**{f"{near}__in": people_ids[start : start + BATCH]}).delete()
    links = [
        through(**{near: entry.person.pk, far: key})
        for entry in entries
        if entry.person
        for key in entry.changes[name][1]
    ]
    through.objects.bulk_create(links, batch_size=BATCH)


def _ends(through: Any, model: type[Inspector] | type[Expert]) -> tuple[str, str]:
    ends = [field for field in through._meta.get_fields() if field.is_relation]
    near = next(field.attname for field in ends if field.related_model is model)
    return near, next(field.attname for field in ends if field.related_model is not model)


def _change(entry: Entry) -> Change:
    person = entry.person
    if person is None:
        raise ValueError("write the entry first")
    personal = person.PERSONAL_FIELDS
    return Change(
        person._meta.label_lower,
        str(person.pk),
        {name: pair for name, pair in entry.changes.items() if name not in personal},
        {name: pair for name, pair in entry.changes.items() if name in personal},
    )
