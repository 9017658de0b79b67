// The line that a build and a server print about their keys. Servers bundle this module, so it imports nothing.

const PREFIX = "vinext-cache-key:";
const ANNOUNCED = Symbol.for("vinext-cache-key.announced");

/** @typedef {{ kind: "native", target: string } | { kind: "portable" }} Implementation */

/** @param {string | null | undefined} deploymentId @param {string} buildId */
export const identityOf = (deploymentId, buildId) =>
  deploymentId ? `deployment ID ${JSON.stringify(deploymentId)}` : `build ID ${JSON.stringify(buildId)}`;

/** How keys are derived. */
export const engineOf = (/** @type {Implementation} */ implementation) =>
  implementation.kind === "native" ? `natively (${implementation.target})` : "in JavaScript";

/**
 * @param {object} facts
 * @param {import("../build-record.mjs").BuildFacts["keys"]} facts.keys Who derives the keys of each family.
 * @param {string} facts.identity What scopes the keys that a deployment ID can scope.
 * @param {string} facts.engine How the keys of cached functions are derived.
 */
export function statusLine({ keys: { "use-cache": functions, pages }, identity, engine }) {
  const scoped = [functions && '"use cache" keys', pages === "vinext-cache-key" && "pages"].filter(Boolean);
  const parts = [
    scoped.length > 0 ? `${scoped.join(" and ")} are scoped by ${identity}` : 'there are no "use cache" keys',
    functions && `derived ${engine}`,
    pages === "vinext" && "page keys are vinext's own",
  ];
  return `${PREFIX} ${parts.filter(Boolean).join("; ")}`;
}

/**
 * Prints the line of a server when it starts. A build of both routers has two entries, and each one calls this. A server
 * that only prerenders, at the end of a build, prints nothing.
 *
 * @param {string} identity
 * @param {boolean} scopesPages
 * @param {Implementation} implementation
 */
export function announce(identity, scopesPages, implementation) {
  const shared = /** @type {Record<symbol, boolean>} */ (/** @type {unknown} */ (globalThis));
  if (shared[ANNOUNCED] || process.env.VINEXT_PRERENDER === "1") return;
  shared[ANNOUNCED] = true;
  const pages = scopesPages ? "vinext-cache-key" : "vinext";
  /** @type {import("../build-record.mjs").BuildFacts["keys"]} */
  const keys = { "use-cache": "vinext-cache-key", pages };
  console.info(statusLine({ keys, identity, engine: engineOf(implementation) }));
}
