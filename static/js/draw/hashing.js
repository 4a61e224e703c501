// SHA-256 and HMAC by noble-hashes: the browser's own crypto.subtle is missing on plain-HTTP intranets.

import { hmac } from "../../vendor/noble/hmac.js";
import { sha256 } from "../../vendor/noble/sha2.js";

const encoder = new TextEncoder();
const room = new Uint8Array(4096);
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

// One hash begun with some bytes, to be finished again and again. Works in one object: a new one each time takes twice
// as long as hashing the few bytes that most digests here are of.
class Begun {
  constructor(hash) {
    this.hash = hash;
    this.copy = hash.clone();
  }

  digest(...parts) {
    const hash = this.hash._cloneInto(this.copy);
    for (const part of parts) hash.update(part);
    return hash.digest();
  }
}

const empty = new Begun(sha256.create());

// SHA-256 of the bytes, one part after the other.
export const digest = (...parts) => empty.digest(...parts);
export const textDigest = (text) => hexOf(digest(bytesOf(text)));

// The text in UTF-8. To be used before the next is asked for: they share their room.
export function bytesOf(text) {
  if (text.length * 3 > room.length) return encoder.encode(text);
  return room.subarray(0, encoder.encodeInto(text, room).written);
}

export function hexOf(bytes) {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

export function bytesOfHex(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

export const isDigest = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

// Digests of texts that begin alike. (text) → hex
export function digestsAfter(beginning) {
  const begun = new Begun(sha256.create().update(bytesOf(beginning)));
  return (text) => hexOf(begun.digest(bytesOf(text)));
}

// HMAC-SHA256 with one key for many texts. (text) → bytes
export function keyedDigests(key) {
  const begun = new Begun(hmac.create(sha256, key));
  return (text) => begun.digest(bytesOf(text));
}
