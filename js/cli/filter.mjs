// The filter of stale keys: the addon's, or one of the same meaning where none loads.
import { createRequire } from "node:module";
import { implementation, parseUseCacheKey, useCacheKeyPrefix } from "../../index.js";
import { CliError } from "./errors.mjs";

/**
 * @typedef {{ nul: boolean, stripPrefix: string, unscoped: boolean, foreign: boolean }} FilterOptions
 *   How keys are separated, what a store puts in front of them, and what else is stale: keys without a seed, what is no key.
 * @typedef {{ seed: string, kept: boolean, keys: number }} Deployment
 * @typedef {{ deployments: Deployment[], unscoped: number, foreign: number }} Seen
 * @typedef {{ push(chunk: Buffer): Buffer, finish(): Buffer, seen(): Seen }} Filter
 *   The buffers that it gives are good until the next call.
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
    seen() {
      const [deployments, unscoped, foreign] = addon.staleKeysSeen(filter);
      return {
        deployments: deployments.map((/** @type {any[]} */ [seed, kept, keys]) => ({ seed, kept, keys })),
        unscoped,
        foreign,
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
  #prefix;
  #begun = "";
  /** @type {Map<string, Deployment>} */
  #deployments = new Map();
  #unscoped = 0;
  #foreign = 0;

  /** @param {string[]} keep @param {FilterOptions} options */
  constructor(keep, options) {
    this.#options = options;
    this.#separator = options.nul ? "\0" : "\n";
    this.#prefix = Buffer.from(options.stripPrefix).toString("latin1");
    for (const seed of keep) {
      this.#deployments.set(useCacheKeyPrefix(seed).slice(SEEDED.length, -1), { seed, kept: true, keys: 0 });
    }
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

  seen() {
    const deployments = [...this.#deployments.values()];
    return { deployments, unscoped: this.#unscoped, foreign: this.#foreign };
  }

  /** @param {string} key */
  #isStale(key) {
    const start = this.#prefix.length;
    if (!key.startsWith(this.#prefix) || !key.startsWith("use-cache:", start)) {
      this.#foreign += 1;
      return this.#options.foreign;
    }
    const deployment = this.#deploymentOf(key.slice(start));
    if (!deployment) {
      this.#unscoped += 1;
      return this.#options.unscoped;
    }
    deployment.keys += 1;
    return !deployment.kept;
  }

  /** @param {string} key */
  #deploymentOf(key) {
    const end = key.indexOf(":", SEEDED.length);
    if (!key.startsWith(SEEDED) || end < 0) return;
    const encoded = key.slice(SEEDED.length, end);
    const known = this.#deployments.get(encoded);
    if (known) return known;
    const seed = parseUseCacheKey(`${SEEDED}${encoded}:`)?.keySeed;
    if (seed === undefined) return;
    const deployment = { seed, kept: false, keys: 0 };
    this.#deployments.set(encoded, deployment);
    return deployment;
  }
}
