// The API over the native addon. What vinext itself makes takes the addon's fast path; what is unusual is declined, here or
// there, and the plain export decides.
"use strict";

/** As many entries as the addon's fast path takes. */
const ENTRIES = 8;
/** Indexes that a byte holds, and from which bit on the addon looks for it. */
const INDEXES = 255;
const PAGE = 8;
const LAYOUT = 16;
const UNUSUAL = -1;

/** @param {any} addon */
module.exports = ({ fast, ...plain }) => {
  const { buildKey, textKey, entriesKey } = fast;

  /** @type {unknown} */
  let seenSeed;
  let prefix = plain.useCacheKeyPrefix();

  /** What keys under a seed start with. A process has one seed, so the last one is remembered. */
  function prefixOf(/** @type {unknown} */ keySeed) {
    if (keySeed !== seenSeed) {
      prefix = plain.useCacheKeyPrefix(keySeed);
      seenSeed = keySeed;
    }
    return prefix;
  }

  /**
   * The key of a call; nothing where its arguments are not as vinext's `snapshotFlightReply` makes them.
   * @param {string} prefix
   * @param {any} id
   * @param {any} args
   * @param {any} options
   * @returns {string | undefined}
   */
  function keyOf(prefix, id, args, options) {
    // First, as vinext does. V8 then knows the prototype that `shapeOf` asks for, which else takes a call: 5 ns.
    const { reply } = args;
    const shape = shapeOf(args);
    const metadata = fileMetadata(options);
    if (shape === UNUSUAL || metadata === undefined) return;
    if (typeof reply === "string") {
      return shape === 0 ? textKey(prefix, id, reply) : textKey(prefix, id, reply, shape);
    }
    if (metadata || !Array.isArray(reply) || reply.length > ENTRIES || !isOrdinary(reply)) return;
    let files = 0;
    for (let index = 0; index < reply.length; index++) {
      const entry = reply[index];
      if (!Array.isArray(entry) || hasToJson(entry)) return;
      if (entry.length !== 2) files |= 1 << index;
    }
    return entriesKeyOf(prefix, id, shape | files, reply);
  }

  /**
   * The key of entries, whose names and contents are handed over. To spread a list of them takes longer than all else here, so
   * the few that a page's props are go without.
   * @param {string} prefix
   * @param {any} id
   * @param {number} shape
   * @param {any[][]} entries
   */
  function entriesKeyOf(prefix, id, shape, entries) {
    const [a, b, c] = [entries[0], entries[1], entries[2]];
    if (entries.length === 1) return entriesKey(prefix, id, shape, a[0], a[1]);
    if (entries.length === 2) return entriesKey(prefix, id, shape, a[0], a[1], b[0], b[1]);
    if (entries.length === 3) return entriesKey(prefix, id, shape, a[0], a[1], b[0], b[1], c[0], c[1]);
    const texts = [];
    for (let index = 0; index < entries.length; index++) texts.push(entries[index][0], entries[index][1]);
    return entriesKey(prefix, id, shape, ...texts);
  }

  // What only this path asks may throw, in a getter or a proxy among the arguments; then too the plain export decides.
  return {
    ...plain,
    /** @param {any} id @param {any} keySeed @param {any} argsKey */
    buildUseCacheKey(id, keySeed, argsKey) {
      try {
        const key = buildKey(prefixOf(keySeed), id, argsKey);
        if (key !== undefined) return key;
      } catch {}
      return plain.buildUseCacheKey(id, keySeed, argsKey);
    },
    /** @param {any} args @param {any} options */
    flightArgumentsKey(args, options) {
      try {
        const key = keyOf("", "", args, options);
        if (key !== undefined) return key.slice(1);
      } catch {}
      return plain.flightArgumentsKey(args, options);
    },
    /** @param {any} id @param {any} keySeed @param {any} args @param {any} options */
    deriveUseCacheKey(id, keySeed, args, options) {
      try {
        const key = keyOf(prefixOf(keySeed), id, args, options);
        if (key !== undefined) return key;
      } catch {}
      return plain.deriveUseCacheKey(id, keySeed, args, options);
    },
  };
};

const NOTHING = Object.freeze({});

/**
 * The indexes among arguments that have vinext's properties in its order, and no others, as bits; else `UNUSUAL`.
 * @param {any} args
 */
function shapeOf(args) {
  if (typeof args !== "object" || args === null) return UNUSUAL;
  if (Object.getPrototypeOf(args) !== Object.prototype || hasToJson(args)) return UNUSUAL;
  // A property that somebody gave every object.
  for (const _ in NOTHING) return UNUSUAL;
  let seen = 0;
  // `Object.keys` would make an array, which takes twice as long.
  for (const name in args) {
    const bit = bitOf(name);
    if (bit <= seen) return UNUSUAL;
    seen |= bit;
  }
  if ((seen & 3) !== 3 || args.version !== 1) return UNUSUAL;
  const page = seen & 4 ? indexBits(args.pagePropsIndex, PAGE) : 0;
  const layout = seen & 8 ? indexBits(args.layoutPropsIndex, LAYOUT) : 0;
  return page | layout;
}

/** Properties in vinext's order, each a higher bit. */
function bitOf(/** @type {string} */ name) {
  if (name === "version") return 1;
  if (name === "reply") return 2;
  if (name === "pagePropsIndex") return 4;
  return name === "layoutPropsIndex" ? 8 : 0;
}

/** An index as the addon takes it: one more, and nothing for none. */
function indexBits(/** @type {unknown} */ index, /** @type {number} */ from) {
  if (index === undefined) return 0;
  const integer = Number(index) | 0;
  return integer === index && integer >= 0 && integer < INDEXES ? (integer + 1) << from : UNUSUAL;
}

/** Whether files are keyed by more than their bytes; nothing where it takes the plain export to say what is wrong. */
function fileMetadata(/** @type {any} */ options) {
  if (options === undefined) return false;
  if (typeof options !== "object" || options === null) return;
  const { fileMetadata = false } = options;
  return typeof fileMetadata === "boolean" ? fileMetadata : undefined;
}

/** Whether JSON prints an object by another value. */
const hasToJson = (/** @type {any} */ object) => object.toJSON !== undefined;

/** Whether mapping an array gives one like it. */
const isOrdinary = (/** @type {unknown[]} */ array) =>
  Object.getPrototypeOf(array) === Array.prototype &&
  array.map === Array.prototype.map &&
  array.constructor === Array &&
  !hasToJson(array);
