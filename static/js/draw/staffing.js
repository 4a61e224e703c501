// Section 5: who goes where. Places are filled one by one; a place nobody is free for sets off the refilling search.

import { textDigest } from "./hashing.js";

export class Staffing {
  constructor(inspectors, seed) {
    this.seed = seed;
    this.teams = new Map(); // institution id → team, in the order taken up
    this.turn = 0;
    this.people = new Map(inspectors.map((entry) => [entry.id, makePerson(entry)]));
    this.byPool = new Map();
    for (const person of this.people.values()) for (const pool of person.pools) this.poolOf(pool).push(person);
    this.exhausted = new Set(); // people and places from which no search can reach anyone free
    this.orders = new Map(); // pool → its people by tasks and ticket, while no count of tasks changes
    this.before = null; // team → how it stood, while changes are watched
  }

  poolOf(pool) {
    if (!this.byPool.has(pool)) this.byPool.set(pool, []);
    return this.byPool.get(pool);
  }

  // A team with empty places for an institution that is taken up now.
  takeUp(institution, slots) {
    const team = { institution, county: `county:${institution.county}`, turn: this.turn, slots, places: [] };
    this.turn += 1;
    slots.forEach((slot, number) => {
      const pool = slot.pool.split("{county}").join(institution.county);
      for (let of = 0; of < slot.number; of += 1) team.places.push({ team, slot: number, pool, at: team.places.length, holder: null });
    });
    this.teams.set(institution.id, team);
    return team;
  }

  fill(place) {
    const chosen = this.lowest(place);
    if (!chosen) return this.refill(place);
    this.countTask(chosen, 1);
    return this.seat(chosen, place);
  }

  // The fit person with the fewest tasks who is free for this place, of equals the one with the lowest ticket.
  lowest(place) {
    let best = null;
    for (const person of this.byPool.get(place.pool) || []) {
      if (person.tasks >= person.limit || (best && person.tasks > best.tasks)) continue;
      if (best && !this.comesBefore(person, best)) continue;
      if (isFit(person, place) && !seatIn(person, place.team)) best = person;
    }
    return best;
  }

  comesBefore(left, right) {
    return left.tasks === right.tasks ? this.ticket(left) < this.ticket(right) : left.tasks < right.tasks;
  }

  ticket(person) {
    if (person.ticketOf !== person.tasks) {
      person.ticketOf = person.tasks;
      person.ticket = textDigest(`${this.seed}\ninspector\n${person.id}\n${person.tasks}`);
    }
    return person.ticket;
  }

  // Breadth first over places, from the empty one. `reached` tells from which place each was reached.
  refill(empty) {
    const reached = new Map([[empty, null]]);
    const expanded = new Set();
    for (const place of reached.keys()) {
      const fit = this.inOrder(place.pool).filter((person) => !expanded.has(person) && isFit(person, place));
      const free = fit.find((person) => person.tasks < person.limit && !seatIn(person, place.team));
      if (free) return this.shift(free, place, reached);
      for (const person of fit) {
        const own = seatIn(person, place.team);
        if (!own) expanded.add(person);
        for (const held of own ? [own] : inOrderHeld(person)) this.reach(held, place, reached);
      }
    }
    for (const dead of [...reached.keys(), ...expanded]) this.exhausted.add(dead);
    return undefined;
  }

  reach(held, from, reached) {
    if (!reached.has(held) && !this.exhausted.has(held)) reached.set(held, from);
  }

  // The living of a pool, fewest tasks first, then lowest ticket.
  inOrder(pool) {
    let order = this.orders.get(pool);
    if (!order) {
      order = [...(this.byPool.get(pool) || [])].sort((left, right) => (this.comesBefore(left, right) ? -1 : 1));
      this.orders.set(pool, order);
    }
    if (this.exhausted.size) order = order.filter((person) => !this.exhausted.has(person));
    return order;
  }

  // The free person takes the place, whoever held it the place it was reached from, and so on back to the empty one.
  shift(free, found, reached) {
    let mover = free;
    for (let place = found; place; place = reached.get(place)) {
      const displaced = place.holder;
      if (displaced) this.unseat(place);
      this.seat(mover, place);
      mover = displaced;
    }
    this.countTask(free, 1);
  }

  release(place) {
    this.countTask(place.holder, -1);
    this.unseat(place);
  }

  seat(person, place) {
    this.watch(place.team);
    place.holder = person;
    person.places.add(place);
  }

  unseat(place) {
    this.watch(place.team);
    place.holder.places.delete(place);
    place.holder = null;
  }

  countTask(person, step) {
    person.tasks += step;
    this.orders.clear();
  }

  watch(team) {
    if (this.before && !this.before.has(team)) this.before.set(team, describeTeam(team));
  }
}

function makePerson({ id, pools, limit, recused }) {
  return { id, pools, limit, recused: new Set(recused), withdrawn: false, tasks: 0, ticketOf: -1, ticket: "", places: new Set() };
}

export function isFit(person, { pool, team: { institution, county } }) {
  if (person.withdrawn || !person.pools.includes(pool)) return false;
  return !person.recused.has(institution.id) && !person.recused.has(county);
}

const seatIn = (person, team) => team.places.find((place) => place.holder === person);

// By when the institutions were taken up, then by place.
export const inOrderHeld = (person) => [...person.places].sort((left, right) => left.team.turn - right.team.turn || left.at - right.at);

// A team as the transcript writes it.
export function describeTeam({ institution, slots, places }) {
  const row = ({ slot, pool, holder }) => ({ slot, pool, inspector: holder.id });
  const unfilled = [];
  slots.forEach((_, slot) => {
    const gaps = places.filter((place) => place.slot === slot && !place.holder);
    if (gaps.length) unfilled.push({ slot, pool: gaps[0].pool, number: gaps.length });
  });
  return { institution: institution.id, line: institution.line, members: places.filter((place) => place.holder).map(row), unfilled };
}
