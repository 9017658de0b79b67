import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { configuredDeploymentId, keysModule } from "./vite/keys.mjs";
import { FLIGHT_ARGUMENTS, rewriteCacheRuntime } from "./vite/rewrite.mjs";

const PACKAGE = "vinext-cache-key";

/** Where vinext derives its keys. In development the id ends in a `?v=` query. */
const CACHE_RUNTIME = /\/vinext\/dist\/shims\/cache-runtime\.js(?=\?|$)/;

/**
 * Stands between vinext's cache-runtime and the package. It is virtual, so Vite looks for the package from the app's
 * root: from vinext's own files, where a pnpm workspace keeps them, the package is out of sight.
 */
const KEYS = "virtual:vinext-cache-key/keys";
const KEYS_ID = `\0${KEYS}`;

/** The export conditions of runtimes that load no native addons. */
const WORKER_CONDITIONS = ["workerd", "edge-light", "browser"];

/**
 * @typedef {object} VinextCacheKeyOptions
 * @property {boolean} [fileMetadata] Also key the name and the type of a file passed to a cached function, as Next.js
 *   does. By default its bytes alone are keyed, as vinext does.
 * @property {boolean} [runtimeDeploymentId] A built server takes its deployment ID from `NEXT_DEPLOYMENT_ID` when it
 *   starts, and does not start without one. By default the build's ID is in the build, as vinext has it.
 */

/**
 * @param {VinextCacheKeyOptions} options
 * @returns {Required<VinextCacheKeyOptions>}
 */
function validated(options) {
  const { fileMetadata = false, runtimeDeploymentId = false, ...unknown } = options;
  const [stray] = Object.keys(unknown);
  if (stray !== undefined) {
    throw new TypeError(
      `vinextCacheKey knows no option "${stray}", only "fileMetadata" and "runtimeDeploymentId"`,
    );
  }
  for (const [name, value] of Object.entries({ fileMetadata, runtimeDeploymentId })) {
    if (typeof value !== "boolean") {
      throw new TypeError(`vinextCacheKey's "${name}" must be a boolean; it is ${typeof value}`);
    }
  }
  return { fileMetadata, runtimeDeploymentId };
}

/** Warnings already given. One build may make this plugin more than once. */
const warned = new Set();

/**
 * What to tell of a vinext whose code is not as expected; nothing the second time.
 *
 * @param {string} manifest vinext's package.json
 * @param {unknown} error
 */
function unfamiliar(manifest, error) {
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  const reason = error instanceof Error ? error.message : error;
  const message = `vinext ${version} keeps deriving its "use cache" keys itself: ${PACKAGE} does not recognise its code (${reason})`;
  if (warned.has(message)) return;
  warned.add(message);
  return message;
}

/**
 * A Vite plugin that makes the Node servers of a [vinext](https://vinext.dev) app derive their `"use cache"` keys with
 * `vinext-cache-key`. It goes beside `vinext()`, before or after it:
 *
 * ```js
 * import vinext from "vinext";
 * import vinextCacheKey from "vinext-cache-key/vite";
 *
 * export default { plugins: [vinext(), vinextCacheKey()] };
 * ```
 *
 * Builds for Workers stay as they are, and so does a version of vinext that derives its keys in a way unknown to this
 * package; a warning says so. Where an option asks for other keys than vinext's, either is an error.
 *
 * @param {VinextCacheKeyOptions} [options]
 * @returns {import("vite").Plugin}
 */
export default function vinextCacheKey(options = {}) {
  const { fileMetadata, runtimeDeploymentId } = validated(options);
  const asksForMore = fileMetadata || runtimeDeploymentId;
  /** @type {{ configured?: string } | undefined} */
  let atRunTime;
  /** @type {Set<string>} */
  const servers = new Set();
  let forWorkers = false;

  return {
    name: PACKAGE,
    enforce: "pre",

    config({ plugins }) {
      const present = /** @type {any[]} */ ([plugins]).flat(Infinity);
      forWorkers = present.some((plugin) => plugin?.name?.startsWith("vite-plugin-cloudflare"));
    },

    configEnvironment: {
      order: "post",
      handler(name, { resolve }, { isSsrTargetWebworker }) {
        const isWorker =
          forWorkers ||
          isSsrTargetWebworker ||
          WORKER_CONDITIONS.some((condition) => resolve?.conditions?.includes(condition));
        if (isWorker || (name !== "rsc" && name !== "ssr")) return;
        servers.add(name);
        return { resolve: { external: [PACKAGE] } };
      },
    },

    configResolved({ command, define }) {
      if (asksForMore && servers.size === 0) {
        throw new Error(
          `${PACKAGE}: a Worker derives its keys as vinext does, so its build takes no options`,
        );
      }
      const built = define?.["process.env.__VINEXT_DEPLOYMENT_ID"];
      if (!runtimeDeploymentId || command !== "build" || built === undefined) return;
      atRunTime = { configured: configuredDeploymentId(JSON.parse(built)) };
    },

    applyToEnvironment: ({ name }) => servers.has(name),

    resolveId: {
      filter: { id: new RegExp(`^${KEYS}$`) },
      handler: () => KEYS_ID,
    },

    load: {
      filter: { id: new RegExp(`^${KEYS_ID}$`) },
      handler: () => keysModule({ fileMetadata, atRunTime }),
    },

    transform: {
      filter: runtimeDeploymentId ? {} : { id: CACHE_RUNTIME },
      handler(code, id) {
        if (!CACHE_RUNTIME.test(id)) {
          // cache-runtime may not load before the first request, but a server without an identity must not start.
          const isEntry = atRunTime && this.getModuleInfo(id)?.isEntry;
          return isEntry ? { code: `${code}\nimport "${KEYS}";\n`, map: null } : undefined;
        }
        const shims = dirname(id.replace(/\?.*/, ""));
        const parse = (/** @type {string} */ source) => this.parse(source);
        try {
          const flightArguments = readFileSync(join(shims, FLIGHT_ARGUMENTS), "utf8");
          const how = { parse, keys: KEYS, options: fileMetadata };
          return { code: rewriteCacheRuntime(code, flightArguments, how), map: null };
        } catch (error) {
          const message = unfamiliar(join(shims, "../../package.json"), error);
          if (asksForMore) this.error(message ?? String(error));
          if (message) this.warn(message);
        }
      },
    },
  };
}
