// The one way in which a verification ends early: a place, what should stand there, and what stands there.

export class Fault extends Error {
  constructor(path, expected, found) {
    super(`${pathText(path)}：应为${expected}，实为${found}`);
    this.path = path;
    this.expected = expected;
    this.found = found;
  }

  get section() {
    return this.path.length ? String(this.path[0]) : "";
  }

  describe() {
    return { section: this.section, path: pathText(this.path), expected: this.expected, found: this.found };
  }
}

// ["lines", 2, "size"] as lines[2].size
export function pathText(path) {
  return path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("").replace(/^\./, "");
}

export function refuse(path, expected, value) {
  throw new Fault(path, expected, shown(value));
}

export const ABSENT = "（没有）";

// A value in one line.
export function shown(value) {
  if (value === undefined) return ABSENT;
  if (Array.isArray(value)) return `有 ${value.length} 项的列表`;
  if (value !== null && typeof value === "object") return `有 ${Object.keys(value).length} 个键的对象`;
  const text = typeof value === "string" ? value || "（空文字）" : String(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
const sortOf = (value) => (value === null ? "null" : Array.isArray(value) ? "list" : typeof value);

// Refuse at the first place, in the order of `expected`, where `found` is something else.
export function expectSame(expected, found, path) {
  const sort = sortOf(expected);
  if (sort !== sortOf(found)) refuse(path, shown(expected), found);
  if (sort === "list") expectSameList(expected, found, path);
  else if (sort === "object") expectSameObject(expected, found, path);
  else if (expected !== found) refuse(path, shown(expected), found);
}

function expectSameList(expected, found, path) {
  const both = Math.min(expected.length, found.length);
  for (let number = 0; number < both; number += 1) expectSame(expected[number], found[number], [...path, number]);
  if (expected.length !== found.length) refuse(path, `${expected.length} 项`, `${found.length} 项`);
}

function expectSameObject(expected, found, path) {
  for (const key of Object.keys(expected)) {
    if (!has(found, key)) refuse([...path, key], shown(expected[key]), undefined);
    expectSame(expected[key], found[key], [...path, key]);
  }
  for (const key of Object.keys(found)) if (!has(expected, key)) refuse([...path, key], ABSENT, found[key]);
}
