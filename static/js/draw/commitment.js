// Section 3: what a person publishes before their value is known.

import { textDigest } from "./hashing.js";

// SHA-256 of "contribution\n" source "\n" value, as 64 lower-case hex digits.
export function contributionCommitment(source, value) {
  return textDigest(`contribution\n${source}\n${value}`);
}
