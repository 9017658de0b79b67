// The settings of a build in the environment. They are checked before anything is built.
import { fileURLToPath, pathToFileURL } from "node:url";
import { resolveDeploymentId } from "vinext-cache-key";

export async function readSettings(env = process.env) {
  try {
    return {
      buildId: readBuildId(env),
      deploymentId: resolveDeploymentId(undefined, env),
      adapter: await readAdapter(env),
    };
  } catch (error) {
    // Vite prints the stack of an error in a configuration. Here the message is enough.
    error.stack = error.message;
    throw error;
  }
}

function readBuildId({ BUILD_ID = "build-1" }) {
  if (!BUILD_ID.trim()) throw new Error("Invalid build ID: it is empty.");
  return BUILD_ID;
}

/** If an adapter does not load, vinext continues with a cache in memory. Here that is an error. */
async function readAdapter({ CACHE_ADAPTER }) {
  const url = CACHE_ADAPTER ? pathToFileURL(CACHE_ADAPTER) : new URL("cache/sqlite.js", import.meta.url);
  const refuse = (reason) => new Error(`Invalid cache adapter ${CACHE_ADAPTER}: ${reason}.`);
  const { default: createHandler } = await import(url.href).catch((error) => {
    throw refuse(error.url === url.href ? "no such file" : error.message);
  });
  if (typeof createHandler !== "function") {
    throw refuse("its default export must be a function that returns a cache handler");
  }
  return fileURLToPath(url);
}
