// What a value must be. Each check takes the value and its place, and refuses what is something else.

import { refuse } from "./faults.js";

const IDENTIFIER = /^[A-Za-z0-9:_-]{1,64}$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-](\d\d):(\d\d))$/;

const isIdentifier = (value) => typeof value === "string" && IDENTIFIER.test(value);
export const lengthOf = (text) => Array.from(text).length;

export function object(value, required, optional, path) {
  anyObject(value, path);
  for (const key of Object.keys(value)) {
    if (!required.includes(key) && !optional.includes(key)) refuse([...path, key], "协议里没有的键不得出现", value[key]);
  }
  anyObject(value, path, required);
}

export function anyObject(value, path, required = []) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) refuse(path, "一个对象", value);
  for (const key of required) if (!(key in value)) refuse([...path, key], "必须有这一项", undefined);
}

export function list(value, path) {
  if (!Array.isArray(value)) refuse(path, "一个列表", value);
}

export function text(value, path) {
  if (typeof value !== "string") refuse(path, "文字", value);
}

export function someText(value, path) {
  text(value, path);
  if (!value) refuse(path, "不为空的文字", value);
}

// What people are called: 1–64 characters without control characters.
export function name(value, path) {
  text(value, path);
  if (!value || lengthOf(value) > 64 || CONTROL.test(value)) refuse(path, "1 至 64 个字符、不含控制字符的名称", value);
}

// A name that is used as a key too.
export function keyName(value, path) {
  name(value, path);
  if (/[\u{10000}-\u{10ffff}]/u.test(value)) refuse(path, "基本平面内的字符", value);
}

export function identifier(value, path) {
  if (!isIdentifier(value)) refuse(path, "1 至 64 个字母、数字或 : _ - 组成的编号", value);
}

// A pool's name, in which {county} stands for six digits.
export function pool(value, path) {
  text(value, path);
  if (!isIdentifier(value.split("{county}").join("000000"))) refuse(path, "人员库的编号", value);
}

export function integer(value, path, least = -Infinity) {
  if (typeof value !== "number") refuse(path, "整数", value);
  if (value < least) refuse(path, `不小于 ${least} 的整数`, value);
}

export function oneOf(value, allowed, path) {
  if (!allowed.includes(value)) refuse(path, allowed.join("、"), value);
}

export function riskClass(value, path) {
  if (typeof value !== "string" || !/^[A-Z]?$/.test(value)) refuse(path, "一个大写字母或空文字", value);
}

export function hex64(value, path) {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/.test(value)) refuse(path, "64 位小写十六进制数", value);
}

// Sorted by code point, none twice.
export function sortedSet(value, checkItem, path) {
  list(value, path);
  value.forEach((item, number) => checkItem(item, [...path, number]));
  for (let number = 1; number < value.length; number += 1) {
    if (!precedes(value[number - 1], value[number])) refuse(path, "由小到大、不重复的列表", value.join("、"));
  }
}

export function precedes(left, right) {
  const [before, after] = [Array.from(left), Array.from(right)];
  for (let at = 0; at < before.length && at < after.length; at += 1) {
    const step = before[at].codePointAt(0) - after[at].codePointAt(0);
    if (step) return step < 0;
  }
  return before.length < after.length;
}

// RFC 3339, with an offset from UTC.
export function time(value, path) {
  const parts = typeof value === "string" ? TIME.exec(value) : null;
  if (!parts || !isReal(parts.slice(1).map(Number))) refuse(path, "带时区的时间（RFC 3339）", value);
}

function isReal([year, month, day, hour, minute, second, offsetHours, offsetMinutes]) {
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  const onCalendar = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const offset = Number.isNaN(offsetHours) || (offsetHours < 24 && offsetMinutes < 60);
  return onCalendar && hour < 24 && minute < 60 && second < 60 && offset;
}
