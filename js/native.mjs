// The native engine: the Rust addon, and what tells whether it prints arguments as `JSON.stringify` does.
import { createApi } from "./shell.mjs";

const { isArray } = Array;
const { stringify } = JSON;
/** What `stringify` prints is only known if nobody replaced it before this module was loaded. */
const isBuiltIn = /^function stringify\(\) \{\s+\[native code\]\s+\}$/.test(
  Function.prototype.toString.call(stringify),
);

const DECLINED = -1;
const MAX_ENTRIES = 8;
const NOTHING = Object.freeze({});

/** @param {import("./engine.mjs").Addon} addon */
export const createNativeApi = (addon) => createApi(nativeEngine(addon));

/** @param {import("./engine.mjs").Addon} addon @returns {import("./engine.mjs").Engine} */
function nativeEngine({ textKey, entriesKey, ...others }) {
  /** @param {string} prefix @param {string} id @param {any} keyed @param {number} shape */
  function keyOf(prefix, id, keyed, shape) {
    const { reply } = keyed;
    if (typeof reply !== "string") return keyOfEntries(prefix, id, keyed, shape);
    return shape === 0 ? textKey(prefix, id, reply) : textKey(prefix, id, reply, shape);
  }

  /** @param {string} prefix @param {string} id @param {any} keyed @param {number} shape */
  function keyOfEntries(prefix, id, keyed, shape) {
    const { reply } = keyed;
    if (!isListOfPairs(reply) || reply.length > MAX_ENTRIES) return;
    const read = [];
    for (let index = 0; index < reply.length; index++) {
      const { 0: name, 1: content } = reply[index];
      if (typeof content !== "string") shape |= 1 << index;
      read.push(name, content);
    }
    const key = keyOfPairs(prefix, id, shape | (reply.length << 24), read);
    // What was read is printed, because to read a getter again could give something else.
    if (key === undefined) keyed.reply = inPairs(read);
    return key;
  }

  /** @param {string} prefix @param {string} id @param {number} shape @param {any[]} read Names and contents in turn. */
  function keyOfPairs(prefix, id, shape, read) {
    const [a, b] = [read[0], textOf(read[1])];
    // Spread arguments are slow, so one and two entries (typical page props) are passed explicitly.
    if (read.length === 2) return entriesKey(prefix, id, shape, a, b);
    if (read.length === 4) return entriesKey(prefix, id, shape, a, b, read[2], textOf(read[3]));
    const texts = [];
    for (let index = 0; index < read.length; index += 2) texts.push(read[index], textOf(read[index + 1]));
    return entriesKey(prefix, id, shape, ...texts);
  }

  return { ...others, shapeOf, keyOf };
}

/** The shape of keyed arguments with vinext's properties in its order, and no other; else `DECLINED`. @param {any} keyed */
function shapeOf(keyed) {
  if (!isBuiltIn || JSON.stringify !== stringify || keyed.toJSON !== undefined) return DECLINED;
  // A property that somebody gave every object.
  for (const _ in NOTHING) return DECLINED;
  let seen = 0;
  // `Object.keys` would make an array, which takes twice as long.
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

/** vinext's properties in its order, each one a higher bit. @param {string} name */
function propertyBit(name) {
  if (name === "version") return 1;
  if (name === "reply") return 2;
  if (name === "pagePropsIndex") return 4;
  return name === "layoutPropsIndex" ? 8 : 0;
}

/** @param {unknown} index @param {number} from */
function indexBits(index, from) {
  if (index === undefined) return 0;
  const integer = Number(index) | 0;
  return integer === index && integer >= 0 && integer < 255 ? (integer + 1) << from : DECLINED;
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
  if (Object.getPrototypeOf(content) !== Object.prototype) return;
  for (const name in content) if (name !== "bytes") return;
  return Object.getOwnPropertyDescriptor(content, "bytes")?.value;
}
