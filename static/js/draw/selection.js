// Section 4, the part that chance decides: every line's institutions ranked by their tickets, and its cells filled.

import { digestsAfter } from "./hashing.js";

// For every line its ranked cells: {plan, cells: [{name, population, members (ranked), drawn, reserve}]}.
export function drawLines(plans, seed) {
  const ticketOf = institutionTickets(seed);
  return plans.map((plan) => ({ plan, cells: fillCells(plan, rank(plan, ticketOf)) }));
}

function institutionTickets(seed) {
  const digestOf = digestsAfter(`${seed}\ninstitution\n`);
  return (id, lots) => {
    let lowest = digestOf(`${id}\n0`);
    for (let lot = 1; lot < lots; lot += 1) {
      const ticket = digestOf(`${id}\n${lot}`);
      if (ticket < lowest) lowest = ticket;
    }
    return lowest;
  };
}

function rank({ line, members }, ticketOf) {
  const lots = line.lots || {};
  const ranked = members.map((entry) => ({ entry, ticket: ticketOf(entry.id, entry.risk in lots ? lots[entry.risk] : 1) }));
  return ranked.sort(byTierAndTicket);
}

function byTierAndTicket(left, right) {
  return left.entry.tier - right.entry.tier || (left.ticket < right.ticket ? -1 : left.ticket > right.ticket ? 1 : 0);
}

function fillCells({ line, cells }, ranked) {
  const drawn = new Set();
  const filled = cells.map(({ name, places, admits }) => {
    const members = ranked.filter((row) => admits(row.entry) && !drawn.has(row));
    const chosen = members.slice(0, places);
    for (const row of chosen) drawn.add(row);
    return { name, population: members.length, members, drawn: chosen };
  });
  return filled.map((cell) => ({ ...cell, reserve: cell.members.filter((row) => !drawn.has(row)).slice(0, line.reserve) }));
}

// The lines as the transcript writes them.
export function describeLines(lines) {
  return lines.map(({ plan, cells }) => ({
    code: plan.line.code,
    population: plan.members.length,
    shortfall: plan.shortfall,
    cells: cells.map(({ name, population, drawn, reserve }) => ({
      cell: name,
      population,
      size: drawn.length,
      drawn: drawn.map(describeRow),
      reserve: reserve.map(describeRow),
    })),
  }));
}

const describeRow = ({ entry, ticket }) => ({ id: entry.id, tier: entry.tier, ticket });
