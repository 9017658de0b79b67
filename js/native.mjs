// The native engine: the Rust addon, and the check whether it prints arguments exactly as `JSON.stringify` does.
import { createApi } from "./shell.mjs";

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
    try {
      return keyOfEntries(prefix, id, keyed, shape);
    } catch {
      // A getter threw. `JSON.stringify` throws the same error, or one that comes first in its order.
    }
  }

  /** @param {string} prefix @param {string} id @param {any} keyed @param {number} shape */
  function keyOfEntries(prefix, id, keyed, shape) {
    const { reply } = keyed;
    if (!isListOfPairs(reply) || reply.length > MAX_ENTRIES) return;
    const entries = reply.length << 24;
    if (reply.length === 2) {
      // Typical page props are two texts. Passing them as a list would take 20 ns more.
      const { 0: first, 1: second } = reply;
      const { 0: a, 1: b } = first;
      const { 0: c, 1: d } = second;
      const isShort = typeof d === "string" && d.length <= PIECE;
      const key = isShort ? entriesKey(prefix, id, shape | entries, a, b, c, d) : undefined;
      return key ?? keyOfList(prefix, id, keyed, shape | entries, [a, b, c, d]);
    }
    const list = [];
    for (let index = 0; index < reply.length; index++) list.push(reply[index][0], reply[index][1]);
    return keyOfList(prefix, id, keyed, shape | entries, list);
  }

  /** @param {string} prefix @param {string} id @param {any} keyed @param {number} shape @param {unknown[]} list */
  function keyOfList(prefix, id, keyed, shape, list) {
    const texts = [];
    for (let index = 0; index < list.length; index += 2) {
      const content = list[index + 1];
      if (typeof content !== "string") shape |= 1 << (index >> 1);
      texts.push(list[index], textOf(content));
    }
    const key = keyOfTexts(prefix, id, shape, texts);
    // `JSON.stringify` gets the values that were read: a getter could return another value the second time.
    if (key === undefined) keyed.reply = inPairs(list);
    return key;
  }

  /** @param {string} prefix @param {string} id @param {number} shape @param {unknown[]} texts */
  function keyOfTexts(prefix, id, shape, texts) {
    const last = texts.at(-1);
    if (typeof last === "string" && last.length > PIECE) {
      return longKey(prefix, id, shape, ...texts.slice(0, -1), ...piecesOf(last));
    }
    const [a, b, c, d, e, f] = texts;
    // Spread arguments are slow, and page props with search params have three entries.
    return texts.length === 6
      ? entriesKey(prefix, id, shape, a, b, c, d, e, f)
      : entriesKey(prefix, id, shape, ...texts);
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

/** @param {any} value @returns {value is any[][]} */
function isListOfPairs(value) {
  if (!isPlainArray(value)) return false;
  for (let index = 0; index < value.length; index++) {
    const entry = value[index];
    if (!isPlainArray(entry) || entry.length !== 2) return false;
  }
  return true;
}

/** @param {unknown[]} list */
function inPairs(list) {
  const pairs = [];
  for (let index = 0; index < list.length; index += 2) pairs.push([list[index], list[index + 1]]);
  return pairs;
}

/** A text itself, and the base64 in `{ bytes: base64 }`. @param {any} content */
function textOf(content) {
  if (typeof content !== "object" || content === null) return content;
  try {
    if (Object.getPrototypeOf(content) !== Object.prototype) return;
    for (const name in content) if (name !== "bytes") return;
    return Object.getOwnPropertyDescriptor(content, "bytes")?.value;
  } catch {
    // A proxy threw. `JSON.stringify` may not ask it the same.
  }
}
