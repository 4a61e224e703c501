// Section 4, the part known before the randomness: how many places each cell of each line has.

import { refuse } from "./faults.js";
import { hundredthsOf } from "./sheet.js";

// For every line its population and its cells. A cell: name, places, which members of the line may be drawn in it
// (`admits`), and whether those drawn by an earlier cell still belong to it (never).
export function planLines(sheet) {
  const drawable = new Map(sheet.lines.map((line) => [line.code, []]));
  for (const entry of sheet.institutions) if (!("excluded" in entry)) drawable.get(entry.line).push(entry);
  const plans = sheet.lines.map((line) => planLine(line, drawable.get(line.code)));
  return sheet.quota ? withQuota(plans, sheet.quota) : plans;
}

function planLine(line, members) {
  const { count, ratio } = line.size;
  const plan = { line, members, shortfall: 0 };
  if (count !== undefined) {
    const size = Math.min(count, members.length);
    return { ...plan, shortfall: count - size, cells: [wholeLine(size)] };
  }
  if (ratio === undefined) return { ...plan, cells: [wholeLine(members.length)] };
  if (typeof ratio === "string") return { ...plan, cells: [wholeLine(share(ratio, members.length, line.size.rounding))] };
  const letters = Object.keys(ratio).sort();
  return { ...plan, cells: letters.map((letter) => classCell(letter, line.size, members)) };
}

const wholeLine = (places) => ({ name: "*", places, admits: () => true });

function classCell(letter, size, members) {
  const population = members.filter((entry) => entry.risk === letter).length;
  const places = share(size.ratio[letter], population, size.rounding);
  return { name: letter, places, admits: (entry) => entry.risk === letter };
}

// Ratio × population, rounded; exact, since both are small integers.
function share(ratio, population, rounding = "ceil") {
  const exact = BigInt(hundredthsOf(ratio)) * BigInt(population);
  if (exact === 0n) return 0;
  const added = { ceil: 9_999n, half_up: 5_000n, floor: 0n }[rounding];
  return Math.max(1, Number((exact + added) / 10_000n));
}

function withQuota(plans, quota) {
  const lines = plans.map((plan) => boundsOf(plan, quota));
  const lowest = sum(lines.map((line) => line.least));
  const highest = sum(lines.map((line) => line.most));
  if (quota.count < lowest || quota.count > highest) refuse(["quota", "count"], `${lowest} 至 ${highest}`, quota.count);
  const places = apportion(lines, quota.count);
  return plans.map((plan, number) => ({ ...plan, cells: quotaCells(plan, quota, places[number]) }));
}

function boundsOf({ members, cells: [{ places: size }] }, { flag, mode }) {
  const flagged = members.filter((entry) => entry.flags.includes(flag)).length;
  return {
    size,
    flagged,
    population: members.length,
    most: Math.min(size, flagged),
    least: mode === "exactly" ? Math.max(0, size - (members.length - flagged)) : 0,
  };
}

// Steps 1 to 3 with all shares over one common denominator.
function apportion(lines, count) {
  const denominator = lines.reduce((product, line) => product * BigInt(line.population || 1), 1n);
  const ideals = lines.map(({ size, flagged, population }) => (BigInt(size * flagged) * denominator) / BigInt(population || 1));
  const total = ideals.reduce((left, right) => left + right, 0n);
  // share − places, times `total` (or 1 where all ideals are 0)
  const whole = total || 1n;
  const shares = ideals.map((ideal) => ideal * BigInt(count));
  const places = lines.map((line, number) => Math.min(line.most, Math.max(line.least, Number(shares[number] / whole))));
  const left = (number) => shares[number] - BigInt(places[number]) * whole;
  const numbers = lines.map((_, number) => number);
  while (sum(places) < count) {
    const open = numbers.filter((number) => places[number] < lines[number].most);
    places[open.reduce((best, number) => (left(number) > left(best) ? number : best))] += 1;
  }
  while (sum(places) > count) {
    const open = numbers.filter((number) => places[number] > lines[number].least);
    places[open.reduce((best, number) => (left(number) < left(best) ? number : best))] -= 1;
  }
  return places;
}

function quotaCells(plan, { flag, mode }, places) {
  const isFlagged = (entry) => entry.flags.includes(flag);
  return [
    { name: flag, places, admits: isFlagged },
    { name: "*", places: plan.cells[0].places - places, admits: mode === "exactly" ? (entry) => !isFlagged(entry) : () => true },
  ];
}

const sum = (numbers) => numbers.reduce((left, right) => left + right, 0);
