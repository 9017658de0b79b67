// Formats text for a terminal.
import { styleText } from "node:util";

/** @typedef {Parameters<typeof styleText>[0]} Style */

/** Whether a stream supports colours. Remembered, because finding out takes longer than printing a row of a table. */
const coloured = new WeakMap();
function isColoured(/** @type {NodeJS.WriteStream} */ stream) {
  if (!coloured.has(stream)) coloured.set(stream, styleText("bold", "", { stream }) !== "");
  return coloured.get(stream);
}

/** Colours a text if the stream is a terminal. @param {Style | undefined} style @param {string} text @param {NodeJS.WriteStream} [stream] */
export const paint = (style, text, stream = process.stdout) =>
  style && isColoured(stream) ? styleText(style, text, { validateStream: false }) : text;

const PLAIN = /^[ -~]*$/;
/** Characters that control a terminal or are invisible: control and format characters, line separators, lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The UTF-16 units of a character, as JSON escapes them. */
const escaped = (/** @type {string} */ character) =>
  character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");

/** Bytes that are not UTF-8 are decoded to U+DC80 to U+DCFF, see `decodeKey`. */
const escapedByte = (/** @type {string} */ character) => {
  const unit = character.charCodeAt(0);
  return unit >= 0xdc80 && unit <= 0xdcff ? `\\x${(unit - 0xdc00).toString(16)}` : escaped(character);
};

/** Makes text of any origin safe to print: characters that control a terminal or are invisible become escapes as in JSON. */
export const visible = (/** @type {string} */ text) =>
  PLAIN.test(text) ? text : text.replaceAll(INVISIBLE, escapedByte);

/** The same for a message of several lines. */
export const visibleLines = (/** @type {string} */ text) => text.split("\n").map(visible).join("\n");

/** JSON that is as safe to print: `JSON.stringify` leaves C1 and bidi controls as they are. */
export function json(/** @type {unknown} */ value, /** @type {number} */ indent = 0) {
  const text = JSON.stringify(value, null, indent);
  if (PLAIN.test(text)) return text;
  return text.replaceAll(INVISIBLE, (character) => (character === "\n" ? character : escaped(character)));
}

/** @param {string} text @param {number} width @param {"start" | "end"} [from] Where text is left out. */
export function cut(text, width, from = "end") {
  if (text.length <= width) return text;
  // Half a surrogate pair is not printable.
  return from === "end"
    ? `${text.slice(0, width - 1).replace(/[\ud800-\udbff]$/, "")}…`
    : `…${text.slice(text.length - width + 1).replace(/^[\udc00-\udfff]/, "")}`;
}

/**
 * An argument as an error message may show it: it can be the URL of a store, mistyped or in the wrong place, with a password that
 * contains any character.
 */
export const withoutPassword = (/** @type {string} */ text) =>
  /:.*@/s.test(text) ? text.replace(/^(\w+:\/\/)?.*@/s, "$1…@") : text;

/** A count, its digits in groups of three. Loading `Intl.NumberFormat` takes 12 ms. */
export const digits = (/** @type {number} */ count) => String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");

/** @param {string} text @param {number} width @returns {string[]} Lines, of which only a word that is longer may be wider. */
export function wrap(text, width) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
