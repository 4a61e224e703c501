// What stands on each line as this device knows it, and the record that people sign: the same canonical text as the
// server composes (visits/signing.py).

import { digest, hexOf } from "../draw/hashing.js";

export const NEEDS_WORDS = ["problem", "unchecked"];

// What was entered last on a line, here or by anybody; `isPending`: not yet acknowledged.
export function lineNow(data, queue, key) {
  const mine = queue.filter((item) => item.kind === "entry" && item.body.line === key).at(-1);
  if (mine) return { answer: "", facts: "", agreement: "", ...mine.body.values, isPending: true, refused: mine.state === "refused" ? mine.words : "" };
  const entry = data.entries[key];
  return entry ? { ...entry, isPending: false, refused: "" } : { answer: "", facts: "", agreement: "", isPending: false, refused: "" };
}

// Rivals on this line that nobody here has decided about.
export function rivalsOf(data, queue, key) {
  const settled = new Set(queue.filter((item) => item.kind === "entry" && item.state === "queued").flatMap((item) => item.body.settles));
  return data.rivals.filter((rival) => rival.line === key && !settled.has(rival.id));
}

export function isAnswered(now) {
  return now.answer !== "" && (now.facts.trim() !== "" || !NEEDS_WORDS.includes(now.answer));
}

export function recordOf(data, queue) {
  const entries = new Map(Object.entries(data.entries));
  for (const item of queue) if (item.kind === "entry" && item.state === "queued") entries.set(item.body.line, item.body.values);
  const rows = [...entries].map(([line, { answer, facts, agreement }]) => ({ agreement: agreement ?? "", answer: answer ?? "", facts: facts ?? "", line }));
  rows.sort((one, other) => (one.line < other.line ? -1 : 1));
  const pending = queue.filter((item) => item.kind === "evidence" && item.state === "queued");
  const isPending = new Set(pending.map((item) => item.id));
  const arrived = data.evidence.filter((each) => each.isWhole && !isPending.has(each.id));
  const evidence = [...arrived.map((each) => each.digest), ...pending.map((item) => item.body.digest)].sort();
  return canonical({ entries: rows, evidence, task: data.visit.task, visit: data.visit.number });
}

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

export const clean = (text) => text.replaceAll("\r\n", "\n").replaceAll("\0", "").toWellFormed?.().normalize("NFC") ?? text.normalize("NFC");

// SHA-256 as hex, of a text or of bytes. crypto.subtle is missing on plain HTTP: there it is computed by hand.
export async function digestOf(given) {
  const bytes = typeof given === "string" ? new TextEncoder().encode(given) : new Uint8Array(given);
  if (!crypto.subtle) return hexOf(digest(bytes));
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

// How far the visit is, as this device sees it.
export function stageOf(data, queue) {
  const has = (kind) => queue.some((item) => item.kind === kind && item.state === "queued");
  if (data.visit.state === "ended" || data.visit.state === "cancelled") return data.visit.state;
  if (has("end")) return "ended";
  return data.visit.state === "started" || has("start") ? "started" : "planned";
}
