// An entry as a store has it: a digest, then the entry in V8's format.
import { createHash } from "node:crypto";
import { deserialize, serialize } from "node:v8";

const DIGEST_BYTES = 32;

/** The key is part of it: an entry that a store returns for another key is rejected. */
const digestOf = (/** @type {string} */ key, /** @type {Uint8Array} */ bytes) =>
  createHash("sha256").update(`${key}\0`).update(bytes).digest();

/** @param {string} key @param {unknown} entry */
export function encode(key, entry) {
  const bytes = serialize(entry);
  return Buffer.concat([digestOf(key, bytes), bytes]);
}

/** Throws for an entry that is damaged or belongs to another key. @param {string} key @param {Uint8Array} stored */
export function decode(key, stored) {
  const bytes = stored.subarray(DIGEST_BYTES);
  if (!digestOf(key, bytes).equals(stored.subarray(0, DIGEST_BYTES))) {
    throw new Error(`the entry of ${key} is damaged`);
  }
  return deserialize(bytes);
}
