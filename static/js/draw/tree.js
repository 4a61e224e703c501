// Section 2: leaves and the Merkle tree of RFC 6962.

import { canonical } from "./json.js";
import { bytesOf, bytesOfHex, digest, keyedDigests } from "./hashing.js";

const LEAF = new Uint8Array([0]);
const INNER = new Uint8Array([1]);

export const leafDigest = (salt, entry) => digest(LEAF, salt, bytesOf(canonical(entry)));
const innerDigest = (left, right) => digest(INNER, left, right);

// The root over entries that stand in id order.
export function rootOf(entries, kind, secret) {
  const saltOf = keyedDigests(bytesOfHex(secret));
  const leaves = entries.map((entry) => leafDigest(saltOf(`${kind}\n${entry.id}`), entry));
  return subtree(leaves, 0, leaves.length);
}

function subtree(leaves, begin, end) {
  const count = end - begin;
  if (count === 0) return digest();
  if (count === 1) return leaves[begin];
  const middle = begin + leftPart(count);
  return innerDigest(subtree(leaves, begin, middle), subtree(leaves, middle, end));
}

// The largest power of two smaller than the count.
function leftPart(count) {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

// On which side the sibling stands at each level, from the leaf upwards, for the leaf `index` of `count`.
export function sidesOf(index, count) {
  if (count <= 1) return [];
  const left = leftPart(count);
  return index < left ? [...sidesOf(index, left), "right"] : [...sidesOf(index - left, count - left), "left"];
}

export function climb(leaf, siblings, sides) {
  return siblings.reduce(
    (reached, sibling, level) => (sides[level] === "right" ? innerDigest(reached, sibling) : innerDigest(sibling, reached)),
    leaf,
  );
}
