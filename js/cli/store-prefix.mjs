// The prefix that a store's adapter puts in front of keys, like `src/store_prefix.rs`.
import { CliError } from "./errors.mjs";

/**
 * @typedef {(key: string) => string | undefined} StorePrefix Gives the key behind this prefix, if it has this prefix.
 */

/**
 * @param {string[]} texts
 * @param {(text: string) => string} encode As the keys are encoded.
 * @returns {StorePrefix[]} At least one: without any text, no key has a prefix.
 */
export const storePrefixes = (texts, encode = (text) => text) =>
  texts.length === 0 ? [(key) => key] : texts.map((text) => storePrefix(text, encode));

/** Whether the start of a key does not matter to one of these prefixes. @param {string[]} texts */
export const mayHaveNoPrefix = (texts) => texts.length === 0 || texts.some((text) => /^(?:\*|$)/.test(text));

/** @param {string} text @param {(text: string) => string} encode @returns {StorePrefix} */
function storePrefix(text, encode) {
  const [start, end, more] = encode(text).split("*");
  if (more !== undefined || end === "") {
    throw new CliError(`the prefix "${text}" is not valid: only one * is allowed, and text must follow it`);
  }
  return (key) => {
    if (!key.startsWith(start)) return undefined;
    if (end === undefined) return key.slice(start.length);
    const found = key.indexOf(end, start.length);
    return found > start.length ? key.slice(found + end.length) : undefined;
  };
}
