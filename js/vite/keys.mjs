// The module between vinext's cache-runtime and this package.
import { resolveDeploymentId } from "../portable.mjs";

const PACKAGE = "vinext-cache-key";

/**
 * The identity of the build. Vite replaces the three expressions by values, on vinext's orders. What is left is a constant
 * that needs no `process`, so nothing guards against its absence as vinext's own code does.
 */
const BUILD_SEED = `resolveUseCacheKeySeed({
  __VINEXT_DEPLOYMENT_ID: process.env.__VINEXT_DEPLOYMENT_ID,
  NEXT_DEPLOYMENT_ID: process.env.NEXT_DEPLOYMENT_ID,
  __VINEXT_BUILD_ID: process.env.__VINEXT_BUILD_ID,
})`;

const AT_RUN_TIME = { runtimeServerDeploymentId: true };

/**
 * The identity of the server. While vinext prerenders, which it does at the end of a build, there is none.
 *
 * @param {string | undefined} configured the ID in the app's configuration
 */
const serverSeed = (configured) => `process.env.VINEXT_PRERENDER === "1" ? ${BUILD_SEED}
  : resolveDeploymentId(${JSON.stringify(configured)}, undefined, ${JSON.stringify(AT_RUN_TIME)})`;

/**
 * The ID that a server's has to be equal to. A build that knows its own ID checks it now: what vinext makes of both tells
 * whether they differ.
 *
 * @param {string} built the deployment ID that vinext puts into the build: the configured one, else the environment's
 */
export function configuredDeploymentId(built) {
  if (!process.env.NEXT_DEPLOYMENT_ID) return built || undefined;
  resolveDeploymentId(built, process.env, AT_RUN_TIME);
}

/** @param {{ fileMetadata: boolean, atRunTime?: { configured?: string } }} how */
export const keysModule = ({ fileMetadata, atRunTime }) => `
import { resolveDeploymentId, resolveUseCacheKeySeed } from "${PACKAGE}";
export { buildUseCacheKey, deriveUseCacheKey } from "${PACKAGE}";
${fileMetadata ? "export const options = { fileMetadata: true };" : ""}
export const keySeed = ${atRunTime ? serverSeed(atRunTime.configured) : BUILD_SEED};
`;
