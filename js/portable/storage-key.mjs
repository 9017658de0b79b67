// A key for a store that limits the length of keys: the same as `src/storage_key.rs`, which has the grammar.
import { splitDeploymentId } from "./family.mjs";
import { splitSeed } from "./parse.mjs";

const SCHEME = "use-cache:";
const DIGEST_MARK = "sha256:";
const DIGEST_LENGTH = 43;

const encoder = new TextEncoder();

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

/** A text in UTF-8, where a lone surrogate has the three bytes that its number would have. @param {string} text */
function wtf8(text) {
  if (text.isWellFormed()) return encoder.encode(text);
  const characters = Array.from(text, (character) => {
    const unit = character.charCodeAt(0);
    const isLone = character.length === 1 && unit >= 0xd800 && unit <= 0xdfff;
    return isLone ? [0xed, 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)] : encoder.encode(character);
  });
  return Uint8Array.from(characters.flatMap((bytes) => [...bytes]));
}
