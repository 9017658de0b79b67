// Which deployment a Worker belongs to. This module runs in the Worker: the plugin's virtual module imports it.
//
// workerd reports an error by its message alone, so each message begins with the error's code.
import { validate } from "../portable/engine.mjs";

/** The error of a Worker without an identity. No other code contains it, so commands search for it in the server code of a build. */
export const NO_IDENTITY = "this Worker has no deployment ID, so versions would share a cache";
const VARIABLE = "NEXT_DEPLOYMENT_ID";
const DRAWN = Symbol.for("vinext-cache-key.prerender");

/**
 * Checks that the Worker has an identity, and returns a function that returns it. The ID of a version is checked at the first
 * key, not at the start, because Cloudflare also starts a Worker to validate its upload.
 *
 * @param {(name: string) => unknown} read Returns a binding of the Worker. It is not called while vinext prerenders, because that
 *   runs in Node, without bindings.
 * @param {string} [binding] The name of the version metadata binding.
 * @returns {() => string}
 */
export function workerIdentity(read, binding) {
  if (process.env.VINEXT_PRERENDER === "1") return drawnId;
  const fail = failure(binding);
  const variable = read(VARIABLE);
  if (variable !== undefined && variable !== "") {
    const id = published(valid(variable, `the variable ${VARIABLE}`, fail));
    return () => id;
  }
  if (binding === undefined || !isObject(read(binding))) {
    throw fail("ERR_RUNTIME_DEPLOYMENT_ID_MISSING", NO_IDENTITY);
  }
  const versionId = () => /** @type {{ id?: unknown }} */ (read(binding)).id;
  const now = versionId();
  if (typeof now === "string") published(now);
  /** @type {string | undefined} */
  let id;
  return () => (id ??= published(valid(versionId(), `the "id" of the binding ${binding}`, fail)));
}

/** The app's code reads the ID from `process.env`, which workerd fills only from compatibility date 2025-04-01 on. */
const published = (/** @type {string} */ id) => (process.env[VARIABLE] = id);

const isObject = (/** @type {unknown} */ value) => Object(value) === value;

/** No server may read an entry that was prerendered, so each prerendering process uses a random ID. */
function drawnId() {
  const shared = /** @type {Record<symbol, string>} */ (/** @type {unknown} */ (globalThis));
  return (shared[DRAWN] ??= `prerender-${crypto.randomUUID()}`);
}

/**
 * @param {unknown} id
 * @param {string} what
 * @param {ReturnType<typeof failure>} fail
 */
function valid(id, what, fail) {
  const isText = typeof id === "string";
  if (isText && typeof validate(id) === "string") return id;
  const code = `ERR_DEPLOYMENT_ID_${isText ? "INVALID_CHARACTERS" : "NOT_A_STRING"}`;
  const received = isText ? JSON.stringify(id) : typeof id;
  throw fail(code, `${what} must be text of letters, digits, "-" and "_". Received ${received}`);
}

/** @param {string | undefined} binding */
const failure = (binding) => (/** @type {string} */ code, /** @type {string} */ problem) => {
  const metadata = `{ "version_metadata": { "binding": ${JSON.stringify(binding)} } }`;
  const other = binding === undefined ? "" : `, or ${metadata} in the Wrangler configuration`;
  const error = new Error(`${code}: vinext-cache-key: ${problem}. Set the variable ${VARIABLE}${other}`);
  return Object.assign(error, { code });
};
