"""Substitutions (section 6): replaced by rule, never by choice, each with its reason."""

from typing import Any

from campaigns.draw.canonical import check_text
from campaigns.draw.drawing import Drawing
from campaigns.draw.errors import Path, SubstitutionRefused
from campaigns.draw.teams import Person, Place, Team

REQUEST_KEYS = {
    "institution": ("kind", "out", "reason"),
    "inspector": ("kind", "institution", "out", "reason"),
    "withdrawal": ("kind", "out", "reason"),
}


def substitute_in(drawing: Drawing, request: object, path: Path = ()) -> dict[str, Any]:
    """Carry the request out and return its record; raises SubstitutionRefused, and then nothing has changed."""
    checked = _check_request(request, path)
    drawing.staff.watch()
    outcome = {"institution": _institution, "inspector": _inspector, "withdrawal": _withdrawal}[checked["kind"]]
    found = outcome(drawing, checked, path)
    request_keys = {key: checked[key] for key in REQUEST_KEYS[checked["kind"]]}
    return {**request_keys, **found, "teams": drawing.staff.changed_teams()}


def _check_request(request: object, path: Path) -> dict[str, Any]:
    if not isinstance(request, dict):
        raise SubstitutionRefused(path, "not_object")
    kind = request.get("kind")
    if not isinstance(kind, str) or kind not in REQUEST_KEYS:
        shown = kind if isinstance(kind, str) else type(kind).__name__
        raise SubstitutionRefused((*path, "kind"), "no_such_kind", value=shown)
    for key in request:
        if key not in REQUEST_KEYS[kind]:
            raise SubstitutionRefused((*path, str(key)), "unknown_key")
    for key in REQUEST_KEYS[kind]:
        if key not in request:
            raise SubstitutionRefused((*path, key), "missing")
        if not isinstance(request[key], str):
            raise SubstitutionRefused((*path, key), "not_text")
        check_text(request[key], (*path, key), refusal=SubstitutionRefused)
    if not request["reason"]:
        raise SubstitutionRefused((*path, "reason"), "empty")
    return request


def _institution(drawing: Drawing, request: dict[str, Any], path: Path) -> dict[str, Any]:
    out, staff = request["out"], drawing.staff
    if out not in drawing.cells:
        raise SubstitutionRefused((*path, "out"), "not_in_draw", value=out)
    entering = drawing.next_reserve(out)
    if entering is None:
        raise SubstitutionRefused((*path, "out"), "no_reserve", value=out)
    entry = drawing.replace(out, entering)
    old = staff.teams[out]
    sat = [(place.holder, place) for place in old.places if place.holder is not None]
    staff.dissolve(old)
    new = staff.take_up(entry, drawing.slots_of(entry))
    stayed = _keep_people(drawing, sat, new)
    staff.release([person for person, _ in sat if person not in stayed])
    staff.fill_team(new)
    return {"in": entering.id}


def _keep_people(drawing: Drawing, sat: list[tuple[Person, Place]], new: Team) -> set[Person]:
    """For each place of the new team, in order, who sat in the same slot and pool and may inspect there stays."""
    stayed: set[Person] = set()
    for number, slot in enumerate(new.slots):
        pool = slot.pool_in(new.county)
        able = [person for person, place in sat if (place.slot, place.pool) == (number, pool)]
        for person in [person for person in able if person.may_inspect(new)][: slot.number]:
            drawing.staff.move(person, to=new, slot=number)
            stayed.add(person)
    return stayed


def _inspector(drawing: Drawing, request: dict[str, Any], path: Path) -> dict[str, Any]:
    institution, out, staff = request["institution"], request["out"], drawing.staff
    team = staff.teams.get(institution)
    if team is None:
        raise SubstitutionRefused((*path, "institution"), "not_in_draw", value=institution)
    person = staff.by_id.get(out)
    if person is None or not team.has(person):
        raise SubstitutionRefused((*path, "out"), "not_in_team", value=out, institution=institution)
    place = staff.leave(person, team)
    return {"unfilled": int(not staff.fill(place))}


def _withdrawal(drawing: Drawing, request: dict[str, Any], path: Path) -> dict[str, Any]:
    out, staff = request["out"], drawing.staff
    if out not in staff.by_id:
        raise SubstitutionRefused((*path, "out"), "no_such_inspector", value=out)
    if out in drawing.withdrawn:
        raise SubstitutionRefused((*path, "out"), "already_withdrawn", value=out)
    drawing.withdrawn.add(out)
    left = staff.withdraw(staff.by_id[out])
    return {"unfilled": sum(not staff.fill(place) for place in left)}
