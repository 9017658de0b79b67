// Makes a key for a store that limits the length of keys, like `src/storage_key.rs`, which documents the grammar.
import { splitDeploymentId } from "./family.mjs";
import { splitSeed } from "./parse.mjs";

const SCHEME = "use-cache:";
const DIGEST_MARK = "sha256:";
const DIGEST_LENGTH = 43;

/** @param {(bytes: Uint8Array) => string} digest SHA-256 in base64url @returns {import("../engine.mjs").Engine["shorten"]} */
export const shortener = (digest) => (key, maxBytes) => {
  const bytes = wtf8(key);
  if (bytes.length <= maxBytes && key.isWellFormed()) return key;
  const scope = scopeOf(key);
  const needed = scope.length + DIGEST_MARK.length + DIGEST_LENGTH;
  return needed > maxBytes ? needed : scope + DIGEST_MARK + digest(bytes);
};

/** The start of a key that says which deployment or build it belongs to. It is ASCII. @param {string} key */
function scopeOf(key) {
  const rest = key.startsWith(SCHEME) ? splitSeed(key.slice(SCHEME.length)).rest : splitDeploymentId(key).own;
  return key.slice(0, key.length - rest.length);
}

/**
 * A text in UTF-8, in which a lone surrogate has the three bytes of its code point. TextEncoder would replace lone surrogates, and
 * jsdom does not have it.
 * @param {string} text
 */
function wtf8(text) {
  const bytes = [];
  for (const character of text) {
    const code = /** @type {number} */ (character.codePointAt(0));
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), following(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), following(code >> 6), following(code));
    else bytes.push(0xf0 | (code >> 18), following(code >> 12), following(code >> 6), following(code));
  }
  return Uint8Array.from(bytes);
}

/** A byte that follows the first one of a character: the lowest six bits. @param {number} bits */
const following = (bits) => 0x80 | (bits & 0x3f);
