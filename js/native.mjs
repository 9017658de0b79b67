// The native engine: the Rust addon, and the check whether it prints arguments exactly as `JSON.stringify` does.
import { FileContents, createApi } from "./shell.mjs";

const { isArray } = Array;
const { stringify } = JSON;
/** Other code may have replaced it before this module was loaded. A regular expression would take 0.06 ms here. */
const printed = Function.prototype.toString.call(stringify);
const isBuiltIn = printed.startsWith("function stringify() {") && printed.includes("[native code]");

const DECLINED = -1;
const MAX_ENTRIES = 8;
/** A longer text is passed in pieces, which the addon reads and hashes one after the other. So they stay in the processor's cache. */
const PIECE = 1 << 16;
const MAX_PIECES = 64;
const NOTHING = Object.freeze({});

/** @param {import("./engine.mjs").Addon} addon */
export function createNativeApi({
  textKey,
  entriesKey,
  longKey,
  flightArgumentsKey,
  parseUseCacheKey,
  ...others
}) {
  /** @param {string} prefix @param {string} id @param {any} keyed @param {number} shape */
  function keyOf(prefix, id, keyed, shape) {
    const { reply } = keyed;
    if (typeof reply === "string") {
      if (reply.length > PIECE) return longKey(prefix, id, shape, ...piecesOf(reply));
      return shape === 0 ? textKey(prefix, id, reply) : textKey(prefix, id, reply, shape);
    }
    if (!isPlainArray(reply) || reply.length > MAX_ENTRIES) return;
    const values = readEntries(reply);
    const isWhole = values.length === 2 * reply.length;
    const key = isWhole ? keyOfEntries(prefix, id, shape | (reply.length << 24), values) : undefined;
    // `JSON.stringify` gets the values that were read: a getter could return another value the second time.
    if (key === undefined) keyed.reply = [...inPairs(values), ...unread(reply, values.length / 2)];
    return key;
  }

  /** @param {string} prefix @param {string} id @param {number} shape @param {unknown[]} values */
  function keyOfEntries(prefix, id, shape, values) {
    let texts = values;
    for (let index = 1; index < values.length; index += 2) {
      if (typeof values[index] === "string") continue;
      // Typical page props have no files, and a copy would take 20 ns.
      if (texts === values) texts = [...values];
      texts[index] = FileContents.base64(values[index]);
      shape |= 1 << (index >> 1);
    }
    return keyOfTexts(prefix, id, shape, texts);
  }

  /** @param {string} prefix @param {string} id @param {number} shape @param {unknown[]} texts */
  function keyOfTexts(prefix, id, shape, texts) {
    const last = texts[texts.length - 1];
    if (typeof last === "string" && last.length > PIECE) {
      return longKey(prefix, id, shape, ...texts.slice(0, -1), ...piecesOf(last));
    }
    // Spread arguments are slow. Page props have two entries, and with search params three.
    if (texts.length === 4) return entriesKey(prefix, id, shape, texts[0], texts[1], texts[2], texts[3]);
    if (texts.length !== 6) return entriesKey(prefix, id, shape, ...texts);
    return entriesKey(prefix, id, shape, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5]);
  }

  return createApi({ ...others, digest: flightArgumentsKey, parse: parseUseCacheKey, shapeOf, keyOf });
}

/** @param {string} text */
function piecesOf(text) {
  const length = Math.max(PIECE, Math.ceil(text.length / MAX_PIECES));
  const pieces = [];
  for (let start = 0; start < text.length; start += length) pieces.push(text.slice(start, start + length));
  return pieces;
}

/** The shape of arguments that have only vinext's properties, in vinext's order; otherwise `DECLINED`. @param {any} keyed */
function shapeOf(keyed) {
  if (!isBuiltIn || JSON.stringify !== stringify || keyed.toJSON !== undefined) return DECLINED;
  // Other code added a property to `Object.prototype`.
  for (const _ in NOTHING) return DECLINED;
  let seen = 0;
  // `Object.keys` would allocate an array, which takes twice as long.
  for (const name in keyed) {
    const bit = propertyBit(name);
    if (bit <= seen) return DECLINED;
    seen |= bit;
  }
  if ((seen & 3) !== 3 || keyed.version !== 1) return DECLINED;
  const page = seen & 4 ? indexBits(keyed.pagePropsIndex, 8) : 0;
  const layout = seen & 8 ? indexBits(keyed.layoutPropsIndex, 16) : 0;
  return page | layout;
}

/** vinext's properties in its order: each one is a higher bit. @param {string} name */
function propertyBit(name) {
  if (name === "version") return 1;
  if (name === "reply") return 2;
  if (name === "pagePropsIndex") return 4;
  return name === "layoutPropsIndex" ? 8 : 0;
}

/** @param {unknown} index @param {number} from */
function indexBits(index, from) {
  if (index === undefined) return 0;
  // Not by conversion to a number, which calls an object's `valueOf`: `JSON.stringify` does not.
  const isIndex = typeof index === "number" && (index | 0) === index && index >= 0 && index < 255;
  return isIndex ? (index + 1) << from : DECLINED;
}

/** @param {any} value @returns {value is any[]} */
const isPlainArray = (value) => isArray(value) && /** @type {any} */ (value).toJSON === undefined;

/**
 * The names and contents of entries, read in the order of `JSON.stringify`, so that an error of a getter is the one that
 * `JSON.stringify` would throw. Reading ends at the first value that is not text: its `toJSON` would be called next.
 *
 * @param {any[]} reply
 */
function readEntries(reply) {
  const { length } = reply;
  // A list that grows would take 20 ns more.
  const values = Array(2 * length);
  for (let index = 0; index < length; index++) {
    const entry = reply[index];
    const isPair = isPlainArray(entry) && entry.length === 2;
    const name = isPair ? entry[0] : undefined;
    if (typeof name !== "string") return values.slice(0, 2 * index);
    const content = entry[1];
    values[2 * index] = name;
    values[2 * index + 1] = content;
    if (typeof content !== "string" && FileContents.base64(content) === undefined)
      return values.slice(0, 2 * index + 2);
  }
  return values;
}

/** @param {any[]} reply @param {number} index */
function unread(reply, index) {
  const entries = [];
  for (; index < reply.length; index++) entries.push(reply[index]);
  return entries;
}

/** @param {unknown[]} values */
function inPairs(values) {
  const pairs = [];
  for (let index = 0; index < values.length; index += 2) pairs.push([values[index], values[index + 1]]);
  return pairs;
}
