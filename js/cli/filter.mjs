// The filter of stale keys: the addon's, or one of the same meaning where none loads.
import { createRequire } from "node:module";
import { implementation, parseUseCacheKey, useCacheKeyPrefix } from "../../index.js";
import { CliError } from "./errors.mjs";
import { storePrefixes } from "./store-prefix.mjs";

/**
 * @typedef {{ nul: boolean, stripPrefix: string[], unscoped: boolean, foreign: boolean }} FilterOptions
 *   How keys are separated, what a store puts in front of them, and what else is stale: keys without a seed, what is no key.
 * @typedef {{ seed: string, kept: boolean, keys: number }} Deployment
 * @typedef {{ unscoped: number, tags: number, foreign: number, outside: number }} Others
 *   How many keys named no deployment: "use cache" keys without a seed, records of tags, other keys behind a prefix of the
 *   store, keys without one. Records of tags and keys without a prefix are never stale.
 * @typedef {{ deployments: Deployment[] } & Others} Seen
 * @typedef {object} Filter
 * @property {(chunk: Buffer) => Buffer} push Reads a chunk of a list. The stale keys in it are valid until the next call.
 * @property {() => Buffer} finish Ends the list.
 * @property {(key: Buffer) => boolean} isStale Counts one whole key, which may hold any byte, and tells whether it is stale.
 * @property {() => void} freeze From now on a deployment that was not seen before is kept.
 * @property {() => number} unseen How many deployments to keep have had no key yet. Cheap: ask after each chunk.
 * @property {() => Seen} seen
 */

/** @param {string[]} keep @param {FilterOptions} options @param {string} [binary] The addon's. @returns {Filter} */
export const openFilter = (keep, options, binary = implementation.binary) =>
  binary
    ? nativeFilter(createRequire(import.meta.url)(binary), keep, options)
    : new PortableFilter(keep, options);

/** @param {any} addon @param {string[]} keep @param {FilterOptions} options @returns {Filter} */
function nativeFilter(addon, keep, { stripPrefix, nul, unscoped, foreign }) {
  const filter = refusing(() => addon.staleKeys(keep, stripPrefix, nul, unscoped, foreign));
  let buffer = Buffer.alloc(0);
  const take = (/** @type {Buffer | undefined} */ chunk) => {
    const length = refusing(() => addon.staleKeysPush(filter, chunk));
    if (buffer.length < length) buffer = Buffer.allocUnsafeSlow(length);
    addon.staleKeysTake(filter, buffer);
    return buffer.subarray(0, length);
  };
  return {
    push: take,
    finish: () => take(undefined),
    isStale: (key) => addon.staleKeysIsStale(filter, key),
    freeze: () => addon.staleKeysFreeze(filter),
    unseen: () => addon.staleKeysUnseen(filter),
    seen() {
      const [deployments, [unscoped, tags, foreign, outside]] = addon.staleKeysSeen(filter);
      return {
        deployments: deployments.map((/** @type {any[]} */ [seed, kept, keys]) => ({ seed, kept, keys })),
        unscoped,
        tags,
        foreign,
        outside,
      };
    },
  };
}

/** @template T @param {() => T} call */
function refusing(call) {
  try {
    return call();
  } catch (error) {
    throw new CliError(/** @type {Error} */ (error).message);
  }
}

const LONGEST_KEY = 16 << 20;
const SEEDED = "use-cache:build:";

/**
 * The same as `src/stale.rs`, errors included. Text is bytes here, one per character.
 * @implements {Filter}
 */
class PortableFilter {
  #options;
  #separator;
  #prefixes;
  #begun = "";
  /** @type {Map<string, Deployment>} */
  #deployments = new Map();
  #unseen;
  #frozen = false;
  /** @type {Others} */
  #others = { unscoped: 0, tags: 0, foreign: 0, outside: 0 };

  /** @param {string[]} keep @param {FilterOptions} options */
  constructor(keep, options) {
    this.#options = options;
    this.#separator = options.nul ? "\0" : "\n";
    const { foreign, stripPrefix } = options;
    if (foreign && (stripPrefix.length === 0 || stripPrefix.includes(""))) {
      throw new CliError("foreign keys are stale only behind a prefix of the store");
    }
    this.#prefixes = storePrefixes(stripPrefix, (text) => Buffer.from(text).toString("latin1"));
    for (const seed of keep) {
      this.#deployments.set(useCacheKeyPrefix(seed).slice(SEEDED.length, -1), { seed, kept: true, keys: 0 });
    }
    this.#unseen = this.#deployments.size;
  }

  /** @param {Buffer} chunk */
  push(chunk) {
    if (!this.#options.nul && chunk.includes(0)) {
      throw new CliError("there is a NUL in a line: are the keys separated by NUL?");
    }
    const keys = chunk.toString("latin1").split(this.#separator);
    keys[0] = this.#begun + keys[0];
    this.#begun = keys.pop() ?? "";
    if (this.#begun.length > LONGEST_KEY) {
      throw new CliError("a key is longer than 16 MiB: are the keys separated otherwise?");
    }
    const stale = keys.filter((key) => this.#isStale(key)).map((key) => key + this.#separator);
    return Buffer.from(stale.join(""), "latin1");
  }

  finish() {
    const last = this.#begun;
    if (this.#options.nul && last.includes("\n")) {
      throw new CliError("there are lines, and no NUL behind them: are the keys separated by newlines?");
    }
    return Buffer.from(last && this.#isStale(last) ? last : "", "latin1");
  }

  isStale(/** @type {Buffer} */ key) {
    return this.#isStale(key.toString("latin1"));
  }

  freeze() {
    this.#frozen = true;
  }

  unseen() {
    return this.#unseen;
  }

  seen() {
    return { deployments: [...this.#deployments.values()], ...this.#others };
  }

  /** @param {string} key */
  #isStale(key) {
    const readings = this.#prefixes.map((prefix) => prefix(key)).filter((reading) => reading !== undefined);
    const logical = readings.find((reading) => reading.startsWith("use-cache:"));
    if (logical === undefined) {
      const kind = readings.length === 0 ? "outside" : readings.some(mayRecordATag) ? "tags" : "foreign";
      this.#others[kind] += 1;
      return kind === "foreign" && this.#options.foreign;
    }
    const deployment = this.#count(logical);
    if (deployment) return !deployment.kept;
    this.#others.unscoped += 1;
    return this.#options.unscoped;
  }

  /** Counts a key of a deployment. @param {string} key */
  #count(key) {
    const end = key.indexOf(":", SEEDED.length);
    if (!key.startsWith(SEEDED) || end < 0) return;
    const encoded = key.slice(SEEDED.length, end);
    const known = this.#deployments.get(encoded);
    if (known) {
      if (known.keys === 0) this.#unseen -= 1;
      known.keys += 1;
      return known;
    }
    const seed = parseUseCacheKey(`${SEEDED}${encoded}:`)?.keySeed;
    if (seed === undefined) return;
    const deployment = { seed, kept: this.#frozen, keys: 1 };
    this.#deployments.set(encoded, deployment);
    return deployment;
  }
}

/** The same as in `src/stale.rs`. */
function mayRecordATag(/** @type {string} */ key) {
  const [head] = key.split("/", 1);
  return head.includes("_N_T_") || /(?<![A-Za-z])[tT][aA][gG]|T[aA][gG]/.test(head);
}
