// The whole package in plain JavaScript, for where no native addon loads. Its contract is index.d.ts, as for the crate in
// src/, down to the order in which arguments are checked.
import { createHash } from "node:crypto";

/** @typedef {typeof import("../index.js")} Api */

/** @param {Error} error @param {string} code */
const coded = (error, code) => Object.assign(error, { code });

/** @param {unknown} value @param {string} argument @param {string} expected */
function invalid(value, argument, expected) {
  const what = argument.includes(".") ? "property" : "argument";
  const kind = Array.isArray(value) ? "an array" : `type ${typeof value}`;
  const message = `The "${argument}" ${what} must be ${expected}. Received ${value == null ? value : kind}`;
  return coded(new TypeError(message), "ERR_INVALID_ARG_TYPE");
}

/** @param {unknown} value @param {string} argument */
function text(value, argument, expected = "a string") {
  if (typeof value !== "string") throw invalid(value, argument, expected);
  return value;
}

/** @param {unknown} value @param {string} argument @returns {any} */
function object(value, argument) {
  if (Object(value) !== value) throw invalid(value, argument, "an object");
  return value;
}

/** @param {unknown} options @param {string} name */
const option = (options, name) => (options === undefined ? options : object(options, "options")[name]);

/** @param {unknown} options @param {string} name @returns {boolean} */
function flag(options, name) {
  const value = option(options, name);
  if (value !== undefined && typeof value !== "boolean") throw invalid(value, `options.${name}`, "a boolean");
  return value === true;
}

const INVALID_ID = "Invalid `deploymentId` configuration:";

const environment = (/** @type {unknown} */ env = globalThis.process?.env) => object(env, "env");

/** @type {Api["validateDeploymentId"]} */
export function validateDeploymentId(deploymentId) {
  if (typeof deploymentId !== "string") {
    const message = "must be a string. https://nextjs.org/docs/messages/deploymentid-not-a-string";
    throw coded(new Error(`${INVALID_ID} ${message}`), "ERR_DEPLOYMENT_ID_NOT_A_STRING");
  }
  if (!/^[\w-]+$/.test(deploymentId)) {
    const message =
      "contains invalid characters. Only alphanumeric characters, hyphens, and underscores are allowed. " +
      "https://nextjs.org/docs/messages/deploymentid-invalid-characters";
    throw coded(new Error(`${INVALID_ID} ${message}`), "ERR_DEPLOYMENT_ID_INVALID_CHARACTERS");
  }
  return deploymentId;
}

/** @param {unknown} id */
const optionalId = (id) => (id === undefined || id === "" ? undefined : validateDeploymentId(id));

/** @type {Api["resolveDeploymentId"]} */
export function resolveDeploymentId(configDeploymentId, env, options) {
  const atRunTime = flag(options, "runtimeServerDeploymentId");
  const configured = optionalId(configDeploymentId);
  if (!atRunTime && configDeploymentId !== undefined) return configured;
  const id = environment(env).NEXT_DEPLOYMENT_ID;
  if (!atRunTime) return optionalId(id);
  if (!id) {
    const message = "process.env.NEXT_DEPLOYMENT_ID is missing but runtimeServerDeploymentId is enabled";
    throw coded(new Error(message), "ERR_RUNTIME_DEPLOYMENT_ID_MISSING");
  }
  validateDeploymentId(id);
  if (configDeploymentId !== undefined && configDeploymentId !== id) {
    const message =
      `The configured \`deploymentId\` "${configDeploymentId}" is not process.env.NEXT_DEPLOYMENT_ID "${id}", ` +
      "and runtimeServerDeploymentId is enabled";
    throw coded(new Error(message), "ERR_RUNTIME_DEPLOYMENT_ID_MISMATCH");
  }
  return id;
}

/** @type {Api["resolveUseCacheKeySeed"]} */
export function resolveUseCacheKeySeed(env, options) {
  const deploymentId = option(options, "deploymentId");
  if (deploymentId !== undefined) return validateDeploymentId(deploymentId);
  const identities = environment(env);
  const identity = (/** @type {unknown} */ value, /** @type {string} */ name) =>
    value ? text(value, `env.${name}`) : undefined;
  const read = (/** @type {string} */ name) => identity(identities[name], name);
  const release = () => {
    const binding = option(options, "versionMetadataBinding");
    if (binding === undefined) return;
    const metadata = identities[text(binding, "options.versionMetadataBinding")];
    const name = binding.toWellFormed();
    return identity(object(metadata, `env.${name}`).id, `${name}.id`);
  };
  return (
    read("__VINEXT_DEPLOYMENT_ID") || read("NEXT_DEPLOYMENT_ID") || release() || read("__VINEXT_BUILD_ID")
  );
}

/** @param {unknown} keySeed */
const seed = (keySeed) => text(keySeed ?? "", "keySeed", "a string, null or undefined");

/** @type {Api["useCacheKeyPrefix"]} */
export function useCacheKeyPrefix(keySeed) {
  const identity = seed(keySeed);
  return identity ? `${SCHEME}${SEED_MARK}${encodeURIComponent(identity)}:` : SCHEME;
}

/** @type {Api["buildUseCacheKey"]} */
export function buildUseCacheKey(id, keySeed, argsKey) {
  text(id, "id");
  seed(keySeed);
  const args = argsKey === undefined ? "" : `:${text(argsKey, "argsKey")}`;
  return useCacheKeyPrefix(keySeed) + id + args;
}

/** @type {Api["deriveUseCacheKey"]} */
export function deriveUseCacheKey(id, keySeed, args, options) {
  text(id, "id");
  seed(keySeed);
  return buildUseCacheKey(id, keySeed, flightArgumentsKey(args, options));
}

/** @type {Api["flightArgumentsKey"]} */
export function flightArgumentsKey(args, options) {
  const fileMetadata = flag(options, "fileMetadata");
  const reply = keyedReply(object(args, "args").reply, fileMetadata);
  const canonical = JSON.stringify({ ...args, reply });
  return createHash("sha256").update(text(canonical, "args")).digest("base64url");
}

/** @param {unknown} reply @param {boolean} fileMetadata */
function keyedReply(reply, fileMetadata) {
  if (typeof reply === "string") return reply;
  if (!Array.isArray(reply) || typeof reply.map !== "function") {
    throw invalid(reply, "args.reply", "a string or an array");
  }
  return reply.map((/** @type {unknown} */ entry, index) => {
    if (!Array.isArray(entry)) throw invalid(entry, `args.reply[${index}]`, "an array");
    if (entry.length === 2) return entry;
    const bytes = { bytes: entry[1] };
    return [entry[0], fileMetadata ? { ...bytes, name: entry[2], type: entry[4] } : bytes];
  });
}

const SCHEME = "use-cache:";
const SEED_MARK = "build:";
const ROOT_PARAMS_MARK = ":root-params:";
const DIGEST = /^[\w-]{43}$/;
const DIGEST_LENGTH = 43;
/** Where a bare id ends: before a digest that ends the key or that root params follow. */
const BEFORE_DIGEST = /:[\w-]{43}(?=:root-params:|$)/;

/** @type {Api["parseUseCacheKey"]} */
export function parseUseCacheKey(key) {
  if (!text(key, "key").startsWith(SCHEME)) return null;
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
function splitSeed(scoped) {
  const end = scoped.indexOf(":", SEED_MARK.length);
  if (scoped.startsWith(SEED_MARK) && end >= 0) {
    const encoded = scoped.slice(SEED_MARK.length, end);
    try {
      const keySeed = decodeURIComponent(encoded);
      if (keySeed && encodeURIComponent(keySeed) === encoded) return { keySeed, rest: scoped.slice(end + 1) };
    } catch {
      // No encoding, so part of the id.
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

/** What this JSON says; nothing where it holds control characters, which `JSON.stringify` prints none of. */
function json(/** @type {string} */ source) {
  try {
    return /[^ -\uffff]/.test(source) ? undefined : JSON.parse(source);
  } catch {
    // Not JSON.
  }
}

/** @param {unknown} value @returns {value is string[]} */
const isTexts = (value) => Array.isArray(value) && value.every((item) => typeof item === "string");

/** @param {unknown} value @returns {value is NonNullable<import("../index.js").UseCacheKeyParts["rootParams"]>} */
const isRootParams = (value) =>
  Array.isArray(value) &&
  value.every(
    (param) =>
      Array.isArray(param) &&
      param.length === 2 &&
      typeof param[0] === "string" &&
      (param[1] === null || typeof param[1] === "string" || isTexts(param[1])),
  );

export const implementation = Object.freeze({ kind: /** @type {const} */ ("portable") });
