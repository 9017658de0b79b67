// Text as a terminal takes it.
import { styleText } from "node:util";

/** @typedef {Parameters<typeof styleText>[0]} Style */

/** @param {Style | undefined} style @param {string} text @param {NodeJS.WriteStream} [stream] Where it goes: in colour on a terminal. */
export const paint = (style, text, stream = process.stdout) =>
  style ? styleText(style, text, { stream }) : text;

/** Keys may hold any character. What would steer a terminal is shown as JSON escapes it. */
export const visible = (/** @type {string} */ text) =>
  text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** @param {string} text @param {number} width @param {"start" | "end"} [from] Where text is left out. */
export function cut(text, width, from = "end") {
  if (text.length <= width) return text;
  return from === "end" ? `${text.slice(0, width - 1)}…` : `…${text.slice(text.length - width + 1)}`;
}

const grouped = new Intl.NumberFormat("en");
export const digits = (/** @type {number} */ count) => grouped.format(count);

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
