// Section 1: what a sheet must look like. Everything is refused with its place; nothing is repaired.

import * as check from "./checks.js";
import { refuse } from "./faults.js";

export const PROTOCOL = "lianchou-draw/1";
export const HEAD = ["protocol", "draw", "title", "sources", "lines", "quota"];
const SIZES = ["count", "ratio", "all"];
const ROUNDINGS = ["ceil", "half_up", "floor"];
const MOST_LOTS = 10_000; // a limit of the implementations: each lot costs one hash
const RATIO = /^(0|[1-9][0-9]{0,2})(?:\.([0-9]{1,2}))?%$/;
const RECUSAL_OF_COUNTY = /^county:[0-9]{6}$/;

export const isPublic = (source) => source.startsWith("public:");

export function checkSheet(sheet) {
  check.object(sheet, [...HEAD, "institutions", "inspectors"], [], []);
  checkHead(sheet, []);
  checkInstitutions(sheet.institutions, sheet.lines);
  checkInspectors(sheet.inspectors);
}

// The part that the manifest repeats.
export function checkHead(head, path) {
  if (head.protocol !== PROTOCOL) refuse([...path, "protocol"], PROTOCOL, head.protocol);
  check.identifier(head.draw, [...path, "draw"]);
  check.text(head.title, [...path, "title"]);
  checkSources(head.sources, [...path, "sources"]);
  checkLines(head.lines, [...path, "lines"]);
  checkQuota(head.quota, head.lines, [...path, "quota"]);
}

function checkSources(sources, path) {
  check.list(sources, path);
  sources.forEach((source, number) => check.keyName(source, [...path, number]));
  refuseRepeated(sources, (number) => [...path, number]);
  const people = sources.filter((source) => !isPublic(source));
  if (people.length === sources.length && people.length < 2) refuse(path, "至少一个公开来源或者两个人", sources);
}

function checkLines(lines, path) {
  check.list(lines, path);
  if (!lines.length) refuse(path, "至少一个计划条目", lines);
  lines.forEach((line, number) => checkLine(line, [...path, number]));
  refuseRepeated(
    lines.map((line) => line.code),
    (number) => [...path, number, "code"],
  );
}

function checkLine(line, path) {
  check.object(line, ["code", "title", "size", "reserve", "team"], ["lots"], path);
  check.identifier(line.code, [...path, "code"]);
  check.text(line.title, [...path, "title"]);
  checkSize(line.size, [...path, "size"]);
  if ("lots" in line) checkLots(line.lots, [...path, "lots"]);
  check.integer(line.reserve, [...path, "reserve"], 0);
  checkTeam(line.team, [...path, "team"]);
}

function checkSize(size, path) {
  check.anyObject(size, path);
  const named = SIZES.filter((key) => key in size);
  if (named.length !== 1) refuse(path, "数量、比例、全部三者之一", size);
  check.object(size, named, named[0] === "ratio" ? ["rounding"] : [], path);
  if ("count" in size) check.integer(size.count, [...path, "count"], 0);
  if ("all" in size && size.all !== true) refuse([...path, "all"], "true", size.all);
  if ("rounding" in size) check.oneOf(size.rounding, ROUNDINGS, [...path, "rounding"]);
  if ("ratio" in size) checkRatios(size.ratio, [...path, "ratio"]);
}

function checkRatios(ratio, path) {
  if (typeof ratio === "string") hundredthsOf(ratio, path);
  else {
    check.anyObject(ratio, path);
    if (!Object.keys(ratio).length) refuse(path, "至少一个类别的比例", ratio);
    for (const letter of Object.keys(ratio)) {
      if (!/^[A-Z]$/.test(letter)) refuse([...path, letter], "一个大写字母", letter);
      hundredthsOf(ratio[letter], [...path, letter]);
    }
  }
}

// "2.5%" as 250: hundredths of a per cent.
export function hundredthsOf(ratio, path = []) {
  const parts = typeof ratio === "string" ? RATIO.exec(ratio) : null;
  const hundredths = parts ? Number(parts[1]) * 100 + Number((parts[2] || "").padEnd(2, "0")) : Infinity;
  if (hundredths > 10_000) refuse(path, "0% 至 100%、最多两位小数的比例", ratio);
  return hundredths;
}

function checkLots(lots, path) {
  check.anyObject(lots, path);
  for (const letter of Object.keys(lots)) {
    check.riskClass(letter, [...path, letter]);
    check.integer(lots[letter], [...path, letter], 1);
    if (lots[letter] > MOST_LOTS) refuse([...path, letter], `不大于 ${MOST_LOTS} 的整数`, lots[letter]);
  }
}

function checkTeam(team, path) {
  check.list(team, path);
  team.forEach((slot, number) => {
    const place = [...path, number];
    check.object(slot, ["pool", "role", "number"], [], place);
    check.pool(slot.pool, [...place, "pool"]);
    check.name(slot.role, [...place, "role"]);
    check.integer(slot.number, [...place, "number"], 1);
  });
}

function checkQuota(quota, lines, path) {
  if (quota === null) return;
  check.object(quota, ["flag", "count", "mode"], [], path);
  check.identifier(quota.flag, [...path, "flag"]);
  check.integer(quota.count, [...path, "count"], 0);
  check.oneOf(quota.mode, ["exactly", "at_least"], [...path, "mode"]);
  const byClass = lines.find((line) => line.size.ratio && typeof line.size.ratio === "object");
  if (byClass) refuse(path, "没有按类别比例的条目", `条目 ${byClass.code} 按类别定比例`);
}

export function checkInstitutions(institutions, lines) {
  check.list(institutions, ["institutions"]);
  const codes = new Set(lines.map((line) => line.code));
  institutions.forEach((entry, number) => checkInstitution(entry, codes, ["institutions", number]));
  refuseRepeated(
    institutions.map((entry) => entry.id),
    (number) => ["institutions", number, "id"],
  );
}

function checkInstitution(entry, codes, path) {
  check.anyObject(entry, path, ["id", "line", "tier", "risk", "county", "flags"]);
  check.identifier(entry.id, [...path, "id"]);
  if (!codes.has(entry.line)) refuse([...path, "line"], "清单中某个条目的代码", entry.line);
  check.integer(entry.tier, [...path, "tier"]);
  check.riskClass(entry.risk, [...path, "risk"]);
  const isCounty = typeof entry.county === "string" && /^[0-9]{6}$/.test(entry.county);
  if (!isCounty) refuse([...path, "county"], "六位行政区划代码", entry.county);
  check.sortedSet(entry.flags, check.identifier, [...path, "flags"]);
  if ("excluded" in entry) check.someText(entry.excluded, [...path, "excluded"]);
  if ("team" in entry) checkTeam(entry.team, [...path, "team"]);
}

export function checkInspectors(inspectors) {
  check.list(inspectors, ["inspectors"]);
  inspectors.forEach((entry, number) => checkInspector(entry, ["inspectors", number]));
  refuseRepeated(
    inspectors.map((entry) => entry.id),
    (number) => ["inspectors", number, "id"],
  );
}

function checkInspector(entry, path) {
  check.object(entry, ["id", "pools", "limit", "recused"], [], path);
  check.identifier(entry.id, [...path, "id"]);
  check.sortedSet(entry.pools, check.identifier, [...path, "pools"]);
  check.integer(entry.limit, [...path, "limit"], 0);
  check.sortedSet(entry.recused, checkRecusal, [...path, "recused"]);
}

function checkRecusal(token, path) {
  const fits = typeof token === "string" && (token.startsWith("county:") ? RECUSAL_OF_COUNTY.test(token) : true);
  if (!fits) refuse(path, "机构编号，或 county: 加六位行政区划代码", token);
  check.identifier(token, path);
}

function refuseRepeated(values, pathOf) {
  const seen = new Set();
  values.forEach((value, number) => {
    if (seen.has(value)) refuse(pathOf(number), "不重复的值", value);
    seen.add(value);
  });
}
