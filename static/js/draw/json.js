// JSON as the protocol allows it: integers within ±(2⁵³ − 1), text in NFC, no key twice. The browser's own JSON.parse
// would keep the last of two equal keys and round large numbers, both in silence. Also the one canonical text.

import { Fault, refuse } from "./faults.js";

const DEEPEST = 64;
const SPACE = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const LITERALS = [["true", true], ["false", false], ["null", null]];
const ASCII = /^[\u0000-\u007f]*$/;
const HALF_PAIR = /\p{Surrogate}/u;
const BEYOND_BASIC_PLANE = /[\u{10000}-\u{10ffff}]/u;

// Objects inherit nothing, so that a key such as "__proto__" or "constructor" is a key like any other.
export function JsonObject() {}
JsonObject.prototype = Object.create(null);

// The value of a JSON text, or of its bytes in UTF-8.
export function parse(given) {
  return new Reader(typeof given === "string" ? given : decode(given)).read();
}

function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault([], "UTF-8 编码的文字", "其他编码或已损坏的文件");
  }
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.path = [];
  }

  read() {
    const value = this.value();
    this.skipSpace();
    if (this.at < this.text.length) this.broken();
    return value;
  }

  value() {
    this.skipSpace();
    const first = this.text[this.at];
    if (first === '"') return this.string();
    if (first === "{") return this.nested(this.object);
    if (first === "[") return this.nested(this.array);
    return this.literal();
  }

  nested(readInside) {
    if (this.path.length === DEEPEST) refuse(this.path, `不超过 ${DEEPEST} 层的嵌套`, "更深的嵌套");
    this.at += 1;
    return readInside.call(this);
  }

  object() {
    const found = new JsonObject();
    if (this.ends("}")) return found;
    do {
      this.skipSpace();
      if (this.text[this.at] !== '"') this.broken();
      this.path.push("");
      const key = this.key();
      if (key in found) refuse(this.path, "每个键只出现一次", "同一个键出现两次");
      this.skipSpace();
      this.take(":");
      found[key] = this.value();
      this.path.pop();
    } while (this.goesOn("}"));
    return found;
  }

  key() {
    const key = this.string();
    this.path[this.path.length - 1] = key;
    if (!ASCII.test(key) && BEYOND_BASIC_PLANE.test(key)) refuse(this.path, "基本平面内字符的键", "含 U+FFFF 以上字符的键");
    return key;
  }

  array() {
    const found = [];
    if (this.ends("]")) return found;
    do {
      this.path.push(found.length);
      found.push(this.value());
      this.path.pop();
    } while (this.goesOn("]"));
    return found;
  }

  string() {
    const begin = (this.at += 1);
    this.skip(PLAIN);
    let text = this.text.slice(begin, this.at);
    while (this.text[this.at] === "\\") text += this.escape() + this.plain();
    this.take('"');
    if (!ASCII.test(text)) this.checkText(text);
    return text;
  }

  plain() {
    const begin = this.at;
    this.skip(PLAIN);
    return this.text.slice(begin, this.at);
  }

  escape() {
    const letter = this.text[this.at + 1];
    if (letter === "u") {
      const digits = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.broken();
      this.at += 6;
      return String.fromCharCode(parseInt(digits, 16));
    }
    if (letter === undefined || !(letter in ESCAPES)) this.broken();
    this.at += 2;
    return ESCAPES[letter];
  }

  checkText(text) {
    if (HALF_PAIR.test(text)) refuse(this.path, "完整的文字", "含有半个代理对的文字");
    if (text.normalize("NFC") !== text) refuse(this.path, "Unicode 正规形式 C（NFC）的文字", "其他形式的文字");
  }

  literal() {
    for (const [word, value] of LITERALS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    NUMBER.lastIndex = this.at;
    const number = NUMBER.exec(this.text);
    if (!number) this.broken();
    this.at = NUMBER.lastIndex;
    if (number[1] || number[2]) refuse(this.path, "整数", number[0]);
    const value = Number(number[0]);
    if (!Number.isSafeInteger(value)) refuse(this.path, "±(2⁵³ − 1) 以内的整数", number[0]);
    return value === 0 ? 0 : value;
  }

  skipSpace() {
    if (this.text.charCodeAt(this.at) <= 32) this.skip(SPACE);
  }

  skip(pattern) {
    pattern.lastIndex = this.at;
    pattern.exec(this.text);
    this.at = pattern.lastIndex;
  }

  ends(closing) {
    this.skipSpace();
    if (this.text[this.at] !== closing) return false;
    this.at += 1;
    return true;
  }

  goesOn(closing) {
    if (this.ends(closing)) return false;
    this.take(",");
    return true;
  }

  take(character) {
    if (this.text[this.at] !== character) this.broken();
    this.at += 1;
  }

  broken() {
    const rest = this.text.slice(this.at, this.at + 12);
    refuse(this.path, "符合 JSON 语法的文字", rest ? `第 ${this.at + 1} 个字符起的“${rest}”` : "文件在此中断");
  }
}

// The one text of a value already read by `parse`: keys in order, no white space.
export function canonical(value) {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  let text = "";
  for (const key of Object.keys(value).sort()) text += `${text && ","}${JSON.stringify(key)}:${canonical(value[key])}`;
  return `{${text}}`;
}
