// What is special about a build for Cloudflare Workers.
import { fileURLToPath } from "node:url";

/** The export condition of Cloudflare's runtime. */
const WORKERD = "workerd";
/** The export conditions of runtimes that do not load native addons. */
const CONDITIONS = [WORKERD, "edge-light", "browser"];

/** Whether export conditions are those of a Worker. Names of environments do not tell: a Worker may have any. */
export const isWorker = (/** @type {string[] | undefined} */ conditions) =>
  CONDITIONS.some((condition) => conditions?.includes(condition));

/**
 * Throws where an option would not take effect.
 *
 * @param {[name: string, config: { resolve: { conditions: string[] } }][]} servers The server environments of a build.
 * @param {import("../vite.mjs").VinextCacheKeyOptions} options
 */
export function checkWorkers(servers, { versionMetadataBinding }) {
  const workers = servers.filter(([, { resolve }]) => isWorker(resolve.conditions));
  const unsupported = workers.find(([, { resolve }]) => !resolve.conditions.includes(WORKERD));
  if (unsupported) {
    throw new Error(
      `vinextCacheKey takes no options in a build for a runtime that is neither Node nor workerd, and the environment ` +
        `"${unsupported[0]}" is for one`,
    );
  }
  checkBinding({ versionMetadataBinding }, workers.length > 0);
}

/**
 * Throws for a binding in a build without Workers.
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

/** The module with the identity of a Worker. Only named bindings are read. */
export const workerIdentity = (/** @type {import("./options.mjs").Options} */ { versionMetadataBinding }) => `
import { env } from "cloudflare:workers";
import { workerIdentity } from ${fileName("worker-identity.mjs")};
export const deploymentId = workerIdentity((name) => env[name], ${JSON.stringify(versionMetadataBinding)});
`;

/** Exports a function that gives vinext arguments in which the metadata of files are keyed. */
export const workerArguments = `
import { keyedWithMetadata } from ${fileName("../shell.mjs")};
export const keyedArguments = (args) =>
  typeof args.reply === "string" ? args : { ...args, reply: args.reply.map(keyedWithMetadata) };
`;

/** A file of this package in the words of an import. The app itself may not see the package. */
export function fileName(/** @type {string} */ path) {
  return JSON.stringify(fileURLToPath(new URL(path, import.meta.url)).replaceAll("\\", "/"));
}
