// Parses a "use cache" key, like src/cache_key/parse.rs.

/** @typedef {import("../../index.d.ts").UseCacheKeyParts} UseCacheKeyParts */

const SCHEME = "use-cache:";
const SEED_MARK = "build:";
const ROOT_PARAMS_MARK = ":root-params:";
const DIGEST = /^[\w-]{43}$/;
const DIGEST_LENGTH = 43;
/** The end of a bare id: a digest follows it, and then the key ends or has root params. */
const BEFORE_DIGEST = /:[\w-]{43}(?=:root-params:|$)/;

/** @param {string} key @returns {UseCacheKeyParts | null} */
export function parseUseCacheKey(key) {
  if (!key.startsWith(SCHEME)) return null;
  const { keySeed, rest } = splitSeed(key.slice(SCHEME.length));
  const { id, reference, args } =
    splitJsonId(rest) ?? splitBeforeJson(rest) ?? splitBefore(rest, rest.search(BEFORE_DIGEST));
  const name = reference ? reference[0] : id;
  const colon = name.lastIndexOf(":");
  return {
    id,
    ...(keySeed && { keySeed }),
    ...(colon >= 0 && { moduleId: name.slice(0, colon), exportName: name.slice(colon + 1) }),
    ...(reference && { serverReferenceId: reference[1] }),
    ...(args !== undefined && splitRootParams(args)),
  };
}

/** @param {string} scoped @returns {{ keySeed?: string, rest: string }} */
export function splitSeed(scoped) {
  const end = scoped.indexOf(":", SEED_MARK.length);
  if (scoped.startsWith(SEED_MARK) && end >= 0) {
    const encoded = scoped.slice(SEED_MARK.length, end);
    try {
      const keySeed = decodeURIComponent(encoded);
      if (keySeed && encodeURIComponent(keySeed) === encoded) return { keySeed, rest: scoped.slice(end + 1) };
    } catch {
      // Not an encoded seed, so part of the id.
    }
  }
  return { rest: scoped };
}

/** @typedef {{ id: string, reference?: [name: string, id: string], args?: string }} Call */

/** @param {string} rest @param {number} colon Where the arguments begin, if they do. @returns {Call} */
const splitBefore = (rest, colon) =>
  colon < 0 ? { id: rest } : { id: rest.slice(0, colon), args: rest.slice(colon + 1) };

/** @param {string} rest @returns {Call | undefined} */
function splitJsonId(rest) {
  const array = rest.startsWith('["') ? leadingArray(rest) : undefined;
  if (!array || !isTexts(array.value) || array.value.length !== 2) return;
  const [name, serverReferenceId] = array.value;
  const id = rest.slice(0, array.length);
  const tail = rest.slice(array.length);
  if (tail && !tail.startsWith(":")) return;
  return { id, reference: [name, serverReferenceId], args: tail ? tail.slice(1) : undefined };
}

/** @param {string} rest @returns {Call | undefined} */
function splitBeforeJson(rest) {
  const call = splitBefore(rest, rest.indexOf(":["));
  const array = call.args && leadingArray(call.args);
  if (!call.args || !array) return;
  const root = call.args.slice(array.length);
  // The first array may also be the root params behind a digest.
  if (!call.id.endsWith(":root-params") && (!root || readRootParams(root))) return call;
}

/** @param {string} args */
function splitRootParams(args) {
  const end = DIGEST.test(args.slice(0, DIGEST_LENGTH)) ? DIGEST_LENGTH : leadingArray(args)?.length;
  const mark = end ?? args.lastIndexOf(ROOT_PARAMS_MARK);
  const rootParams = mark < 0 ? undefined : readRootParams(args.slice(mark));
  const argsKey = rootParams ? args.slice(0, mark) : args;
  /** @type {"digest" | "text"} */
  const argsForm = DIGEST.test(argsKey) ? "digest" : "text";
  return { argsKey, argsForm, ...(rootParams && { rootParams }) };
}

/** @param {string} root */
function readRootParams(root) {
  const params = root.startsWith(ROOT_PARAMS_MARK) ? json(root.slice(ROOT_PARAMS_MARK.length)) : undefined;
  return isRootParams(params) ? params : undefined;
}

/** The JSON array that a text begins with. */
function leadingArray(/** @type {string} */ source) {
  if (!source.startsWith("[")) return;
  let depth = 0;
  let quoted = false;
  for (const { 0: token, index } of source.matchAll(/\\.|["[\]]/gs)) {
    if (token === '"') quoted = !quoted;
    else if (!quoted && token === "[") depth += 1;
    else if (!quoted && token === "]") depth -= 1;
    if (depth === 0) {
      const length = index + 1;
      const value = json(source.slice(0, length));
      return value && { length, value };
    }
  }
}

/** The value of this JSON. `undefined` for other text, and for control characters, which `JSON.stringify` always escapes. */
function json(/** @type {string} */ source) {
  try {
    return /[^ -\uffff]/.test(source) ? undefined : JSON.parse(source);
  } catch {
    // Not JSON.
  }
}

/** @param {unknown} value @returns {value is string[]} */
const isTexts = (value) => Array.isArray(value) && value.every((item) => typeof item === "string");

/** @param {unknown} value @returns {value is NonNullable<UseCacheKeyParts["rootParams"]>} */
const isRootParams = (value) =>
  Array.isArray(value) &&
  value.every(
    (param) =>
      Array.isArray(param) &&
      param.length === 2 &&
      typeof param[0] === "string" &&
      (param[1] === null || typeof param[1] === "string" || isTexts(param[1])),
  );
