// The parts of the plugin that are only for builds for Cloudflare Workers.
import { fileURLToPath } from "node:url";

/** The export condition of Cloudflare's runtime. */
const WORKERD = "workerd";
/** The export conditions of runtimes that do not load native addons. */
const CONDITIONS = [WORKERD, "edge-light", "browser"];

/** Whether an environment with these export conditions is a Worker. Its name does not tell, because users choose it. */
export const isWorker = (/** @type {string[] | undefined} */ conditions) =>
  CONDITIONS.some((condition) => conditions?.includes(condition));

/**
 * Throws if an option would not take effect.
 *
 * @param {[name: string, config: { resolve: { conditions: string[] } }][]} servers The server environments of a build.
 * @param {import("../vite.mjs").VinextCacheKeyOptions} options
 */
export function checkWorkers(servers, { versionMetadataBinding }) {
  const workers = servers.filter(([, { resolve }]) => isWorker(resolve.conditions));
  const unsupported = workers.find(([, { resolve }]) => !resolve.conditions.includes(WORKERD));
  if (unsupported) {
    throw new Error(
      `The environment "${unsupported[0]}" is for a runtime that is neither Node nor workerd, and vinextCacheKey has no ` +
        "options for such a runtime. Remove the options",
    );
  }
  checkBinding({ versionMetadataBinding }, workers.length > 0);
}

/**
 * Throws if a binding is set in a build without Workers.
 *
 * @param {import("../vite.mjs").VinextCacheKeyOptions} options
 * @param {boolean} hasWorkers
 */
export function checkBinding({ versionMetadataBinding }, hasWorkers) {
  if (versionMetadataBinding === undefined || hasWorkers) return;
  throw new Error(
    'vinextCacheKey\'s option "versionMetadataBinding" is for Cloudflare Workers, and this build is for Node. Remove it',
  );
}

/** The source of the module with the identity of a Worker. It reads only the bindings that are named. */
export const workerIdentity = (/** @type {import("./options.mjs").Options} */ { versionMetadataBinding }) => `
import { env } from "cloudflare:workers";
import { workerIdentity } from ${fileName("worker-identity.mjs")};
export const deploymentId = workerIdentity((name) => env[name], ${JSON.stringify(versionMetadataBinding)});
`;

/** The source of a function that changes the arguments for vinext, so that vinext keys the metadata of files. */
export const workerArguments = `
import { keyedWithMetadata } from ${fileName("../shell.mjs")};
export const keyedArguments = (args) =>
  typeof args.reply === "string" ? args : { ...args, reply: args.reply.map(keyedWithMetadata) };
`;

/** A file of this package as the specifier of an import. By name, the app may not find the package. */
export function fileName(/** @type {string} */ path) {
  return JSON.stringify(fileURLToPath(new URL(path, import.meta.url)).replaceAll("\\", "/"));
}
