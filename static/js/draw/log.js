// The public log, lianchou-log/1: every entry holds the digest of the one before.

import * as check from "./checks.js";
import { expectSame, refuse } from "./faults.js";
import { textDigest } from "./hashing.js";
import { canonical } from "./json.js";

const LOG = "lianchou-log/1";
const START = "0".repeat(64);
const ENTRY = ["number", "at", "draw", "event", "facts", "previous", "digest"];

export const LOG_STEPS = [
  { key: "entries", title: "日志各条", run: verifyEntries },
  { key: "head", title: "链头", run: verifyHead },
];

export function verifyLog(log, onStep = () => {}) {
  const work = { log, head: { number: 0, digest: START } };
  for (const { key, run } of LOG_STEPS) onStep(key, run(work));
}

export const stepOfLog = (fault) => (fault.section === "head" ? "head" : "entries");

function verifyEntries(work) {
  const { log } = work;
  check.object(log, ["log", "entries", "head"], [], []);
  if (log.log !== LOG) refuse(["log"], LOG, log.log);
  check.list(log.entries, ["entries"]);
  log.entries.forEach((entry, number) => {
    verifyEntry(entry, work.head, ["entries", number]);
    work.head = { number: entry.number, digest: entry.digest };
  });
  const words = log.entries.length
    ? `共 ${log.entries.length} 条，编号连续，每一条都带着前一条的摘要：没有删去、插入或改动一条。`
    : "日志还没有内容。";
  return { words };
}

function verifyEntry(entry, before, path) {
  check.object(entry, ENTRY, [], path);
  expectSame(before.number + 1, entry.number, [...path, "number"]);
  check.time(entry.at, [...path, "at"]);
  check.text(entry.draw, [...path, "draw"]);
  check.someText(entry.event, [...path, "event"]);
  check.anyObject(entry.facts, [...path, "facts"]);
  expectSame(before.digest, entry.previous, [...path, "previous"]);
  expectSame(digestOf(entry), entry.digest, [...path, "digest"]);
}

function digestOf(entry) {
  const { digest: _, ...rest } = entry;
  return textDigest(canonical(rest));
}

function verifyHead({ log, head }) {
  expectSame(head, log.head, ["head"]);
  const words = head.number ? `最后一条是第 ${head.number} 条，摘要如下。印在文书上的链头，应能在日志里找到同号同摘要的一条。` : "链头为空。";
  return { words, digest: head.digest };
}
