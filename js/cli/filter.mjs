// The filter of stale keys: the addon's, or the same in JavaScript if no addon loads.
import { isUtf8 } from "node:buffer";
import { createRequire } from "node:module";
import { implementation, parseUseCacheKey, useCacheKeyPrefix } from "vinext-cache-key";
import { CliError } from "./errors.mjs";
import { parseNextKey, resemblesNextKey } from "./next-key.mjs";
import { unquote } from "./quoted.mjs";
import { parsePageKey, parseSharedKey, parseShortenedKey } from "../portable/family.mjs";
import { mayHaveNoPrefix, storePrefixes } from "./store-prefix.mjs";

/**
 * @typedef {object} Keep Which deployments and builds are to be kept.
 * @property {string[]} deployments By their deployment IDs, or build IDs if they have none: builds with these IDs are kept
 *   too. Without any, no key that names a deployment is stale.
 * @property {string[]} builds By their IDs. A build without a deployment ID is its own deployment: deployments with these
 *   IDs are kept too. Without any and without `certainBuilds`, no page key is stale that names only a build.
 * @property {string[]} certainBuilds Builds whose IDs and deployments are known, as from the record of a build. No key of
 *   them needs to be seen.
 *
 * @typedef {object} FilterOptions
 * @property {boolean} nul Whether NUL separates keys, or newlines.
 * @property {boolean} [quoted] Whether each line is a key as `redis-cli --no-raw` prints it.
 * @property {string[]} stripPrefix What a store's adapter puts in front of keys.
 * @property {boolean} unscoped Whether "use cache" keys without a seed are stale too.
 * @property {boolean} foreign Whether foreign keys are stale too.
 * @property {boolean} [next] Whether keys of Next.js that name a deployment are judged like vinext's, or left alone.
 *
 * @typedef {object} Owner
 * @property {boolean} kept Whether its keys are to stay.
 * @property {boolean} stale Whether its keys are stale. Neither is true where no owner of its kind is named to keep.
 * @property {boolean} awaited It is to be kept, and nothing that names it was seen.
 * @property {number} keys
 * @typedef {{ seed: string } & Owner} Deployment "use cache" keys by their seed, and page keys by their deployment ID.
 * @typedef {{ buildId: string } & Owner} Build Page keys that name a build and no deployment.
 *
 * @typedef {object} Others How many keys named neither a deployment nor, for certain, a build.
 * @property {number} unscoped "use cache" keys without a seed.
 * @property {number} unclear Keys of vinext's whose build is not certain, of vinext's or Next.js's that are not
 *   understood, or that may have more in front of them than the prefix. Never stale.
 * @property {number} shared Entries of `fetch` and `unstable_cache`, which all deployments share. Never stale.
 * @property {number} next "use cache" keys of Next.js that name no deployment, or all of them if the option `next` is not
 *   set. Never stale.
 * @property {number} tags What records when a tag was revalidated. Never stale.
 * @property {number} foreign Other keys behind a prefix of the store.
 * @property {number} outside Keys without a prefix of the store. Never stale.
 * @typedef {{ deployments: Deployment[], builds: Build[] } & Others} Seen
 *
 * @typedef {object} Filter
 * @property {(chunk: Buffer) => Buffer} push Reads a chunk of a list. The stale keys in it are valid until the call
 *   after the next one.
 * @property {() => Buffer} finish Ends the list.
 * @property {(key: Buffer) => boolean} isStale Counts one whole key, which may contain any byte, and returns whether it is stale.
 * @property {() => void} freeze From now on a deployment or build that was not seen before is kept.
 * @property {() => number} unseen How many deployments and builds to keep were not seen yet. Cheap: ask after each chunk.
 * @property {() => Seen} seen
 */

/** @param {Keep} keep @param {FilterOptions} options @param {string} [binary] The addon's. @returns {Filter} */
export const openFilter = (
  keep,
  options,
  binary = implementation.kind === "native" ? implementation.binary : undefined,
) =>
  binary
    ? nativeFilter(createRequire(import.meta.url)(binary), keep, options)
    : new PortableFilter(keep, options);

/** The kinds of keys that name nothing, in the order of `Other` in `src/stale/scope.rs`. */
const OTHERS = /** @type {const} */ (["unscoped", "unclear", "shared", "next", "tags", "foreign", "outside"]);

/** The options that are on or off. */
const FLAGS = /** @type {const} */ (["nul", "quoted", "unscoped", "foreign", "next"]);

/** @param {number[]} counts @returns {any} */
const namedOthers = (counts) => Object.fromEntries(OTHERS.map((kind, index) => [kind, counts[index]]));

/** @param {any} addon @param {Keep} keep @param {FilterOptions} options @returns {Filter} */
function nativeFilter(addon, keep, { stripPrefix, ...options }) {
  const { deployments, builds, certainBuilds } = keep;
  const flags = FLAGS.filter((flag) => options[flag]);
  const filter = refusing(() => addon.staleKeys(deployments, builds, certainBuilds, stripPrefix, flags));
  // Two in turn: one is written while the next one is filled.
  let [buffer, other] = [Buffer.alloc(0), Buffer.alloc(0)];
  const take = (/** @type {Buffer | undefined} */ chunk) => {
    const most = addon.staleKeysBegun(filter) + (chunk?.length ?? 0);
    [buffer, other] = [other, buffer];
    if (buffer.length < most) buffer = Buffer.allocUnsafeSlow(most);
    const length = refusing(() => addon.staleKeysPush(filter, chunk, buffer));
    return buffer.subarray(0, length);
  };
  const owner = (/** @type {any[]} */ [, kept, stale, awaited, keys]) => ({ kept, stale, awaited, keys });
  return {
    push: take,
    finish: () => take(undefined),
    isStale: (key) => addon.staleKeysIsStale(filter, key),
    freeze: () => addon.staleKeysFreeze(filter),
    unseen: () => addon.staleKeysUnseen(filter),
    seen() {
      const [deployments, builds, others] = addon.staleKeysSeen(filter);
      return {
        deployments: deployments.map((/** @type {any[]} */ seen) => ({ seed: seen[0], ...owner(seen) })),
        builds: builds.map((/** @type {any[]} */ seen) => ({ buildId: seen[0], ...owner(seen) })),
        ...namedOthers(others),
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
const SCHEME = "use-cache:";
const SEED_MARK = "use-cache:build:";
const VINEXT_MARKS = /^(?:app|app-fallback-shell|pages|unstable_cache|deployment|sha256):/;
/** The starts of keys. */
const MARKS = /use-cache:|(?:app|app-fallback-shell|pages|unstable_cache):v|deployment:|\["/;
const TAG = /(?<![A-Za-z])[Tt][Aa][Gg]|T[Aa][Gg]|_N_T_/;

/**
 * The same as `src/stale.rs`, errors included. Text is bytes here, one per character.
 * @implements {Filter}
 */
class PortableFilter {
  #options;
  #separator;
  #prefixes;
  #begun = "";
  #deployments;
  #builds;
  #others = OTHERS.map(() => 0);

  /** @param {Keep} keep @param {FilterOptions} options */
  constructor({ deployments, builds, certainBuilds }, options) {
    this.#options = options;
    this.#separator = options.nul ? "\0" : "\n";
    this.#prefixes = storePrefixes(options.stripPrefix, latin1);
    if (options.foreign && mayHaveNoPrefix(options.stripPrefix)) {
      throw new CliError(
        "foreign keys can be stale only behind a prefix of the store that does not start with *",
      );
    }
    if ([...deployments, ...builds, ...certainBuilds].includes("")) {
      throw new CliError("the name of a deployment or build to keep is empty");
    }
    if (deployments.length + builds.length + certainBuilds.length === 0) {
      throw new CliError("no deployment and no build is to be kept");
    }
    this.#deployments = new Names(deployments.length > 0);
    this.#builds = new Names(builds.length + certainBuilds.length > 0);
    for (const seed of deployments) this.#deployments.keep(encodedSeed(seed), seed, true);
    for (const id of certainBuilds) this.#builds.keep(latin1(id), id, false);
    for (const id of builds) {
      this.#builds.keep(latin1(id), id, true);
      this.#deployments.keep(encodedSeed(id), id, false);
    }
    for (const seed of deployments) this.#builds.keep(latin1(seed), seed, false);
  }

  /** @param {Buffer} chunk */
  push(chunk) {
    if (this.#separator === "\n" && !this.#options.quoted && chunk.includes(0)) {
      throw new CliError("a line contains NUL: are the keys separated by NUL (--null)?");
    }
    const keys = chunk.toString("latin1").split(this.#separator);
    keys[0] = this.#begun + keys[0];
    this.#begun = keys.pop() ?? "";
    if (this.#begun.length > LONGEST_KEY) {
      throw new CliError("a key is longer than 16 MiB: do the keys have another separator?");
    }
    const stale = keys.filter((key) => this.#isStaleIn(key)).map((key) => key + this.#separator);
    return Buffer.from(stale.join(""), "latin1");
  }

  finish() {
    const last = this.#begun;
    if (this.#options.nul && last.includes("\n")) {
      throw new CliError("there are lines, and no NUL behind them: are the keys separated by newlines?");
    }
    return Buffer.from(last && this.#isStaleIn(last) ? last : "", "latin1");
  }

  isStale(/** @type {Buffer} */ key) {
    return this.#isStale(key.toString("latin1"));
  }

  freeze() {
    this.#deployments.freeze();
    this.#builds.freeze();
  }

  unseen() {
    return this.#deployments.awaited + this.#builds.awaited;
  }

  seen() {
    return {
      deployments: this.#deployments.owners().map(({ name: seed, ...owner }) => ({ seed, ...owner })),
      builds: this.#builds.owners().map(({ name: buildId, ...owner }) => ({ buildId, ...owner })),
      ...namedOthers(this.#others),
    };
  }

  /** Whether a key of the list is stale. @param {string} text */
  #isStaleIn(text) {
    return this.#isStale(this.#options.quoted ? unquote(text) : text);
  }

  /** @param {string} key */
  #isStale(key) {
    let kind = OTHERS.indexOf("outside");
    for (const prefix of this.#prefixes) {
      const logical = prefix(key);
      if (logical === undefined) continue;
      const owner = this.#ownerOf(logical);
      if (typeof owner === "object") return owner.stale;
      const prefixText = key.slice(0, key.length - logical.length);
      kind = Math.min(kind, OTHERS.indexOf(owner === "foreign" && TAG.test(prefixText) ? "tags" : owner));
    }
    this.#others[kind] += 1;
    const name = OTHERS[kind];
    return (name === "unscoped" || name === "foreign") && this.#options[name];
  }

  /** Counts a key for the owner that it names, or returns the kind of a key that names none. @param {string} key */
  #ownerOf(key) {
    if (key.startsWith(SCHEME)) return this.#deploymentOf(encodedSeedOf(key)) ?? "unscoped";
    const page = parsePageKey(key) ?? parseShortenedKey(key);
    if (page?.deploymentId !== undefined) {
      if ("buildId" in page && page.buildId !== undefined) this.#builds.see(page.buildId);
      return this.#deploymentOf(page.deploymentId) ?? "unclear";
    }
    if (page) {
      return ("buildId" in page && page.buildId !== undefined && this.#buildOf(page.buildId)) || "unclear";
    }
    const next = parseNextKey(utf8(key) ?? "");
    if (next) {
      const { deployment } = next;
      if (!this.#options.next || deployment === undefined) return "next";
      return this.#deploymentOf(encodedSeed(deployment)) ?? "unclear";
    }
    if (parseSharedKey(key)) return "shared";
    if (VINEXT_MARKS.test(key) || resemblesNextKey(key)) return "unclear";
    if (TAG.test(key.split("/", 1)[0])) return "tags";
    return MARKS.test(key) ? "unclear" : "foreign";
  }

  #deploymentOf(/** @type {string | undefined} */ encoded) {
    if (encoded === undefined) return undefined;
    const known = this.#deployments.count(encoded);
    if (known) return known;
    const seed = parseUseCacheKey(`${SEED_MARK}${encoded}:`)?.keySeed;
    return seed === undefined ? undefined : this.#deployments.add(encoded, seed);
  }

  #buildOf(/** @type {string} */ id) {
    const known = this.#builds.count(id);
    if (known) return known;
    const name = Buffer.from(id, "latin1").toString();
    // A store may have replaced bytes that were not UTF-8 by this character. Then two IDs can look the same.
    if (name.includes("\ufffd")) return undefined;
    return this.#builds.add(id, name);
  }
}

/** The same as `src/stale/names.rs`. */
class Names {
  /** @type {Map<string, { name: string } & Owner>} */
  #owners = new Map();
  /** What happens to the keys of an owner that is not kept. */
  #others;
  awaited = 0;

  constructor(/** @type {boolean} */ stale) {
    this.#others = { kept: false, stale };
  }

  owners() {
    return [...this.#owners.values()].filter(({ awaited, keys }) => awaited || keys > 0);
  }

  /** @param {string} text @param {string} name @param {boolean} awaited */
  keep(text, name, awaited) {
    if (this.#owners.has(text)) return;
    this.#owners.set(text, { name, kept: true, stale: false, awaited, keys: 0 });
    if (awaited) this.awaited += 1;
  }

  freeze() {
    this.#others = { kept: true, stale: false };
  }

  count(/** @type {string} */ text) {
    const owner = this.#owners.get(text);
    if (!owner) return undefined;
    owner.keys += 1;
    this.#notice(owner);
    return owner;
  }

  /** @param {string} text @param {string} name */
  add(text, name) {
    const owner = { name, ...this.#others, awaited: false, keys: 1 };
    this.#owners.set(text, owner);
    return owner;
  }

  see(/** @type {string} */ text) {
    const owner = this.awaited > 0 && this.#owners.get(text);
    if (owner) this.#notice(owner);
  }

  #notice(/** @type {Owner} */ owner) {
    if (owner.awaited) this.awaited -= 1;
    owner.awaited = false;
  }
}

/** A seed in the encoding of keys. */
const encodedSeed = (/** @type {string} */ seed) => useCacheKeyPrefix(seed).slice(SEED_MARK.length, -1);

function encodedSeedOf(/** @type {string} */ key) {
  const end = key.startsWith(SEED_MARK) ? key.indexOf(":", SEED_MARK.length) : -1;
  return end < 0 ? undefined : key.slice(SEED_MARK.length, end);
}

/** Decodes UTF-8. */
/** The key as text, or `undefined` if its bytes are not UTF-8. */
function utf8(/** @type {string} */ key) {
  const bytes = Buffer.from(key, "latin1");
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

/** UTF-8, one byte per character. */
const latin1 = (/** @type {string} */ text) => Buffer.from(text).toString("latin1");
