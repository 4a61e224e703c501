// Section 6: replacing by rule. `Course` is a draw with all that happened to it since.

import * as check from "./checks.js";
import { refuse } from "./faults.js";
import { canonical } from "./json.js";
import { Staffing, describeTeam, inOrderHeld, isFit } from "./staffing.js";

const REQUESTS = {
  institution: ["kind", "out", "reason"],
  inspector: ["kind", "institution", "out", "reason"],
  withdrawal: ["kind", "out", "reason"],
};

export class Course {
  constructor(sheet, lines, seed) {
    this.slotsOf = new Map(sheet.lines.map((line) => [line.code, line.team]));
    this.staffing = new Staffing(sheet.inspectors, seed);
    this.cellOf = new Map(); // id of an institution in the draw → its cell
    this.used = new Set(); // ids of all who are or were in the draw
    for (const { cells } of lines) for (const cell of cells) for (const { entry } of cell.drawn) this.enter(entry, cell);
  }

  enter(entry, cell) {
    this.use(entry, cell);
    for (const place of this.takeUp(entry).places) this.staffing.fill(place);
  }

  use(entry, cell) {
    this.cellOf.set(entry.id, cell);
    this.used.add(entry.id);
  }

  takeUp(entry) {
    return this.staffing.takeUp(entry, "team" in entry ? entry.team : this.slotsOf.get(entry.line));
  }

  describeTeams() {
    return [...this.staffing.teams.values()].map(describeTeam);
  }

  // The record that the transcript must hold for the request in `given`.
  substitute(given, path) {
    check.anyObject(given, path, ["kind"]);
    check.oneOf(given.kind, Object.keys(REQUESTS), [...path, "kind"]);
    const request = {};
    for (const key of REQUESTS[given.kind]) {
      if (!(key in given)) refuse([...path, key], "必须有这一项", undefined);
      request[key] = given[key];
    }
    check.someText(request.reason, [...path, "reason"]);
    this.staffing.exhausted.clear();
    this.staffing.before = new Map();
    return { institution: this.replaceInstitution, inspector: this.replaceInspector, withdrawal: this.withdraw }[given.kind].call(this, request, path);
  }

  replaceInstitution(request, path) {
    const { out } = request;
    const old = this.teamOf(out, [...path, "out"]);
    const cell = this.cellOf.get(out);
    const next = cell.members.find(({ entry }) => !this.used.has(entry.id));
    if (!next) refuse([...path, "out"], "本单元还有可以递补的机构", `${out}（已无机构可递补）`);
    this.staffing.teams.delete(out);
    this.cellOf.delete(out);
    this.use(next.entry, cell);
    const team = this.takeUp(next.entry);
    this.passOn(old, team);
    for (const place of team.places) if (!place.holder) this.staffing.fill(place);
    return { ...request, in: next.entry.id, teams: this.changedTeams(old, team) };
  }

  // Who fits stays, each in a place of the same slot and pool; the others are released.
  passOn(old, team) {
    for (const place of team.places) {
      const seat = old.places.find(
        ({ holder, slot, pool }) => holder && slot === place.slot && pool === place.pool && isFit(holder, place),
      );
      if (!seat) continue;
      const { holder } = seat;
      this.staffing.unseat(seat);
      this.staffing.seat(holder, place);
    }
    for (const place of old.places) if (place.holder) this.staffing.release(place);
  }

  replaceInspector(request, path) {
    const team = this.teamOf(request.institution, [...path, "institution"]);
    const person = this.person(request.out, [...path, "out"]);
    const place = team.places.find(({ holder }) => holder === person);
    if (!place) refuse([...path, "out"], `机构 ${request.institution} 检查组的成员`, request.out);
    this.staffing.release(place);
    person.recused.add(request.institution);
    this.staffing.fill(place);
    return { ...request, unfilled: place.holder ? 0 : 1, teams: this.changedTeams() };
  }

  withdraw(request, path) {
    const person = this.person(request.out, [...path, "out"]);
    if (person.withdrawn) refuse([...path, "out"], "尚未退出的人员", `${request.out}（已经退出）`);
    const places = inOrderHeld(person);
    for (const place of places) this.staffing.release(place);
    person.withdrawn = true;
    for (const place of places) this.staffing.fill(place);
    return { ...request, unfilled: places.filter((place) => !place.holder).length, teams: this.changedTeams() };
  }

  // Every team that is not what it was, in the order taken up; not the one that left, but always the one that entered.
  changedTeams(left = null, entered = null) {
    const { before } = this.staffing;
    if (entered) before.set(entered, null);
    before.delete(left);
    return [...before.keys()]
      .sort((one, other) => one.turn - other.turn)
      .map((team) => ({ now: describeTeam(team), then: before.get(team) }))
      .filter(({ now, then }) => canonical(now) !== (then && canonical(then)))
      .map(({ now }) => now);
  }

  teamOf(id, path) {
    if (typeof id !== "string" || !this.staffing.teams.has(id)) refuse(path, "目前抽中的机构", id);
    return this.staffing.teams.get(id);
  }

  person(id, path) {
    if (typeof id !== "string" || !this.staffing.people.has(id)) refuse(path, "人员名录中的编号", id);
    return this.staffing.people.get(id);
  }
}
