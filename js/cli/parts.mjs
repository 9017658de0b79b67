// Parses the keys of a store.
import { parseCacheKey } from "vinext-cache-key";
import { parseNextKey } from "./next-key.mjs";
import { storePrefixes } from "./store-prefix.mjs";

/** @typedef {import("../../index.d.ts").CacheKeyParts | import("./next-key.mjs").NextKey} Parts */

const DIGEST = /^[\w-]{43}$/;
const DIGEST_LENGTH = 43;
const MOST_REMEMBERED = 10_000;
const NOTHING = { call: null };

/** Copies a string, because a slice would keep the whole original in memory. */
const copyOf = (/** @type {string} */ text) => Buffer.from(text, "utf16le").toString("utf16le");

/**
 * Parses many keys, and remembers functions. Parsing takes longer than everything else, and most keys of a store differ from another
 * one only in the digest at their end.
 */
export class PartsReader {
  #prefixes;
  /** @type {Map<string, Parts>} */
  #known = new Map();

  /** @param {string[]} prefixes What the store's adapter puts in front of keys. */
  constructor(prefixes) {
    this.#prefixes = storePrefixes(prefixes);
  }

  /** The parts of a key, or `null` if it is not a key of vinext or Next.js. @param {string} key @returns {Parts | null} */
  parts(key) {
    const { call, digest } = this.#read(key);
    return digest === undefined ? call : /** @type {Parts} */ ({ ...call, argsKey: digest });
  }

  /** The same, but its arguments may be those of another call to the same function. @param {string} key */
  call(key) {
    return this.#read(key).call;
  }

  /** @param {string} key @returns {{ call: Parts | null, digest?: string }} A digest replaces that of the call. */
  #read(key) {
    for (const prefix of this.#prefixes) {
      const logical = prefix(key);
      const found = logical === undefined ? NOTHING : this.#parse(logical);
      if (found.call) return found;
    }
    return NOTHING;
  }

  /** @param {string} key @returns {{ call: Parts | null, digest?: string }} */
  #parse(key) {
    const end = key.length - DIGEST_LENGTH;
    const digest = key.slice(end);
    if (key[end - 1] !== ":" || !DIGEST.test(digest)) return { call: parseKey(key) };
    const known = this.#known.get(key.slice(0, end));
    if (known) return { call: known, digest };
    const call = parseKey(key);
    // Otherwise these 43 characters are part of something else.
    if (call?.family === "use-cache" && call.argsKey === digest) {
      if (this.#known.size === MOST_REMEMBERED) this.#known.clear();
      this.#known.set(copyOf(key.slice(0, end)), call);
    }
    return { call };
  }
}

/** @param {string} key @returns {Parts | null} */
const parseKey = (key) => parseCacheKey(key) ?? parseNextKey(key) ?? null;
