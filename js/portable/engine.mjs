// The portable engine: plain JavaScript. It declines every key, so the shell prints the JSON and asks for its digest.
import { parseCacheKey } from "./family.mjs";
import { parseUseCacheKey } from "./parse.mjs";
import { shortener } from "./storage-key.mjs";

const [INVALID_CHARACTERS, MISSING, MISMATCH] = /** @type {const} */ ([1, 2, 3]);
const { stringify } = JSON;
const decline = () => undefined;

/** @param {(data: string | Uint8Array) => string} digest SHA-256 in base64url @returns {import("../engine.mjs").Engine} */
export function portableEngine(digest) {
  const parse = (/** @type {string} */ key) => stringify(parseUseCacheKey(key));
  return {
    validate,
    resolve,
    digest,
    parse,
    parseCacheKey: (key) => stringify(parseCacheKey(key)),
    shorten: shortener(digest),
    buildKey: decline,
    shapeOf: () => -1,
    keyOf: decline,
  };
}

/** @param {string} id */
export const validate = (id) => (/^[\w-]+$/.test(id) ? id : INVALID_CHARACTERS);

/** @type {import("../engine.mjs").Engine["resolve"]} */
function resolve(config, env, atRunTime) {
  const configured = config ? validate(config) : "";
  if (typeof configured === "number" || (!atRunTime && config !== undefined)) return configured;
  if (!env) return atRunTime ? MISSING : "";
  const id = validate(env);
  const agrees = typeof id === "number" || config === undefined || config === id;
  return agrees ? id : MISMATCH;
}
