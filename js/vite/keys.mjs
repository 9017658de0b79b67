// The modules that vinext's rewritten code imports, and all expressions for the identity of a deployment.
//
// The modules are virtual, so Vite resolves this package from the app's root. From vinext's own files it may not be found, because
// pnpm keeps them in another folder.

import { fileName, workerArguments, workerIdentity } from "./workers.mjs";

const PACKAGE = "vinext-cache-key";

/** Throws when it is evaluated on a server without a deployment ID. A server imports it first, and then does not start. */
export const IDENTITY = `virtual:${PACKAGE}/identity`;
/**
 * The entries of a Node server import it. The keys themselves may not be needed before the first request, but a server
 * that cannot derive them must not start.
 */
export const START = `virtual:${PACKAGE}/start`;
/** @param {import("./shapes.mjs").Family} family what the rewritten module of a family imports */
export const keysOf = (family) => `virtual:${PACKAGE}/${family}`;

/** How the code of an app reads the ID of the running deployment. Only an expression that Vite's `define` takes. */
export const RUNNING_ID = "globalThis.process.env.NEXT_DEPLOYMENT_ID";

/**
 * Added to the message of Next.js: which option asks for the ID, and what to do. No other code contains it, so commands search
 * for it in the server code of a build.
 */
export const REMEDY =
  ". This build reads its deployment ID when a server starts, because of vinextCacheKey({ runtimeDeploymentId: true }) " +
  "or experimental.runtimeServerDeploymentId in next.config. Set NEXT_DEPLOYMENT_ID for the server";

/** @typedef {import("./options.mjs").Options} Options */

/**
 * The identity of the build. vinext has Vite replace the three expressions by values. The result is a constant that needs no
 * `process`.
 */
export const BUILD_IDENTITY = `{
  __VINEXT_DEPLOYMENT_ID: process.env.__VINEXT_DEPLOYMENT_ID,
  NEXT_DEPLOYMENT_ID: process.env.NEXT_DEPLOYMENT_ID,
  __VINEXT_BUILD_ID: process.env.__VINEXT_BUILD_ID,
}`;

/**
 * The identity of the server. While vinext prerenders, at the end of a build, there is none, and each process draws a random ID.
 * A server whose environment looks like prerendering by mistake then shares no key with others.
 */
const identity = () => `
import { resolveDeploymentId } from "${PACKAGE}";
const drawn = Symbol.for("${PACKAGE}.prerender");
const id = process.env.VINEXT_PRERENDER === "1"
  ? (globalThis[drawn] ??= "prerender-" + crypto.randomUUID())
  : fromEnvironment();
export const deploymentId = () => id;
function fromEnvironment() {
  try {
    return resolveDeploymentId(undefined, undefined, { runtimeServerDeploymentId: true });
  } catch (error) {
    if (error.code !== "ERR_RUNTIME_DEPLOYMENT_ID_MISSING") throw error;
    throw Object.assign(new Error(error.message + ${JSON.stringify(REMEDY)}), { code: error.code });
  }
}
`;

/** Prints the status line of a server. `BUILD_IDENTITY` is not used: commands search the server code for that text to find the code of keys. */
const start = (/** @type {Options} */ { pages, runtimeDeploymentId }) => `
import { implementation } from "${PACKAGE}";
import { announce, identityOf } from ${fileName("status.mjs")};
${
  runtimeDeploymentId
    ? `import { deploymentId } from "${IDENTITY}";`
    : `const deploymentId = () => process.env.__VINEXT_DEPLOYMENT_ID || process.env.NEXT_DEPLOYMENT_ID;`
}
announce(
  identityOf(deploymentId(), process.env.__VINEXT_BUILD_ID),
  ${pages} && Boolean(deploymentId()),
  implementation,
);
`;

/** @param {Options} options */
const useCache = ({ fileMetadata, runtimeDeploymentId }) => `
import { deriveUseCacheKey as derive, resolveUseCacheKeySeed } from "${PACKAGE}";
export { buildUseCacheKey } from "${PACKAGE}";
${
  fileMetadata
    ? `export const deriveUseCacheKey = (id, seed, args) => derive(id, seed, args, { fileMetadata: true });`
    : `export { derive as deriveUseCacheKey };`
}
${
  runtimeDeploymentId
    ? `import { deploymentId } from "${IDENTITY}";
export const keySeed = deploymentId();`
    : `export const keySeed = resolveUseCacheKeySeed(${BUILD_IDENTITY});`
}
`;

/** In a Worker vinext's own code derives the keys. These two change the seed and the arguments. @param {Options} options */
const workerUseCache = ({ fileMetadata, runtimeDeploymentId }) => `
${
  runtimeDeploymentId
    ? `export { deploymentId as keySeed } from "${IDENTITY}";`
    : "export const keySeed = (seed) => seed;"
}
${fileMetadata ? workerArguments : "export const keyedArguments = (args) => args;"}
`;

/** A deployment ID contains no `:`, and no key of vinext begins with `deployment:`. So two different keys stay different. */
const pages = (/** @type {Options} */ { runtimeDeploymentId }) => `
${
  runtimeDeploymentId
    ? `import { deploymentId } from "${IDENTITY}";`
    : `const deploymentId = () => process.env.__VINEXT_DEPLOYMENT_ID || process.env.NEXT_DEPLOYMENT_ID;`
}
export const scopedPageKey = (key) => "deployment:" + deploymentId() + ":" + key;
`;

const modules = {
  [IDENTITY]: identity,
  [START]: start,
  [keysOf("use-cache")]: useCache,
  [keysOf("pages")]: pages,
};
const workerModules = { ...modules, [IDENTITY]: workerIdentity, [keysOf("use-cache")]: workerUseCache };

export const isVirtual = (/** @type {string} */ id) => Object.hasOwn(modules, id);

/**
 * @param {string} id
 * @param {Options} options
 * @param {"node" | "workers" | undefined} runtime
 */
export const sourceOf = (id, options, runtime) =>
  (runtime === "workers" ? workerModules : modules)[id](options);
