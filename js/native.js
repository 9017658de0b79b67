// The API over the native addon. What vinext itself makes takes the addon's fast path; what is unusual is declined, here or
// there, and the plain export decides.
"use strict";

/** As many entries as the addon's fast path takes. */
const ENTRIES = 8;
const UNUSUAL = -2;

/** An index as the addon takes it: -1 for none. */
const position = (/** @type {unknown} */ index) => {
  if (index === undefined) return -1;
  const integer = Number(index) | 0;
  return integer === index && integer >= 0 ? integer : UNUSUAL;
};

/** @param {any} addon */
module.exports = ({ fast, ...plain }) => {
  const { buildKey, textKey, entriesKey } = fast;

  /**
   * The key of a call, or of its arguments alone where `id` is `undefined`; nothing where the arguments are not as
   * vinext's `snapshotFlightReply` makes them.
   * @param {string | undefined} id
   * @param {string | null | undefined} keySeed
   * @param {any} args
   * @param {any} options
   * @returns {string | undefined}
   */
  function keyOf(id, keySeed, args, options) {
    if (typeof args !== "object" || args === null) return;
    if (Object.getPrototypeOf(args) !== Object.prototype || hasToJson(args)) return;
    const names = Object.keys(args);
    if (names[0] !== "version" || names[1] !== "reply" || args.version !== 1) return;
    let known = 2;
    const page = names[known] === "pagePropsIndex" ? position(args[names[known++]]) : -1;
    const layout = names[known] === "layoutPropsIndex" ? position(args[names[known++]]) : -1;
    if (names.length !== known || page === UNUSUAL || layout === UNUSUAL) return;
    const { reply } = args;
    const metadata = fileMetadata(options);
    if (metadata === undefined) return;
    if (typeof reply === "string") {
      return known === 2 ? textKey(id, keySeed, reply) : textKey(id, keySeed, reply, page, layout);
    }
    // Of a file only the bytes are handed over.
    if (metadata || !Array.isArray(reply) || reply.length > ENTRIES || !isOrdinary(reply)) return;
    const texts = [];
    let files = 0;
    for (let index = 0; index < reply.length; index++) {
      const entry = reply[index];
      if (!Array.isArray(entry) || hasToJson(entry)) return;
      if (entry.length !== 2) files |= 1 << index;
      texts.push(entry[0], entry[1]);
    }
    return entriesKey(id, keySeed, page, layout, files, ...texts);
  }

  /**
   * The same; and nothing where a getter or a proxy among the arguments throws at what only this path asks.
   * @type {typeof keyOf}
   */
  function tryKeyOf(id, keySeed, args, options) {
    try {
      return keyOf(id, keySeed, args, options);
    } catch {}
  }

  return {
    ...plain,
    /** @param {any} id @param {any} keySeed @param {any} argsKey */
    buildUseCacheKey(id, keySeed, argsKey) {
      return buildKey(id, keySeed, argsKey) ?? plain.buildUseCacheKey(id, keySeed, argsKey);
    },
    /** @param {any} args @param {any} options */
    flightArgumentsKey(args, options) {
      return tryKeyOf(undefined, undefined, args, options) ?? plain.flightArgumentsKey(args, options);
    },
    /** @param {any} id @param {any} keySeed @param {any} args @param {any} options */
    deriveUseCacheKey(id, keySeed, args, options) {
      return (
        (typeof id === "string" ? tryKeyOf(id, keySeed, args, options) : undefined) ??
        plain.deriveUseCacheKey(id, keySeed, args, options)
      );
    },
  };
};

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
