// SHA-256 and HMAC by noble-hashes: the browser's own crypto.subtle is missing on plain-HTTP intranets.

import { hmac } from "../../vendor/noble/hmac.js";
import { sha256 } from "../../vendor/noble/sha2.js";

const encoder = new TextEncoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export const bytesOf = (text) => encoder.encode(text);
export const digest = (bytes) => sha256(bytes);
export const textDigest = (text) => hexOf(sha256(encoder.encode(text)));

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

// Digests of texts that begin alike: the beginning is hashed once. (text) → hex
export function digestsAfter(beginning) {
  const begun = sha256.create().update(encoder.encode(beginning));
  return (text) => hexOf(begun.clone().update(encoder.encode(text)).digest());
}

// HMAC-SHA256 with one key for many texts. (text) → bytes
export function keyedDigests(key) {
  const keyed = hmac.create(sha256, key);
  return (text) => keyed.clone().update(encoder.encode(text)).digest();
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
