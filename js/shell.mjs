// The API, over an engine. It reads and checks all arguments, and makes all errors, for both engines. index.d.ts documents the
// functions. engine.d.mts says what an engine does.

/** @typedef {import("./engine.mjs").Engine} Engine */
/** @typedef {Omit<typeof import("../index.d.ts"), "implementation">} Api */

const { isArray } = Array;
const { parse: parseJson } = JSON;

/** @param {Error} error @param {string} code */
const coded = (error, code) => Object.assign(error, { code });

const NOT_A_STRING = 0;
const INVALID = "Invalid `deploymentId` configuration:";
const CHARACTERS =
  "contains invalid characters. Only alphanumeric characters, hyphens, and underscores are allowed.";
const DOCS = "https://nextjs.org/docs/messages/deploymentid";
const VARIABLE = "process.env.NEXT_DEPLOYMENT_ID";
const AT_RUN_TIME = "runtimeServerDeploymentId is enabled";

/**
 * The error for a deployment ID that is rejected. The message is that of vinext or Next.js, if they have one.
 * @param {import("./engine.mjs").Refusal} reason
 * @param {string} [config]
 * @param {string} [id]
 */
function refusal(reason, config, id) {
  const differing = `The configured \`deploymentId\` "${config}" is not ${VARIABLE} "${id}"`;
  const [code, message] = [
    ["ERR_DEPLOYMENT_ID_NOT_A_STRING", `${INVALID} must be a string. ${DOCS}-not-a-string`],
    ["ERR_DEPLOYMENT_ID_INVALID_CHARACTERS", `${INVALID} ${CHARACTERS} ${DOCS}-invalid-characters`],
    ["ERR_RUNTIME_DEPLOYMENT_ID_MISSING", `${VARIABLE} is missing but ${AT_RUN_TIME}`],
    ["ERR_RUNTIME_DEPLOYMENT_ID_MISMATCH", `${differing}, and ${AT_RUN_TIME}`],
  ][reason];
  return coded(new Error(message), code);
}

/** @param {unknown} value @param {string} argument @param {string} expected */
function invalidType(value, argument, expected) {
  const what = argument.includes(".") ? "property" : "argument";
  const kind = isArray(value) ? "an array" : value === "" ? "an empty string" : `type ${typeof value}`;
  const message = `The "${argument}" ${what} must be ${expected}. Received ${value == null ? value : kind}`;
  return coded(new TypeError(message), "ERR_INVALID_ARG_TYPE");
}

/** @param {unknown} value @param {string} argument */
function text(value, argument, expected = "a string") {
  if (typeof value !== "string") throw invalidType(value, argument, expected);
  return value;
}

/** @param {unknown} value @param {string} argument @returns {any} */
function object(value, argument) {
  // `Object(value) === value` does the same, but its call takes 5 ns.
  const isObject = typeof value === "object" ? value !== null : typeof value === "function";
  if (!isObject) throw invalidType(value, argument, "an object");
  return value;
}

/** @param {unknown} options @param {string} name */
const option = (options, name) => (options === undefined ? options : object(options, "options")[name]);

/** @param {unknown} options @param {string} name @returns {boolean} */
function flag(options, name) {
  const value = option(options, name);
  if (value !== undefined && typeof value !== "boolean")
    throw invalidType(value, `options.${name}`, "a boolean");
  return value === true;
}

/** @param {unknown} value @param {string} argument */
function limit(value, argument) {
  if (typeof value !== "number") throw invalidType(value, argument, "a number");
  if (Number.isSafeInteger(value) && value >= 0) return value;
  const message = `The value of "${argument}" is out of range. It must be an integer >= 0. Received ${value}`;
  throw coded(new RangeError(message), "ERR_OUT_OF_RANGE");
}

const environment = (/** @type {unknown} */ env = globalThis.process?.env) => object(env, "env");

/** @param {unknown} id */
function optionalId(id) {
  if (id !== undefined && typeof id !== "string") throw refusal(NOT_A_STRING);
  return id;
}

/** @param {unknown} keySeed */
const seed = (keySeed) => text(keySeed ?? "", "keySeed", "a string, null or undefined");

const SCHEME = "use-cache:";
const DIGEST_LENGTH = 43;
/** The largest limit that the addon accepts. No string is longer. */
const MOST_BYTES = 0xffffffff;

/** @param {Engine} engine @returns {Api} */
export function createApi({
  validate,
  resolve,
  digest,
  parse,
  parseCacheKey,
  shorten,
  buildKey,
  shapeOf,
  keyOf,
}) {
  /** @param {unknown} id */
  function validateDeploymentId(id) {
    const answer = typeof id === "string" ? validate(id) : NOT_A_STRING;
    if (typeof answer === "number") throw refusal(answer);
    return answer;
  }

  let seenSeed = "";
  let seenPrefix = SCHEME;
  let encoder = encodeURIComponent;

  /** The prefix of keys under a seed. A process has one seed, so the last one is remembered. @param {string} keySeed */
  function prefixOf(keySeed) {
    if (keySeed === "") return SCHEME;
    if (keySeed !== seenSeed || encoder !== encodeURIComponent) {
      seenPrefix = `${SCHEME}build:${encodeURIComponent(keySeed)}:`;
      seenSeed = keySeed;
      encoder = encodeURIComponent;
    }
    return seenPrefix;
  }

  /** @param {string} id @param {string} keySeed @param {string} argsKey */
  function build(id, keySeed, argsKey) {
    const prefix = prefixOf(keySeed);
    return buildKey(prefix, id, argsKey) ?? `${prefix}${id}:${argsKey}`;
  }

  /** @param {string} id @param {string} keySeed @param {unknown} args @param {unknown} options */
  function derive(id, keySeed, args, options) {
    const fileMetadata = flag(options, "fileMetadata");
    const given = object(args, "args");
    // Reads each property as often as vinext does, and in its order. The engine gets the copy, so no getter runs again.
    const reply = typeof given.reply === "string" ? given.reply : keyedEntries(given.reply, fileMetadata);
    const keyed = { ...given, reply };
    const shape = shapeOf(keyed);
    // If the seed has no encoding, an error of `JSON.stringify` comes first, as in vinext.
    const isPlain = shape < 0 || (keySeed !== seenSeed && !keySeed.isWellFormed());
    const key = isPlain ? undefined : keyOf(prefixOf(keySeed), id, keyed, shape);
    return key ?? build(id, keySeed, digest(text(JSON.stringify(keyed), "args")));
  }

  return {
    validateDeploymentId,

    resolveDeploymentId(configDeploymentId, env, options) {
      const atRunTime = flag(options, "runtimeServerDeploymentId");
      const config = optionalId(configDeploymentId);
      // Like vinext, this reads the environment only if it is needed: a getter would notice.
      const given = config === undefined || atRunTime ? environment(env).NEXT_DEPLOYMENT_ID : undefined;
      const id = optionalId(atRunTime ? given || undefined : given);
      const answer = resolve(config, id, atRunTime);
      if (typeof answer === "number") throw refusal(answer, config, id);
      return answer || undefined;
    },

    resolveUseCacheKeySeed(env, options) {
      const deploymentId = option(options, "deploymentId");
      if (deploymentId !== undefined) return validateDeploymentId(deploymentId);
      const identities = environment(env);
      const read = (/** @type {string} */ name) => {
        const identity = identities[name];
        return identity ? text(identity, `env.${name}`) : undefined;
      };
      const release = () => {
        const binding = option(options, "versionMetadataBinding");
        if (binding === undefined) return;
        const metadata = identities[text(binding, "options.versionMetadataBinding")];
        const name = `env.${binding.toWellFormed()}`;
        const { id } = object(metadata, name);
        // Without an ID, deployments of one build would share keys.
        if (typeof id !== "string" || id === "")
          throw invalidType(id, `${name}.id`, "a string that is not empty");
        return id;
      };

      return (
        read("__VINEXT_DEPLOYMENT_ID") || read("NEXT_DEPLOYMENT_ID") || release() || read("__VINEXT_BUILD_ID")
      );
    },

    useCacheKeyPrefix: (keySeed) => prefixOf(seed(keySeed)),

    buildUseCacheKey(id, keySeed, argsKey) {
      text(id, "id");
      const given = seed(keySeed);
      return argsKey === undefined ? prefixOf(given) + id : build(id, given, text(argsKey, "argsKey"));
    },

    flightArgumentsKey: (args, options) => derive("", "", args, options).slice(-DIGEST_LENGTH),

    deriveUseCacheKey: (id, keySeed, args, options) => derive(text(id, "id"), seed(keySeed), args, options),

    parseUseCacheKey: (key) => parseJson(parse(text(key, "key"))),

    parseCacheKey: (key) => parseJson(parseCacheKey(text(key, "key"))),

    storageKey(key, options) {
      text(key, "key");
      const maxBytes = limit(object(options, "options").maxBytes, "options.maxBytes");
      const answer = shorten(key, Math.min(maxBytes, MOST_BYTES));
      if (typeof answer === "number") {
        const message = `The key is too long and its shortened form needs ${answer} bytes. Received maxBytes ${maxBytes}`;
        throw coded(new RangeError(message), "ERR_STORAGE_KEY_TOO_LONG");
      }
      return answer;
    },
  };
}

/** The contents of a file, as base64. No object of a caller is taken for one, whatever its prototype and its properties are. */
export class FileContents {
  #base64;

  /** @param {unknown} base64 */
  constructor(base64) {
    this.#base64 = base64;
    this.bytes = base64;
  }

  /** `undefined` for everything else. @param {unknown} value */
  static base64(value) {
    return typeof value === "object" && value !== null && #base64 in value ? value.#base64 : undefined;
  }
}

/** The entries of a reply as vinext keys them. @param {any} reply @param {boolean} fileMetadata @returns {unknown} */
function keyedEntries(reply, fileMetadata) {
  if (!isArray(reply) || typeof reply.map !== "function") {
    throw invalidType(reply, "args.reply", "a string or an array");
  }
  // Two calls with constant callbacks, which V8 inlines: 13 ns faster.
  return fileMetadata ? reply.map(keyedWithMetadata) : reply.map(keyedByBytes);
}

/** @param {unknown} entry @param {number} index */
function keyedByBytes(entry, index) {
  if (!isArray(entry)) throw invalidType(entry, `args.reply[${index}]`, "an array");
  return entry.length === 2 ? entry : [entry[0], new FileContents(entry[1])];
}

/** @param {unknown} entry @param {number} index */
export function keyedWithMetadata(entry, index) {
  if (!isArray(entry)) throw invalidType(entry, `args.reply[${index}]`, "an array");
  return entry.length === 2 ? entry : [entry[0], { bytes: entry[1], name: entry[2], type: entry[4] }];
}
